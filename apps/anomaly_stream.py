"""A detector on readings as they come."""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from anomaly_lines import Layout, Rules, cells_of, number_of
from anomaly_times import time_of

from seqkit.errors import InputError
from seqkit.models.run_files import CONFIG_FILE

if TYPE_CHECKING:
    from seqkit.models import AnomalyDetector

MOST_MISSING = 1000  # readings put into one gap


class Watch:
    """A detector on a stream of lines, and how far it has come.

    Args:
        detector: Its state goes on.
        folder: Its run.
        config: The config.json of that run.
    """

    def __init__(
        self, detector: "AnomalyDetector", folder: str, config: Mapping[str, Any]
    ) -> None:
        self.detector = detector
        self.rules = Rules.of(config, folder, detector.channels)
        self.readings = 0
        self.last: np.datetime64 | None = None
        self.late = 0  # lines that were left out
        self._training = hashlib.sha256(
            Path(folder, CONFIG_FILE).read_bytes()
        ).hexdigest()

    def alarms(
        self, lines: Iterable[str], every: bool, separator: str = ","
    ) -> Iterator[dict[str, Any]]:
        """Judge lines of readings, and give what is to be said about them.

        A line has cells with a separator between, empty where a reading is missing:
        those of the channels, in their order, after a time or not; or, where the first
        line has the names of all channels, those of its columns. Where times leave out
        readings, missing ones are put there, as `detect` does, at most 1,000 in one
        gap. A line whose time is not after the last one's is left out.

        Args:
            lines: Of text.
            every: Give every reading, not only those that are anomalous.
            separator: Between cells.

        Raises:
            InputError: A line that is none of these.
        """
        layout = None
        for number, line in enumerate(lines, start=1):
            cells = cells_of(line.removeprefix("\ufeff"), number, separator)
            if not cells and (layout is None or layout.cells > 1):
                continue  # else an empty line is an empty cell
            cells = cells or [""]
            if layout is None and (layout := self.rules.header(cells)):
                continue
            layout = layout or self.rules.positions(cells, number)
            if len(cells) != layout.cells:
                raise InputError(
                    f"line {number} must have {layout.cells} cells, as those before; "
                    f"got {','.join(cells)!r}"
                )
            value = np.array([number_of(cells[at], number) for at in layout.readings])
            for text, row in self._rows(layout, cells, value, number):
                found = self._judged(text, row)
                if every or found["is_anomaly"]:
                    yield found

    def _rows(
        self, layout: Layout, cells: Sequence[str], value: np.ndarray, number: int
    ) -> Iterator[tuple[str, np.ndarray]]:
        """Give a reading with its time or number, after those missing before it."""
        if layout.time is None or not self.rules.source.timed:
            if self.rules.source.calendar:
                raise InputError(f"line {number} must have a time, for the calendar")
            text = str(self.readings) if layout.time is None else cells[layout.time]
            yield text, value
            return
        text = cells[layout.time]
        try:
            when = time_of(text, self.rules.source.time_format)
        except InputError as error:
            raise InputError(f"line {number} must have a time; got {text!r}") from error
        if self.last is not None and when <= self.last:
            self.late += 1
            return
        for missing in self._gap(when):
            short = np.datetime_as_string(missing, unit="auto").replace("T", " ")
            yield short, self._with_calendar(np.full_like(value, np.nan), missing)
        self.last = when
        yield text, self._with_calendar(value, when)

    def _gap(self, when: np.datetime64) -> list[np.datetime64]:
        if self.last is None or self.rules.source.step is None:
            return []
        count = int(np.rint((when - self.last) / self.rules.source.step)) - 1
        return [
            self.last + place * self.rules.source.step
            for place in range(1, min(count, MOST_MISSING) + 1)
        ]

    def _with_calendar(self, value: np.ndarray, when: np.datetime64) -> np.ndarray:
        from seqkit.models.anomaly.data import CYCLES, calendar_features

        if not self.rules.source.calendar:
            return value
        return np.append(value, calendar_features(np.array([when]), CYCLES))

    def _judged(self, when: str, value: np.ndarray) -> dict[str, Any]:
        self.readings += 1
        scored, targets = self.detector.update(value), self.detector.targets
        return {
            "time": when,
            "score": None if math.isnan(scored.score) else scored.score,
            "is_anomaly": scored.is_anomaly,
            "threshold": scored.threshold,
            "channels": dict(zip(targets, scored.shares.tolist(), strict=True)),
        }

    def read_state(self, path: str) -> None:
        """Go on from a state, if the file is there.

        Raises:
            InputError: It is none of this detector.
        """
        if not Path(path).exists():
            return
        try:
            kept = json.loads(Path(path).read_text(encoding="utf-8"))
            training, state = kept["training"], kept["state"]
            self.readings = int(kept["readings"])
            self.last = kept["time"] and np.datetime64(kept["time"], "ns")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path}: not a state of a detector: {error!r}") from error
        if training != self._training:
            raise InputError(f"{path}: the state of a detector of another training")
        self.detector.restore(state)

    def write_state(self, path: str) -> None:
        """Leave the state in a file, complete or not at all.

        Raises:
            InputError: It cannot be written.
        """
        state = {
            "training": self._training,
            "readings": self.readings,
            "time": None if self.last is None else str(self.last),
            "state": self.detector.state.tolist(),
        }
        try:
            whole = Path(f"{path}.part")
            whole.write_text(json.dumps(state), encoding="utf-8")
            whole.replace(path)
        except OSError as error:
            raise InputError(f"{path}: cannot be written: {error.strerror}") from error

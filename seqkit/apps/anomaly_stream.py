"""A detector on readings as they come."""

import hashlib
import json
import math
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqkit.apps.anomaly_source import ReadingSource
from seqkit.errors import InputError
from seqkit.folders import write_file
from seqkit.models.run_files import CONFIG_FILE
from seqkit.series.lines import SEPARATORS, Layout, cells_of
from seqkit.wording import counted

if TYPE_CHECKING:
    from seqkit.models import AnomalyDetector

POSITION = "--position goes with readings whose times are unknown or uneven"
MOST_MISSING = 1000  # readings put into one gap
_REPORTED = 20  # lines left out that are reported one by one


class _WrongHeaderError(InputError):
    """Names of columns by which no line can be read."""


@dataclass
class Open:
    """An event that is going on, or has just ended."""

    start: str
    end: str
    readings: int = 0
    calm: int = 0  # readings since the last that belongs to it
    peak: str = ""
    severity: float = 0.0
    shares: dict[str, float] = field(default_factory=dict)  # sums, not yet of 1

    def report(self, what: str) -> dict[str, Any]:
        """Give what is said of it."""
        total = sum(self.shares.values()) or 1.0
        ordered = sorted(self.shares.items(), key=lambda each: -each[1])
        return {
            "event": what, "start": self.start, "end": self.end,
            "readings": self.readings, "peak": self.peak, "severity": self.severity,
            "channels": {name: share / total for name, share in ordered if share},
        }  # fmt: skip


class Watch:
    """A detector on a stream of lines, and how far it has come.

    Args:
        detector: Its state goes on.
        folder: Its run.
        config: The config.json of that run.
        position: Number of the first reading, for the season, where there are no times.
    """

    def __init__(
        self,
        detector: "AnomalyDetector",
        folder: str,
        config: Mapping[str, Any],
        position: int | None = None,
    ) -> None:
        from seqkit.models.anomaly.data import CYCLES

        self.detector = detector
        self.source = ReadingSource.of_config(config, folder)
        if position is not None:
            if self.source.seconds is not None:
                raise InputError(POSITION)
            detector.begin(position)
        known = len(detector.channels) - (
            2 * len(CYCLES) if self.source.calendar else 0
        )
        self.channels = detector.channels[:known]
        self.readings = 0
        self.last: np.datetime64 | None = None
        self.late = 0  # lines not later than the one before
        self.bad: list[str] = []  # the first of the lines left out
        self.bad_count = 0
        self.open: Open | None = None
        self.separator: str | None = None  # of the last line of names
        self._saved = time.monotonic()
        self._training = hashlib.sha256(
            Path(folder, CONFIG_FILE).read_bytes()
        ).hexdigest()

    def reports(
        self, lines: Iterable[str], every: bool, separator: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Judge lines of readings, and give what is to be said about them.

        That an event begins, and that it has ended; with `every`, each reading.

        A line has cells with a separator between, empty where a reading is missing:
        those of the channels, in their order, after a time or not; or, after a line
        with the names of all channels, those of its columns. Where times leave out
        readings, missing ones are put there, as `detect` does, at most 1,000 in one
        gap. A line whose time is not after the last one's is left out and counted, as
        is one that cannot be read.

        Args:
            lines: Of text.
            every: Give every reading.
            separator: Between cells; None finds it.

        Raises:
            InputError: The names of the columns leave out the time; or no line could be
                read.
        """
        header: Layout | None = None
        for number, line in enumerate(lines, start=1):
            try:
                cells, named = self._cells(line.removeprefix("\ufeff"), separator)
                timed = self.source.timed if header is None else header.times
                if timed and not any(cells):
                    continue
                if not cells and (header is None or header.cells > 1):
                    continue  # else an empty line is an empty cell
                cells = cells or [""]
                if named:
                    header = named
                    continue
                times = self.source.time_column
                layout = header or Layout.of_positions(cells, self.channels, times)
                when, values = layout.read(cells, self.source.missing)
                rows = list(self._rows(when, np.array(values)))
            except _WrongHeaderError:
                raise
            except InputError as error:
                self._left_out(f"line {number} {error}")
                continue
            for text, row in rows:
                yield from self._judged(text, row, every)
        if not self.readings and not self.late and self.bad:
            raise InputError(self.bad[0])

    def _cells(
        self, line: str, separator: str | None
    ) -> tuple[list[str], Layout | None]:
        """Cut a line, and see whether it names the columns."""
        for each in [separator] if separator else SEPARATORS:
            cells = cells_of(line, each)
            if named := self._header(cells):
                self.separator = each
                return cells, named
        if found := separator or self.separator:
            return cells_of(line, found), None
        times = len(self.source.time_column) or 1
        there = [each for each in reversed(SEPARATORS) if each in line]
        for each in there:  # the comma last, which may be a decimal comma
            cells = cells_of(line, each)
            if len(cells) in (len(self.channels), len(self.channels) + times):
                return cells, None
        return cells_of(line, ","), None

    def _header(self, cells: Sequence[str]) -> Layout | None:
        found = Layout.of_header(cells, self.channels, self.source.time_column)
        if found and not found.times and self.source.timed:
            wanted = " and ".join(map(repr, self.source.time_column))
            raise _WrongHeaderError(
                f"the column of times must be named {wanted}, for training had times; "
                f"the header has {', '.join(cells)}"
            )
        return found

    def _left_out(self, problem: str) -> None:
        self.bad_count += 1
        if self.bad_count <= _REPORTED:
            self.bad.append(problem)
            if self.readings:
                print(f"left out: {problem}", file=sys.stderr, flush=True)

    def _rows(
        self, when: str | None, value: np.ndarray
    ) -> Iterator[tuple[str, np.ndarray]]:
        """Give a reading with its time or number, after those missing before it."""
        from seqkit.series.timestamps import read_time

        if when is None or not self.source.timed:
            if self.source.calendar:
                raise InputError("must have a time, for the calendar")
            if self.last is not None:
                raise InputError("must have a time, as those before")
            yield str(self.readings) if when is None else when, value
            return
        try:
            at = read_time(when, self.source.time_format)
        except InputError as error:
            raise InputError(f"must have a time; got {when!r}") from error
        if self.last is not None and at <= self.last:
            self.late += 1
            return
        if self.last is None and self.source.seconds is not None:
            self.detector.begin(at)
        for missing in self._gap(at):
            short = np.datetime_as_string(missing, unit="auto").replace("T", " ")
            yield short, self._with_calendar(np.full_like(value, np.nan), missing)
        self.last = at
        yield when, self._with_calendar(value, at)

    def _gap(self, when: np.datetime64) -> list[np.datetime64]:
        if self.last is None or self.source.step is None:
            return []
        count = int(np.rint((when - self.last) / self.source.step)) - 1
        return [
            self.last + place * self.source.step
            for place in range(1, min(count, MOST_MISSING) + 1)
        ]

    def _with_calendar(self, value: np.ndarray, when: np.datetime64) -> np.ndarray:
        from seqkit.models.anomaly.data import CYCLES, calendar_features

        if not self.source.calendar:
            return value
        return np.append(value, calendar_features(np.array([when]), CYCLES))

    def _judged(
        self, when: str, value: np.ndarray, every: bool
    ) -> Iterator[dict[str, Any]]:
        self.readings += 1
        scored = self.detector.update(value)
        shares = dict(zip(self.detector.targets, scored.shares.tolist(), strict=True))
        if every:
            yield {
                "time": when,
                "score": None if math.isnan(scored.score) else scored.score,
                "is_anomaly": scored.is_anomaly,
                "threshold": scored.threshold,
                "severity": scored.severity,
                "channels": shares,
            }
        if scored.is_anomaly:
            begins = self.open is None
            self.open = self.open or Open(when, when)
            event = self.open
            event.readings += 1 + event.calm
            event.end, event.calm = when, 0
            if scored.severity > event.severity:
                event.peak, event.severity = when, scored.severity
            for name, share in shares.items():
                event.shares[name] = event.shares.get(name, 0.0) + share
            if begins and not every:
                yield event.report("begins")
        elif self.open:
            self.open.calm += 1
            if self.open.calm > self.detector.settings.gap:
                if not every:
                    yield self.open.report("ended")
                self.open = None

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
            self.open = Open(**kept["open"]) if kept.get("open") else None
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
        state = [None if math.isnan(x) else x for x in self.detector.state.tolist()]
        kept = {
            "training": self._training,
            "readings": self.readings,
            "time": None if self.last is None else str(self.last),
            "open": asdict(self.open) if self.open else None,
            "state": state,
        }
        try:
            write_file(path, json.dumps(kept))
        except OSError as error:
            raise InputError(f"{path}: cannot be written: {error.strerror}") from error
        self._saved = time.monotonic()

    def write_state_now_and_then(self, path: str, seconds: float) -> None:
        """Leave the state in a file if the last time is so many seconds ago."""
        if time.monotonic() - self._saved >= seconds:
            self.write_state(path)

    def left_out(self) -> list[str]:
        """Say how many lines were left out, and why."""
        said = []
        if self.late:
            late = counted(self.late, "line")
            said.append(f"{late} left out: not later than the one before")
        if self.bad_count:
            bad = counted(self.bad_count, "line")
            said.append(f"{bad} left out that could not be read, first: {self.bad[0]}")
        return said

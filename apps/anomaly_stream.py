"""Readings from a pipe or a growing file, judged as they come."""

import contextlib
import csv
import json
import math
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqkit.errors import InputError
from seqkit.models.anomaly.settings import MISSING

if TYPE_CHECKING:
    from seqkit.models import AnomalyDetector

_PAUSE = 0.2  # seconds between looks at a file that may have grown


@contextlib.contextmanager
def lines_of(path: str | None, follow: bool) -> Iterator[Iterable[str]]:
    """Open standard input or a file, and wait at its end for more if asked to."""
    if path is None:
        if follow:
            raise InputError("--follow goes with --file")
        yield sys.stdin
        return
    try:
        file = open(path, encoding="utf-8-sig")  # noqa: SIM115
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    with file:
        try:
            yield _followed(file) if follow else file
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: cannot be read: {error}") from error


def _followed(file: Any) -> Iterator[str]:
    """Give whole lines for ever."""
    kept = ""
    while True:
        kept += file.readline()
        if kept.endswith("\n"):
            yield kept
            kept = ""
        else:
            time.sleep(_PAUSE)


def alarms(
    detector: "AnomalyDetector", lines: Iterable[str], every: bool, calendar: bool
) -> Iterator[dict[str, Any]]:
    """Judge lines of readings, and give what is to be said about them.

    A line has the channels' readings with commas between, empty where missing, and may
    have a time before them. A first line with the names of the channels is left out.

    Args:
        detector: Its state goes on.
        lines: Of text.
        every: Give every reading, not only those that are anomalous.
        calendar: The time before the readings is needed, and makes channels too.

    Raises:
        InputError: A line that is none of these.
    """
    from seqkit.models.anomaly.data import CYCLES, calendar_features, parse_times

    channels = list(detector.channels)
    if calendar:
        del channels[-2 * len(CYCLES) :]
    for number, line in enumerate(lines, start=1):
        cells = _cells(line, number)
        if not cells or (number == 1 and cells[-len(channels) :] == channels):
            continue
        when, values = str(number), cells
        if len(cells) == len(channels) + 1:
            when, *values = cells
        if len(values) != len(channels):
            raise InputError(
                f"line {number} must have {len(channels)} readings "
                f"({', '.join(channels)}), after a time or not; got {','.join(cells)!r}"
            )
        value = np.array([_number(each, number) for each in values])
        if calendar:
            if len(cells) == len(channels):
                raise InputError(f"line {number} must have a time before its readings")
            times = parse_times([when], f"line {number}")
            value = np.append(value, calendar_features(times, CYCLES))
        scored = detector.update(value)
        if every or scored.is_anomaly:
            yield {
                "time": when,
                "score": None if math.isnan(scored.score) else scored.score,
                "is_anomaly": scored.is_anomaly,
                "threshold": scored.threshold,
                "channels": dict(
                    zip(detector.targets, scored.shares.tolist(), strict=True)
                ),
            }


def _cells(line: str, number: int) -> list[str]:
    """Cut one line, by itself: an open quotation mark must not swallow the next."""
    try:
        return [cell.strip() for row in csv.reader([line]) for cell in row]
    except csv.Error as error:
        raise InputError(f"line {number} is not cells with commas: {error}") from error


def _number(cell: str, line: int) -> float:
    if cell.lower() in MISSING:
        return math.nan
    try:
        value = float(cell)
    except ValueError:
        value = math.inf
    if math.isinf(value):
        raise InputError(f"line {line} must have numbers; got {cell!r}")
    return value


def read_state(path: str, detector: "AnomalyDetector") -> None:
    """Let a detector go on from a state, if the file is there.

    Raises:
        InputError: It is no state of this detector.
    """
    if not Path(path).exists():
        return
    try:
        detector.restore(json.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {error}") from error


def write_state(path: str, detector: "AnomalyDetector") -> None:
    """Leave the state of a detector in a file."""
    try:
        whole = Path(f"{path}.part")
        whole.write_text(json.dumps(detector.state.tolist()), encoding="utf-8")
        whole.replace(path)  # complete or not at all
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error

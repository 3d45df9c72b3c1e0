"""Lines of readings, from a pipe or a growing file, and what their cells are."""

import contextlib
import csv
import math
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from anomaly_source import Source

from seqkit.errors import InputError
from seqkit.models.anomaly.settings import MISSING

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


class Layout(NamedTuple):
    """Which cells of a line are what.

    Args:
        readings: Places of the channels, in their order.
        time: Place of the time; None where there is none.
        cells: How many a line has.
    """

    readings: tuple[int, ...]
    time: int | None
    cells: int


@dataclass(frozen=True)
class Rules:
    """How the lines of a detector's readings are to be understood.

    Args:
        channels: Whose readings a line has.
        source: What the detector was trained on.
        step: Between readings; None where it is unknown or uneven.
    """

    channels: tuple[str, ...]
    source: Source
    step: np.timedelta64 | None

    @classmethod
    def of(
        cls, config: Mapping[str, Any], folder: str, channels: Sequence[str]
    ) -> "Rules":
        """Take what a run's config.json says."""
        from seqkit.models.anomaly.data import CYCLES

        source, seconds = Source.of_config(config, folder), config.get("seconds")
        known = len(channels) - (2 * len(CYCLES) if source.calendar else 0)
        step = None if seconds is None else np.timedelta64(round(seconds * 1e9), "ns")
        return cls(tuple(channels[:known]), source, step)

    @property
    def timed(self) -> bool:
        """Whether times must be understood, not only repeated."""
        return self.step is not None or self.source.calendar

    def header(self, cells: Sequence[str]) -> Layout | None:
        """Read the places off a line of names; None where it is no such line."""
        from seqkit.models.anomaly.data import time_column

        if not set(self.channels) <= set(cells):
            return None
        when = time_column(cells, self.source.time_column)
        return Layout(
            tuple(cells.index(name) for name in self.channels),
            None if when is None else cells.index(when),
            len(cells),
        )

    def positions(self, cells: Sequence[str], number: int) -> Layout:
        """Take the channels in order, after a time or not.

        Raises:
            InputError: The number of cells is another.
        """
        count = len(self.channels)
        if len(cells) not in (count, count + 1):
            raise InputError(
                f"line {number} must have {count} readings "
                f"({', '.join(self.channels)}), after a time or not, or the names of "
                f"the columns; got {','.join(cells)!r}"
            )
        first = len(cells) - count
        return Layout(tuple(range(first, len(cells))), 0 if first else None, len(cells))


def cells_of(line: str, number: int) -> list[str]:
    """Cut one line, by itself: an open quotation mark must not swallow the next."""
    try:
        return [cell.strip() for row in csv.reader([line]) for cell in row]
    except csv.Error as error:
        raise InputError(f"line {number} is not cells with commas: {error}") from error


def number_of(cell: str, line: int) -> float:
    """Read a cell; NaN where the reading is missing."""
    if cell.lower() in MISSING:
        return math.nan
    try:
        value = float(cell)
    except ValueError:
        value = math.inf
    if math.isinf(value):
        raise InputError(f"line {line} must have numbers; got {cell!r}")
    return value

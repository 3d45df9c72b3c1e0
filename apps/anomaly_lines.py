"""Lines of readings, from a pipe or a growing file, and what their cells are."""

import contextlib
import csv
import math
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from anomaly_source import Source

from seqkit.errors import InputError
from seqkit.models.anomaly.settings import MISSING

_PAUSE = 0.2  # seconds between looks at a file that may have grown


@contextlib.contextmanager
def lines_of(path: str | None, follow: bool) -> Iterator[Iterable[str]]:
    """Open standard input or a file, and wait at its end for more if asked to."""
    if path is None and follow:
        raise InputError("--follow goes with --file")
    name = path or "standard input"
    try:
        if path is None:
            yield sys.stdin
        elif follow:
            with open(path, "rb"):  # now, if it cannot be read
                yield _followed(path)
        else:
            with open(path, encoding="utf-8") as file:
                yield file
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: is not UTF-8: {error.reason}") from error
    except BrokenPipeError:
        raise
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from error


def _followed(path: str) -> Iterator[str]:
    """Give whole lines for ever, from the start again where the file is a new one."""
    while True:
        with open(path, "rb") as file:
            kept, known = b"", os.fstat(file.fileno()).st_ino
            while True:
                kept += file.readline()
                if kept.endswith(b"\n"):
                    yield kept.decode("utf-8")
                    kept = b""
                    continue
                time.sleep(_PAUSE)
                with contextlib.suppress(FileNotFoundError):  # while it is replaced
                    now = os.stat(path)
                    if now.st_ino != known or now.st_size < file.tell():
                        break


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
    """

    channels: tuple[str, ...]
    source: Source

    @classmethod
    def of(
        cls, config: Mapping[str, Any], folder: str, channels: Sequence[str]
    ) -> "Rules":
        """Take what a run's config.json says."""
        from seqkit.models.anomaly.data import CYCLES

        source = Source.of_config(config, folder)
        known = len(channels) - (2 * len(CYCLES) if source.calendar else 0)
        return cls(tuple(channels[:known]), source)

    def header(self, cells: Sequence[str]) -> Layout | None:
        """Read the places off a line of names; None where it is no such line.

        Raises:
            InputError: It has no column of times, and the training had one.
        """
        from seqkit.models.anomaly.data import time_column

        if not set(self.channels) <= set(cells):
            return None
        when = time_column(cells, self.source.time_column)
        if when is None and self.source.timed:
            raise InputError(
                f"the column of times must be named "
                f"{self.source.time_column or 'time'!r}, for training had times; the "
                f"header has {', '.join(cells)}"
            )
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


def cells_of(line: str, number: int, separator: str) -> list[str]:
    """Cut one line, by itself: an open quotation mark must not swallow the next."""
    try:
        rows = csv.reader([line], delimiter=separator)
        return [cell.strip() for row in rows for cell in row]
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

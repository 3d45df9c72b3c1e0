"""Lines of readings, from a pipe or a growing file, and what their cells are."""

import contextlib
import csv
import math
import os
import select
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from seqkit.errors import InputError

MISSING = ("", "nan", "na", "n/a", "null", "none")  # cells without a reading, lowered
_PAUSE = 0.2  # seconds between looks at what may have come
_CHUNK = 1 << 16  # bytes read at a time
_GREATEST = 1e30  # of a reading


@contextlib.contextmanager
def lines_of(
    path: str | None, follow: bool, stopped: Callable[[], bool] = lambda: False
) -> Iterator[Iterable[str]]:
    """Open standard input or a file, and wait at its end for more if asked to.

    A file that is followed may be rotated: the last lines of the old one are read, then
    those of the new one; of one that has become shorter, all lines. No line that was
    read is lost when it is to stop.

    Args:
        path: The file; None for standard input.
        follow: Whether to wait for more.
        stopped: Says whether to stop, once what was read is used.

    Raises:
        InputError: The file cannot be read, or is not UTF-8.
    """
    if path is None and follow:
        raise InputError("--follow goes with --file")
    name = path or "standard input"
    try:
        if path is None:
            yield _of_standard_input(stopped)
        elif follow:
            with open(path, "rb"):  # now, if it cannot be read
                yield _followed(path, stopped)
        else:
            with open(path, encoding="utf-8") as file:
                yield _until(file, stopped)
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: is not UTF-8: {error.reason}") from error
    except BrokenPipeError:
        raise
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from error


def _until(lines: Iterable[str], stopped: Callable[[], bool]) -> Iterator[str]:
    for line in lines:
        yield line
        if stopped():
            return


def _of_standard_input(stopped: Callable[[], bool]) -> Iterator[str]:
    """Give lines as they come; look up now and then whether to stop."""
    try:
        descriptor = sys.stdin.fileno()
    except (OSError, ValueError, AttributeError):  # no file: a test's
        yield from _until(sys.stdin, stopped)
        return
    kept = b""
    while not stopped():
        if not select.select([descriptor], [], [], _PAUSE)[0]:
            continue
        read = os.read(descriptor, _CHUNK)
        if not read:
            break
        *whole, kept = (kept + read).split(b"\n")
        for line in whole:
            yield line.decode("utf-8") + "\n"
    if kept:
        yield kept.decode("utf-8")


def _followed(path: str, stopped: Callable[[], bool]) -> Iterator[str]:
    while True:
        with open(path, "rb") as file:
            kept, known, rotated = b"", os.fstat(file.fileno()), False
            while True:
                read = file.readline()
                kept += read
                if kept.endswith(b"\n"):
                    yield kept.decode("utf-8")
                    kept = b""
                    if stopped():
                        return
                    continue
                if rotated and not read:  # the end of the old file
                    if kept:
                        yield kept.decode("utf-8")
                    break
                if stopped():
                    return
                time.sleep(_PAUSE)
                with contextlib.suppress(FileNotFoundError):  # while it is replaced
                    now = os.stat(path)
                    if (now.st_dev, now.st_ino) != (known.st_dev, known.st_ino):
                        rotated = True
                    elif now.st_size < file.tell():
                        break


@dataclass(frozen=True)
class Layout:
    """Which cells of a line are what.

    Args:
        readings: Places of the channels, in their order.
        time: Place of the time; None where there is none.
        cells: How many a line has.
    """

    readings: tuple[int, ...]
    time: int | None
    cells: int

    @classmethod
    def of_header(
        cls, cells: Sequence[str], channels: Sequence[str], time: str | None
    ) -> "Layout | None":
        """Read the places off a line of names; None where it is no such line.

        Example:
            >>> Layout.of_header(["time", "flow", "heat"], ["heat"], "time")
            Layout(readings=(2,), time=0, cells=3)
            >>> Layout.of_header(["1", "2"], ["heat"], None) is None
            True
        """
        if not set(channels) <= set(cells):
            return None
        places = tuple(cells.index(name) for name in channels)
        return cls(places, cells.index(time) if time in cells else None, len(cells))

    @classmethod
    def of_positions(cls, cells: Sequence[str], channels: Sequence[str]) -> "Layout":
        """Take the channels in order, after a time or not.

        Raises:
            InputError: The number of cells is another.
        """
        count = len(channels)
        if len(cells) not in (count, count + 1):
            raise InputError(
                f"must have {count} readings ({', '.join(channels)}), after a time or "
                f"not, or the names of the columns; got {','.join(cells)!r}"
            )
        first = len(cells) - count
        return cls(tuple(range(first, len(cells))), 0 if first else None, len(cells))

    def read(
        self, cells: Sequence[str], missing: Sequence[str] = ()
    ) -> tuple[str | None, list[float]]:
        """Give the time and the readings of a line.

        Raises:
            InputError: It has more or fewer cells, or one that is no number.
        """
        if len(cells) != self.cells:
            raise InputError(
                f"must have {self.cells} cells, as those before; got "
                f"{','.join(cells)!r}"
            )
        when = None if self.time is None else cells[self.time]
        return when, [number_of(cells[place], missing) for place in self.readings]


def cells_of(line: str, separator: str) -> list[str]:
    """Cut one line, by itself: an open quotation mark must not swallow the next.

    Example:
        >>> cells_of('1, "a,b"', ",")
        ['1', 'a,b']
    """
    try:
        rows = csv.reader([line], delimiter=separator, skipinitialspace=True)
        return [cell.strip() for row in rows for cell in row]
    except csv.Error as error:
        raise InputError(f"is not cells of a table: {error}") from error


def number_of(cell: str, missing: Sequence[str] = ()) -> float:
    """Read a cell; NaN where the reading is missing.

    Args:
        cell: Its text.
        missing: What stands for a missing reading, besides `MISSING`.

    Example:
        >>> number_of("1.5"), number_of("NA"), number_of("-9999", ["-9999"])
        (1.5, nan, nan)
    """
    if cell.lower() in (*MISSING, *missing):
        return math.nan
    try:
        value = float(cell)
    except ValueError:
        value = math.inf
    if not abs(value) <= _GREATEST:
        raise InputError(f"must have numbers; got {cell!r}")
    known = (float(each) for each in missing if each.lstrip("+-")[:1].isdigit())
    return math.nan if value in known else value

"""Lines of readings, from a pipe or a growing file, and what their cells are."""

import contextlib
import csv
import os
import select
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from seqkit.errors import InputError
from seqkit.series.numerals import number_of
from seqkit.series.time_columns import find_time_columns, joined

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_PAUSE = 0.2  # seconds between looks at what may have come
_CHUNK = 1 << 16  # bytes read at a time
_WRONG = "replace"  # what is not UTF-8 spoils its cell, and not all lines


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
        InputError: The file cannot be read.
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
            with open(path, encoding="utf-8", errors=_WRONG) as file:
                yield _until(file, stopped)
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
            yield line.decode("utf-8", _WRONG) + "\n"
    if kept:
        yield kept.decode("utf-8", _WRONG)


def _followed(path: str, stopped: Callable[[], bool]) -> Iterator[str]:
    while True:
        with open(path, "rb") as file:
            kept, known, rotated = b"", os.fstat(file.fileno()), False
            while True:
                read = file.readline()
                kept += read
                if kept.endswith(b"\n"):
                    yield kept.decode("utf-8", _WRONG)
                    kept = b""
                    if stopped():
                        return
                    continue
                if rotated and not read:  # the end of the old file
                    if kept:
                        yield kept.decode("utf-8", _WRONG)
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
        times: Names of the columns of times, and their places; empty without times.
        cells: How many a line has.
    """

    readings: tuple[int, ...]
    times: dict[str, int]
    cells: int

    @classmethod
    def of_header(
        cls, cells: Sequence[str], channels: Sequence[str], times: Sequence[str] = ()
    ) -> "Layout | None":
        """Read the places off a line of names; None where it is no such line.

        Args:
            cells: Of the line.
            channels: Names of the channels.
            times: Names of the columns of times; empty to look for them.

        Example:
            >>> Layout.of_header(["time", "flow", "heat"], ["heat"])
            Layout(readings=(2,), times={'time': 0}, cells=3)
            >>> Layout.of_header(["1", "2"], ["heat"]) is None
            True
        """
        if not set(channels) <= set(cells):
            return None
        found = {name: cells.index(name) for name in find_time_columns(cells, times)}
        return cls(tuple(cells.index(name) for name in channels), found, len(cells))

    @classmethod
    def of_positions(
        cls, cells: Sequence[str], channels: Sequence[str], times: Sequence[str] = ()
    ) -> "Layout":
        """Take the channels in order, after a time or not.

        Raises:
            InputError: The number of cells is another.
        """
        count, times = len(channels), times or ("time",)
        if len(cells) not in (count, count + len(times)):
            raise InputError(
                f"must have {count} readings ({', '.join(channels)}), after a time or "
                f"not, or the names of the columns; got {','.join(cells)!r}"
            )
        first = len(cells) - count
        places = {name: place for place, name in enumerate(times)} if first else {}
        return cls(tuple(range(first, len(cells))), places, len(cells))

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
        written = [cells[place] for place in self.times.values()]
        when = joined(tuple(self.times), written) if written else None
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

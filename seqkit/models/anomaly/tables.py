"""Tables of readings in files of text. Needs the `apps` extra."""

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from seqkit.errors import InputError
from seqkit.series.lines import SEPARATORS
from seqkit.series.numerals import plain

ENDINGS = (".csv", ".tsv")
_SAID = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)  # as spreadsheets begin
_DATE = re.compile(r"\d{1,4}([-./])\d{1,2}\1\d{1,4}\b")
_ROWS = 50_000  # that are lists at a time


class Table(NamedTuple):
    """The cells of a file, every one as text."""

    cells: pd.DataFrame
    separator: str


def read_table(path: Path) -> Table:
    """Read a .csv or .tsv file in UTF-8 with a header line.

    Cells of a .csv file are separated by commas or, where the header has more of them,
    by semicolons, tabs or bars. Lines above the header that begin with # are left out.
    Empty lines count only where there is one column: as empty cells.

    Raises:
        InputError: The file is missing, empty, not UTF-8 or no table; the first line
            names no columns, or two have one name; a row has fewer or more cells than
            the header. The message says which.
    """
    if path.suffix.lower() not in ENDINGS:
        raise InputError(f"{path}: must end in {' or '.join(ENDINGS)}")
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            lines, separator = _beginning(path, file)
            reader = csv.reader(chain(lines, file), delimiter=separator, strict=True)
            names = _names(path, [name.strip() for name in next(reader)])
            parts = list(_parts(path, reader, names, separator))
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: is not UTF-8 (byte 0x{error.object[error.start]:02x}); convert "
            "it, for example with iconv"
        ) from error
    except (OSError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as a table: {error}") from error
    return Table(pd.concat(parts, ignore_index=True), separator)


def separator_of(name: str, header: str) -> str:
    """Give what separates cells, by the name of a file and its first line.

    Example:
        >>> separator_of("a.csv", "time;load"), separator_of("a.tsv", "time")
        (';', '\\t')
    """
    if name.lower().endswith(".tsv"):
        return "\t"
    return max(SEPARATORS, key=lambda each: (header.count(each), each == ","))


def _beginning(path: Path, file: Iterable[str]) -> tuple[list[str], str]:
    """Read up to the line that names the columns: lines from it on, the separator.

    Lines before it may begin with #; so may it, where values follow.
    """
    comment, said = "", None
    for line in file:
        if found := _SAID.fullmatch(line):
            said = found.group(1)
        elif line.lstrip().startswith("#"):
            comment = line
        elif line.strip():
            separator = said or separator_of(path.name, line)
            above = comment.lstrip().removeprefix("#").lstrip()
            same = above.count(separator) == line.count(separator)
            if above and same and _values(line.split(separator)):
                return [above, line], separator
            return [line], separator
    raise InputError(f"{path}: is empty")


def _values(header: list[str]) -> list[str]:
    """Give what of a line can be no name: dates, and numbers that are not whole.

    Example:
        >>> _values(["time", "1", "20.5", "2024-01-28 10:00"])
        ['20.5', '2024-01-28 10:00']
    """
    return [
        cell
        for cell in map(str.strip, header)
        if _DATE.match(cell) or (plain(cell) is not None and not cell.isdecimal())
    ]


def _names(path: Path, header: list[str]) -> list[str]:
    if values := _values(header):
        raise InputError(
            f"{path}: the first line must name the columns; got {values[0]!r}"
        )
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise InputError(
            f"{path}: columns must have names of their own; twice: {', '.join(twice)}"
        )
    return [name or f"column {number}" for number, name in enumerate(header, start=1)]


def _parts(
    path: Path, reader: Iterator[list[str]], names: list[str], separator: str
) -> Iterator[pd.DataFrame]:
    """Read rows by parts: lists of all of them would take much memory."""
    number = 0
    yield pd.DataFrame(columns=names, dtype=str)
    rows = (cells or [""] for cells in reader if cells or len(names) == 1)
    while part := list(islice(rows, _ROWS)):
        for cells in part:
            number += 1
            if len(cells) != len(names):
                raise InputError(
                    f"{path}: every row must have {len(names)} cells, as the header "
                    f"({separator.join(names)}) has; row {number} below it has "
                    f"{len(cells)}"
                )
        yield pd.DataFrame(part, columns=names, dtype=str)

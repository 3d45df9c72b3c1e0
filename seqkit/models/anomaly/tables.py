"""Tables of readings in files of text. Needs the `apps` extra."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from seqkit.errors import InputError

ENDINGS = (".csv", ".tsv")
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_ROWS = 50_000  # that are lists at a time


class Table(NamedTuple):
    """The cells of a file, every one as text."""

    cells: pd.DataFrame
    separator: str


def read_table(path: Path) -> Table:
    """Read a .csv or .tsv file in UTF-8 with a header line.

    Cells of a .csv file are separated by commas or, where the header has more of them,
    by semicolons. Empty lines count only where there is one column: as empty cells.

    Raises:
        InputError: The file is missing, empty, not UTF-8 or no table; two columns have
            one name; a row has fewer or more cells than the header. The message says
            which.
    """
    if path.suffix.lower() not in ENDINGS:
        raise InputError(f"{path}: must end in {' or '.join(ENDINGS)}")
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            separator = separator_of(path.name, file.readline())
            file.seek(0)
            reader = csv.reader(file, delimiter=separator, strict=True)
            header = next((cells for cells in reader if cells), None)
            if header is None:
                raise InputError(f"{path}: is empty")
            names = _names(path, [name.strip() for name in header])
            parts = list(_parts(path, reader, names))
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


def _names(path: Path, header: list[str]) -> list[str]:
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise InputError(
            f"{path}: columns must have names of their own; twice: {', '.join(twice)}"
        )
    return [name or f"column {number}" for number, name in enumerate(header, start=1)]


def _parts(
    path: Path, reader: Iterator[list[str]], names: list[str]
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
                    f"has; row {number} below it has {len(cells)}"
                )
        yield pd.DataFrame(part, columns=names, dtype=str)

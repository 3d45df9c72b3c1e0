"""Rows of text files: tables with and without quotation marks, plain or gzipped."""

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from seqkit.errors import InputError
from seqkit.text.files import decoded, read_bytes

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
QUOTED, PLAIN = (".csv",), (".tsv", ".tab", ".txt")
_LOOKED_AT = 100  # rows from which a separator is found
_SHOWN = 5  # bad rows that a message names

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


class Rows(NamedTuple):
    """The rows of a file, each a list of as many cells."""

    cells: list[list[str]]
    lines: list[int]  # on which line of the file each begins, from 1
    skipped: int  # rows left out, for another number of cells


def read_rows(
    path: Path,
    separator: str | None = None,
    skip_lines: int = 0,
    skip_bad: bool = False,
) -> Rows:
    """Read a table in UTF-8.

    - .csv: cells may stand in quotation marks; the separator is a comma, semicolon, tab
      or bar: that one by which the first rows have equally many cells, or that a first
      line names, as "sep=;".
    - .tsv, .tab, .txt: one row a line, a tab between cells, or else a semicolon or bar
      by which the first rows have equally many; no quotation marks: these are a part
      of the text.

    Either may be gzipped (.csv.gz). Empty lines at the end count for nothing, and in a
    .csv the others neither, where rows have more cells than one.

    Args:
        path: The file.
        separator: A name of `SEPARATORS`; None for what the file's name says.
        skip_lines: Lines at the start that hold no row.
        skip_bad: Whether rows of another number of cells than the first are left out,
            and not refused.

    Raises:
        InputError: The file is missing, empty, not UTF-8, has another ending, or a row
            has more or fewer cells than the first; the message names the line.
    """
    text = decoded(read_bytes(path), path)
    suffix = suffix_of(path)
    if suffix not in (*QUOTED, *PLAIN):
        raise InputError(
            f"{path}: must end in {', '.join((*QUOTED, *PLAIN))}, or in one of these "
            "and .gz"
        )
    if separator is not None and separator not in SEPARATORS:
        raise InputError(
            f"separator must be one of {', '.join(SEPARATORS)}; got {separator!r}"
        )
    if skip_lines < 0:
        raise InputError(f"skip_lines must be at least 0; got {skip_lines}")
    named = SEPARATORS[separator] if separator else None
    said = re.match(r"sep=(.)\r?\n", text) if suffix in QUOTED else None
    if said:
        named, skip_lines = named or said[1], skip_lines + 1
    parts = text.split("\n", skip_lines)
    text = parts[-1] if len(parts) > skip_lines else ""
    if suffix in PLAIN:
        mark = named or _plain_separator(text)
        rows = _plain(text, mark)
    else:
        mark = named or _found_separator(text)
        rows = _quoted(path, text, mark)
    numbered = [(cells, line + skip_lines) for cells, line in rows]
    if not text.strip("\r\n"):
        raise InputError(f"{path}: has no row after the {skip_lines} lines to skip")
    width = _width(numbered, skip_bad)
    if suffix in QUOTED and width > 1:
        numbered = [(cells, line) for cells, line in numbered if cells != [""]]
    bad = [(cells, line) for cells, line in numbered if len(cells) != width]
    if bad and not skip_bad:
        cells, line = bad[0]
        shown = mark.join(cells)[:60]
        raise InputError(
            f"{path}, line {line}: must have {width} cells, as the first row has; got "
            f"{len(cells)}: {shown!r}"
            + (f"; so have {len(bad) - 1} more" if len(bad) > 1 else "")
        )
    good = [each for each in numbered if len(each[0]) == width]
    return Rows([cells for cells, _ in good], [line for _, line in good], len(bad))


def suffix_of(path: Path) -> str:
    """Give the ending of a file's name in lower case, but for .gz.

    Example:
        >>> suffix_of(Path("Reviews.CSV.gz"))
        '.csv'
    """
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix


def refuse_empty(
    path: Path, name: str, texts: Sequence[object], lines: Sequence[int]
) -> None:
    """Refuse texts that are empty.

    Raises:
        InputError: Some are; the message names their lines.
    """
    empty = [str(line) for text, line in zip(texts, lines, strict=True) if not text]
    if empty:
        shown = ", ".join(empty[:_SHOWN]) + (", ..." if len(empty) > _SHOWN else "")
        raise InputError(
            f"{path}: {name} is empty in {len(empty)} of {len(texts)} rows: "
            f"line{'s' if len(empty) > 1 else ''} {shown}"
        )


def _plain(text: str, separator: str) -> list[tuple[list[str], int]]:
    lines = text.rstrip("\r\n").split("\n")
    return [
        (line.removesuffix("\r").split(separator), number)
        for number, line in enumerate(lines, start=1)
    ]


def _plain_separator(text: str) -> str:
    """Give a tab, or what cuts the first rows into equally many cells where none is."""
    lines = [line for line in text.split("\n")[:_LOOKED_AT] if line.strip()]
    for separator in (";", "|"):
        widths = {line.count(separator) for line in lines}
        if len(widths) == 1 and widths != {0} and not any("\t" in ln for ln in lines):
            return separator
    return "\t"


def _quoted(path: Path, text: str, separator: str) -> list[tuple[list[str], int]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            rows.append((cells or [""], line))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"{path}, line {line}: is no row of a table: {error}"
        ) from error
    return rows


def _found_separator(text: str) -> str:
    """Give that separator by which the first rows have equally many cells."""
    found = []
    for preference, separator in enumerate(SEPARATORS.values()):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        try:
            widths = [
                len(cells) for cells, _ in zip(reader, range(_LOOKED_AT), strict=False)
            ]
        except csv.Error:
            continue
        widths = [width for width in widths if width]
        first = widths[0] if widths else 1
        same = sum(width == first for width in widths) / max(len(widths), 1)
        found.append((first > 1, same, -preference, separator))
    return max(found)[-1] if found else ","


def _width(rows: list[tuple[list[str], int]], skip_bad: bool) -> int:
    """Give the number of cells of the first row, or of the most where some may go."""
    widths = [len(cells) for cells, _ in rows if cells != [""]] or [1]
    return Counter(widths).most_common(1)[0][0] if skip_bad else widths[0]

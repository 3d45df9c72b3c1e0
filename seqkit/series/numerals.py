"""Numbers as people write them, and cells that stand for a missing reading."""

import math
import re
from collections.abc import Collection, Sequence

from seqkit.errors import InputError

MISSING = frozenset(
    {
        "", "nan", "na", "n/a", "n.a.", "null", "none", "<na>", "?", "-", "--", "---",
        "#n/a", "#null!", "#div/0!", "#value!", "#num!", "#ref!",
    }
)  # fmt: skip
GREATEST = 1e30  # of a reading
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_GROUPED = re.compile(
    r"([+-]?\d{1,3})((?:([.,'\u2019 \u00a0\u202f\u2009])\d{3})(?:\3\d{3})*)"
    r"(?:([.,])(\d+))?",
    re.ASCII,
)
_MARKS = re.compile(r"[^\d]", re.ASCII)


def plain(text: str) -> str | None:
    """Write a number as Python reads it; None where it is none.

    A comma is a decimal comma, unless marks of thousands or a decimal point show that
    it marks thousands. Thousands may be marked by commas, points, spaces or
    apostrophes, where they cannot be taken for a decimal mark.

    Example:
        >>> [plain(each) for each in ("1.5", "-1,5", "2.001,26", "1 000,5")]
        ['1.5', '-1.5', '2001.26', '1000.5']
        >>> [plain(each) for each in ("1_000", "0x1F", "20 kW", "inf")]
        [None, None, None, None]
    """
    if _PLAIN.fullmatch(text):
        return text
    if _DECIMAL_COMMA.fullmatch(text):
        return text.replace(",", ".")
    if not (found := _GROUPED.fullmatch(text)):
        return None
    first, groups, mark, decimal, rest = found.groups()
    if mark == decimal:
        return None
    return first + _MARKS.sub("", groups) + (f".{rest}" if decimal else "")


def number_of(cell: str, missing: Collection[str] = ()) -> float:
    """Read a cell; NaN where the reading is missing.

    Args:
        cell: Its text.
        missing: What stands for a missing reading, besides `MISSING`.

    Raises:
        InputError: It is no number, or one beyond 1e30.

    Example:
        >>> number_of("1.5"), number_of("NA"), number_of("-9999", ["-9999"])
        (1.5, nan, nan)
    """
    lowered = cell.lower()
    if lowered in MISSING or lowered in missing:
        return math.nan
    written = plain(cell)
    value = math.inf if written is None else float(written)
    if not abs(value) <= GREATEST:
        raise InputError(f"must have numbers; got {cell!r}")
    return math.nan if value in numbers_among(missing) else value


def numbers_among(texts: Collection[str]) -> list[float]:
    """Give those of some texts that are numbers.

    Example:
        >>> numbers_among(["-9999", "off"])
        [-9999.0]
    """
    return [float(each) for text in texts if (each := plain(text.strip()))]


def marks_of_thousands(texts: Sequence[str], mark: str) -> bool:
    """Say whether numbers could all have marks of thousands: nobody can know.

    Args:
        texts: Numbers as they are written, all with the mark.
        mark: A comma or a point.

    Example:
        >>> [marks_of_thousands([each], ",") for each in ("2,001", "1,5")]
        [True, False]
    """
    pattern = re.compile(rf"[+-]?[1-9]\d{{0,2}}{re.escape(mark)}\d{{3}}", re.ASCII)
    return bool(texts) and all(pattern.fullmatch(each) for each in texts)

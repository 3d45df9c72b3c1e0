"""Which columns of a table are times, and a time written in several of them."""

import re
from collections.abc import Sequence

_TIMES = (
    "datetime",
    "timestamp",
    "date",
    "time",
    "ds",
    "ts",
)  # the first that is there
_PARTS = ("year", "month", "day", "hour", "minute", "second")
_CLOCKS = ("time", "hour")  # beside a date
_IN_BRACKETS = re.compile(r"[(\[].*?[)\]]")
_POINTS = re.compile(r"(\d{1,2})\.(\d{2})(?:\.(\d{2}))?")


def find_time_columns(
    names: Sequence[str], wanted: Sequence[str] = ()
) -> tuple[str, ...]:
    """Find the columns of times: those wanted, or those that are named like it.

    A date and a time, or a year, a month, a day and so on, are one time together.

    Args:
        names: Of all columns.
        wanted: Names of columns of times; empty to look for them.

    Returns:
        Their names, in the order in which `joined` takes their cells; none where a
        wanted one is not there.

    Example:
        >>> find_time_columns(["load", "Date Time"]), find_time_columns(["load"])
        (('Date Time',), ())
        >>> find_time_columns(["Time", "Date"])
        ('Date', 'Time')
        >>> find_time_columns(["hour", "load", "year", "month", "day"])
        ('year', 'month', 'day', 'hour')
    """
    if wanted:
        return tuple(wanted) if set(wanted) <= set(names) else ()
    plain: dict[str, str] = {}
    for name in names:
        plain.setdefault(_plain(name), name)
    if {"year", "month", "day"} <= set(plain):
        parts = [plain.get(part) for part in _PARTS]
        count = parts.index(None) if None in parts else len(parts)
        return tuple(name for name in parts[:count] if name)
    found = next((each for each in _TIMES if each in plain), None)
    if found is None:
        return ()
    clock = next((each for each in _CLOCKS if each in plain), None)
    both = [found, clock] if found == "date" and clock else [found]
    return tuple(plain[each] for each in both)


def joined(names: Sequence[str], cells: Sequence[str]) -> str:
    """Write the time that stands in the cells of some columns.

    Args:
        names: As `find_time_columns` gives them.
        cells: One for each name.

    Example:
        >>> joined(["Date", "Time"], ["28/01/2024", "18.30.00"])
        '28/01/2024 18:30:00'
        >>> joined(["year", "month", "day", "hour"], ["2024", "1", "28", "7"])
        '2024-01-28 07:00'
    """
    if len(names) == 1:
        return cells[0].strip()
    each = [cell.strip() for cell in cells]
    if _plain(names[0]) == _PARTS[0]:
        date, clock = each[:3], each[3:]
        two = [part.zfill(2) for part in clock] or ["00"]
        return "-".join(part.zfill(2) for part in date) + " " + _clock(":".join(two))
    return " ".join([each[0], *map(_clock, each[1:])])


def _clock(text: str) -> str:
    """Write a time of the day with colons; of an hour alone, with its minutes."""
    if text.isdecimal() and len(text) <= 2:
        return f"{text.zfill(2)}:00"
    if found := _POINTS.fullmatch(text):
        return ":".join(part for part in found.groups() if part)
    return text


def _plain(name: str) -> str:
    """The letters of a name, in small, without what is in brackets."""
    return re.sub(r"[\W_]", "", _IN_BRACKETS.sub("", name)).lower()

"""Times of readings: parsed, checked, made into features. Needs the `apps` extra."""

import re
import warnings
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pandas.tseries.api import guess_datetime_format

from seqkit.errors import InputError

_UNITS = (("s", 1e11), ("ms", 1e14), ("us", 1e17))  # of Unix time; else ns
_CYCLES = {"hour": 3600, "day": 86400, "week": 7 * 86400, "year": 31556952}
_FROM_MONDAY = 4 * 86400  # 1970 began on a Thursday
_YEARS = (1678, 2261)  # that nanoseconds reach
_LIKELY = (1900, 2100)  # of dates without marks
_MOST_NANOSECONDS = 9.2e18
_COMPACT = {  # by their digits
    4: ("%Y",), 6: ("%Y%m", "%y%m%d"), 8: ("%Y%m%d",), 10: ("%Y%m%d%H",),
    12: ("%Y%m%d%H%M",), 14: ("%Y%m%d%H%M%S",),
}  # fmt: skip
UNIX = "unix"  # the format of numbers since 1970
_CLOCK = re.compile(
    r"(?:\d+ days?,? )?T?\d{1,2}[:.h]\d{2}(?:[:.m]\d{2}(?:[.,]\d+)?)?s?"
    r"(?: ?[AaPp]\.?[Mm]\.?)?$"
)
_NAMED_OFFSET = re.compile(r"(?:UTC|GMT) ?[+-]\d")
_OFFSET = re.compile(r":\d{2}(?:[.,]\d+)? ?(?:Z|UTC|GMT|[+-]\d{2}:?(?:\d{2})?)$")


def parse_times(column: Sequence[Any], name: str = "time") -> np.ndarray:
    """Read times: dates in one format or in any of ISO 8601, or Unix time.

    Numbers are seconds since 1970 where all are under 1e11, else milliseconds under
    1e14, microseconds under 1e17, or nanoseconds; but years and dates such as 202401,
    20240128 or 202401281230, where all can be one. Time zones are brought to UTC.

    Args:
        column: Texts, numbers or dates.
        name: Of the column, for messages.

    Returns:
        Shape (n,), datetime64[ns].

    Raises:
        InputError: A value is no date, or neither in the format of the first nor in ISO
            8601.

    Example:
        >>> str(parse_times(["2014-04-01 00:05", "2014-04-01 00:10"])[1])
        '2014-04-01T00:10:00.000000000'
        >>> len(parse_times(["2014-04-01", "2014-04-01T00:05", "2014-04-01 00:10:00"]))
        3
        >>> parse_times([60, 120]).astype("datetime64[s]").astype(int).tolist()
        [60, 120]
        >>> parse_times(["2014-04-01", "soon"])
        Traceback (most recent call last):
        ...
        seqkit.errors.InputError: time must be dates in one format; row 2 has 'soon'
    """
    return read_times(column, name).values


class Times(NamedTuple):
    """Times, and the format they were written in."""

    values: np.ndarray  # (n,), datetime64[ns]
    format: str | None  # of `datetime.strptime`; "unix" of numbers; None of ISO 8601


def read_times(
    column: Sequence[Any], name: str = "time", format: str | None = None
) -> Times:
    """Read times as `parse_times` does, and say how they are written.

    Args:
        column: Texts, numbers or dates.
        name: Of the column, for messages.
        format: How texts are written, if they are; else it is looked for.

    Raises:
        InputError: As `parse_times`; or the day and the month could each be the first.

    Example:
        >>> read_times(["28/02/2024", "01/03/2024"]).format
        '%d/%m/%Y'
        >>> read_times(["01/02/2024"])
        Traceback (most recent call last):
        ...
        seqkit.errors.InputError: time may have the day or the month first, as in \
'01/02/2024': write 2024-12-31
        >>> read_times(["01/02/2024"], format="%d/%m/%Y").values[0].astype(str)[:10]
        '2024-02-01'
    """
    series = pd.Series(column)
    if pd.api.types.is_bool_dtype(series):
        series = series.astype(str)
    if pd.api.types.is_numeric_dtype(series):
        return _of_numbers(series, name, format)
    if pd.api.types.is_datetime64_any_dtype(series):
        return Times(_complete(series, series, name), None)
    _refuse_halves(series.astype(str), name)
    guesses = _guesses(str(series.iloc[0]))
    if format and format != UNIX:  # its order of day and month holds for other ways
        same = [each for each in guesses if _day_first(each) == _day_first(format)]
        guesses = [format, *same]
    if fitting := _formats(series.astype(str), name, guesses):
        return fitting[0]
    iso = pd.to_datetime(series, errors="coerce", utc=True, format="ISO8601")
    how = {} if iso.isna().any() else {"format": "ISO8601"}
    return Times(_complete(series, series, name, **how), None)


def read_time(text: str, format: str | None = None) -> np.datetime64:
    """Read one time as `read_times` does, only sooner.

    Args:
        text: Unix time or a date.
        format: How dates are written; None of ISO 8601.

    Raises:
        InputError: It is neither.

    Example:
        >>> str(read_time("2024-03-01T12:00+02:00"))
        '2024-03-01T10:00:00.000000000'
        >>> read_time("1709287200") == read_time("2024-03-01 10:00")
        np.True_
    """
    try:
        number = float(text)
    except ValueError:
        pass
    else:
        whole = int(number) if number.is_integer() else number
        return read_times([whole], "a time", format or UNIX).values[0]
    try:
        found = datetime.strptime(text, format) if format not in (None, UNIX) else None
        found = found or datetime.fromisoformat(text)
        if _CLOCK.match(text) or not _YEARS[0] <= found.year <= _YEARS[1]:
            raise ValueError
    except ValueError:
        return read_times([text], "a time", format).values[0]
    if found.tzinfo:
        found = found.astimezone(timezone.utc).replace(tzinfo=None)
    return np.datetime64(found, "ns")


def _of_numbers(series: pd.Series, name: str, format: str | None) -> Times:
    """Read numbers: dates without marks, or Unix time."""
    wrong = ~np.isfinite(series.to_numpy(np.float64))
    if (
        format != UNIX
        and not wrong.any()
        and (compact := _compact(series, name, format))
    ):
        return compact
    units = (unit for unit, most in _UNITS if not (series.abs() >= most).any())
    far = np.flatnonzero(series.abs() >= _MOST_NANOSECONDS)
    if len(far) and not wrong.any():
        raise InputError(
            f"{name} must be dates or Unix times; row {far[0] + 1} has "
            f"{series.iloc[far[0]]}, more than nanoseconds can be"
        )
    known = series.mask(wrong)
    return Times(_complete(known, series, name, unit=next(units, "ns")), UNIX)


def _compact(series: pd.Series, name: str, format: str | None) -> Times | None:
    """Read whole numbers such as 20240128 or 202401281230 as dates, if all are."""
    if not (series == np.rint(series)).all() or (series.abs() >= 1e15).any():
        return None
    texts = series.astype(np.int64).astype(str)
    lengths = set(texts.str.len())
    if len(lengths) != 1:
        return None
    found = []
    for written in _COMPACT.get(lengths.pop(), ()):
        times = pd.to_datetime(texts, errors="coerce", utc=True, format=written)
        if format not in (None, written) or times.isna().any():
            continue
        if times.dt.year.between(*_LIKELY).all():
            found.append(Times(_naive(times), written))
    if len(found) > 1:
        raise InputError(
            f"{name} may be a year and a month, or a date, as in {texts.iloc[0]}: "
            "write 2024-12 or 2024-12-31"
        )
    return found[0] if found else None


def _refuse_halves(series: pd.Series, name: str) -> None:
    """Refuse times of the day without a date, and offsets in some rows only."""
    clocks = np.flatnonzero(series.str.strip().str.match(_CLOCK))
    if len(clocks):
        raise InputError(
            f"{name} must have dates; row {clocks[0] + 1} has "
            f"{series.iloc[clocks[0]]!r}, a time of the day"
        )
    named = np.flatnonzero(series.str.contains(_NAMED_OFFSET))
    if len(named):
        raise InputError(
            f"{name} must have offsets such as +01:00; row {named[0] + 1} has "
            f"{series.iloc[named[0]]!r}, which is read in two ways"
        )
    offsets = series.str.strip().str.contains(_OFFSET)
    if offsets.any() and not offsets.all():
        row = int(np.flatnonzero(~offsets)[0])
        raise InputError(
            f"{name} must have an offset in all rows or in none; row {row + 1} has "
            f"{series.iloc[row]!r}"
        )


def _guesses(text: str) -> list[str]:
    """Give the formats that a date may have; none for those of ISO 8601."""
    if text[:4].isdecimal():
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it tells which of the two
        found = [guess_datetime_format(text, dayfirst=first) for first in (False, True)]
    return sorted({each for each in found if each})


def _day_first(format: str) -> bool:
    return format.find("%d") < format.find("%m")


def _formats(series: pd.Series, name: str, formats: Sequence[str]) -> list[Times]:
    """Read all texts in each of some formats; those that fit must say the same."""
    fitting = []
    for each in formats:
        times = pd.to_datetime(series, errors="coerce", utc=True, format=each)
        if not times.isna().any():
            fitting.append(Times(_naive(times), each))
    if len({tuple(each.values.tolist()) for each in fitting}) > 1:
        raise InputError(
            f"{name} may have the day or the month first, as in {series.iloc[0]!r}: "
            "write 2024-12-31"
        )
    return fitting


def _complete(known: pd.Series, series: pd.Series, name: str, **how: Any) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a format that is not inferred
        times = pd.to_datetime(known, errors="coerce", utc=True, **how)
    if times.isna().any():
        row = int(np.flatnonzero(times.isna())[0])
        raise InputError(
            f"{name} must be dates in one format; row {row + 1} has "
            f"{series.iloc[row]!r}"
        )
    return _naive(times)


def _naive(times: pd.Series) -> np.ndarray:
    years = times.dt.year
    if not years.between(*_YEARS).all():
        row = int(np.flatnonzero(~years.between(*_YEARS))[0])
        raise InputError(
            f"times must be in the years {_YEARS[0]} to {_YEARS[1]}; row {row + 1} has "
            f"the year {int(years.iloc[row])}"
        )
    return times.dt.tz_convert(None).to_numpy().astype("datetime64[ns]")


def calendar_features(
    times: np.ndarray, cycles: Sequence[str] = ("day", "week")
) -> np.ndarray:
    """Give where each time stands in the day, the week and so on, as points on circles.

        sin(2π t / cycle), cos(2π t / cycle)

    Args:
        times: Shape (n,), datetime64.
        cycles: Of hour, day, week (from Monday) and year.

    Returns:
        Shape (n, 2 x cycles).

    Raises:
        InputError: A cycle has another name.

    Example:
        >>> noon = np.array(["2024-01-01T12:00"], "datetime64[ns]")
        >>> calendar_features(noon, ["day"]).round(6)
        array([[-0., -1.]])
    """
    unknown = [cycle for cycle in cycles if cycle not in _CYCLES]
    if unknown or not cycles:
        raise InputError(f"cycles must be of {', '.join(_CYCLES)}; got {list(cycles)}")
    seconds = times.astype("datetime64[ns]").astype(np.int64) / 1e9
    features = []
    for cycle in cycles:
        since = seconds - _FROM_MONDAY if cycle == "week" else seconds
        angle = 2 * np.pi * (since % _CYCLES[cycle]) / _CYCLES[cycle]
        features += [np.sin(angle), np.cos(angle)]
    return np.stack(features, axis=1)

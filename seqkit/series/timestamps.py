"""Times of readings: parsed, checked, made into features. Needs the `apps` extra."""

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pandas.tseries.api import guess_datetime_format

from seqkit.errors import InputError
from seqkit.series.checks import same_length
from seqkit.wording import counted

_UNITS = (("s", 1e11), ("ms", 1e14), ("us", 1e17))  # of Unix time; else ns
_CYCLES = {"hour": 3600, "day": 86400, "week": 7 * 86400, "year": 31556952}
_FROM_MONDAY = 4 * 86400  # 1970 began on a Thursday
_MOST_GROWTH = 10
_YEARS = (1678, 2261)  # that nanoseconds reach
_COMPACT = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}  # by their digits
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp][Mm])?$")
_OFFSET = re.compile(r":\d{2}(?:[.,]\d+)? ?(?:Z|[+-]\d{2}:?(?:\d{2})?)$")
_CLOSE = 0.01  # of a step: how far a regular distance may be from a multiple of it


def parse_times(column: Sequence[Any], name: str = "time") -> np.ndarray:
    """Read times: dates in one format or in any of ISO 8601, or Unix time.

    Numbers are seconds since 1970 where all are under 1e11, else milliseconds under
    1e14, microseconds under 1e17, or nanoseconds; but dates such as 20240128 or
    202401281230, where all can be one. Time zones are brought to UTC.

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
    format: str | None  # as of `datetime.strptime`; None of numbers and ISO 8601


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
        if compact := _compact(series, format):
            return compact
        units = (unit for unit, most in _UNITS if not (series.abs() >= most).any())
        known = series.mask(np.isinf(series))
        return Times(_complete(known, series, name, unit=next(units, "ns")), None)
    if pd.api.types.is_datetime64_any_dtype(series):
        return Times(_complete(series, series, name), None)
    _refuse_halves(series.astype(str), name)
    guesses = _guesses(str(series.iloc[0]))
    if format:  # its order of day and month holds for other ways to write, too
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
        return read_times([whole], "a time", format).values[0]
    try:
        found = datetime.strptime(text, format) if format else None
        found = found or datetime.fromisoformat(text)
        if _CLOCK.match(text) or not _YEARS[0] <= found.year <= _YEARS[1]:
            raise ValueError
    except ValueError:
        return read_times([text], "a time", format).values[0]
    if found.tzinfo:
        found = found.astimezone(timezone.utc).replace(tzinfo=None)
    return np.datetime64(found, "ns")


def _compact(series: pd.Series, format: str | None) -> Times | None:
    """Read whole numbers such as 20240128 or 202401281230 as dates, if all are."""
    known = series[np.isfinite(series)]
    if len(known) < len(series) or not (known == np.rint(known)).all():
        return None
    texts = known.astype(np.int64).astype(str)
    lengths = set(texts.str.len())
    if len(lengths) != 1 or (written := _COMPACT.get(lengths.pop())) is None:
        return None
    if format not in (None, written):
        return None
    times = pd.to_datetime(texts, errors="coerce", utc=True, format=written)
    if times.isna().any() or not times.dt.year.between(1900, 2100).all():
        return None
    return Times(_naive(times), written)


def _refuse_halves(series: pd.Series, name: str) -> None:
    """Refuse times of the day without a date, and offsets in some rows only."""
    clocks = np.flatnonzero(series.str.strip().str.match(_CLOCK))
    if len(clocks):
        raise InputError(
            f"{name} must have dates; row {clocks[0] + 1} has "
            f"{series.iloc[clocks[0]]!r}, a time of the day"
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


@dataclass(frozen=True)
class Regularity:
    """How evenly times follow each other.

    Args:
        step: Between readings: the median distance, the lower one of two, if none was
            given.
        uneven: Share of distances that are no multiple of it (to a hundredth).
        gaps: Number of distances of two steps and more.
        missing: Number of readings missing in them.
    """

    step: np.timedelta64
    uneven: float
    gaps: int
    missing: int

    def __str__(self) -> str:
        text = f"a reading every {pd.Timedelta(self.step)}"
        if self.gaps:
            missing = counted(self.missing, "reading")
            text += f"; {missing} missing in {counted(self.gaps, 'gap')}"
        if self.uneven:
            text += f"; {100 * self.uneven:.3g}% of distances are uneven"
        return text


def regularity(
    times: np.ndarray, name: str = "time", step: np.timedelta64 | None = None
) -> Regularity:
    """Measure how evenly times follow each other.

    Args:
        times: Shape (n,), datetime64, n at least 2.
        name: Of the column, for messages.
        step: The distance there ought to be; the median where it is None.

    Raises:
        InputError: There are fewer than two, or they do not increase.

    Example:
        >>> times = parse_times(["2024-01-01 00:00", "2024-01-01 00:05",
        ...                      "2024-01-01 00:10", "2024-01-01 00:20"])
        >>> print(regularity(times))
        a reading every 0 days 00:05:00; 1 reading missing in 1 gap
        >>> regularity(times[[0, 2, 1]])
        Traceback (most recent call last):
        ...
        seqkit.errors.InputError: time must increase; row 3 (2024-01-01T00:05) comes \
after 2024-01-01T00:10
    """
    if len(times) < 2:
        raise InputError(f"{name} must have at least two rows; got {len(times)}")
    distances = np.diff(times)
    wrong = np.flatnonzero(distances <= np.timedelta64(0))
    if len(wrong):
        before, at = (_short(times[wrong[0] + i]) for i in (0, 1))
        how = f"comes after {before}" if before != at else "is there twice"
        back = -distances[wrong[0]] / np.timedelta64(1, "m")
        if 30 <= back <= 60:
            how += (
                "; if it is the hour that comes twice in autumn, write UTC or offsets"
            )
        raise InputError(f"{name} must increase; row {wrong[0] + 2} ({at}) {how}")
    spans = distances.astype("timedelta64[ns]").astype(np.int64)
    median = np.sort(spans)[(len(spans) - 1) // 2]
    size = int(median if step is None else step / np.timedelta64(1, "ns"))
    steps = spans / size
    whole = np.maximum(np.rint(steps), 1)
    return Regularity(
        np.timedelta64(size, "ns"),
        float(np.mean(np.abs(steps - whole) > _CLOSE)),
        int(np.count_nonzero(whole > 1)),
        int((whole - 1).sum()),
    )


def with_gaps(
    times: np.ndarray, values: np.ndarray, step: np.timedelta64 | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Insert a row of missing readings wherever one ought to be.

    Nothing else changes: no reading is moved or filled in.

    Args:
        times: Shape (n,), datetime64, increasing.
        values: Shape (n, channels).
        step: Between readings; the median distance where it is None.

    Returns:
        Times and values of shape (m, ...), m >= n.

    Raises:
        InputError: As `regularity`; lengths differ; or more than ten times as many rows
            would come of it.

    Example:
        >>> times = np.array([0, 1, 3], "datetime64[s]").astype("datetime64[ns]")
        >>> times, values = with_gaps(times, np.array([[5.0], [6.0], [8.0]]))
        >>> values.ravel().tolist(), times.astype("datetime64[s]").astype(int).tolist()
        ([5.0, 6.0, nan, 8.0], [0, 1, 2, 3])
    """
    same_length(times=times, values=values)
    found = regularity(times, step=step)
    if found.missing > _MOST_GROWTH * len(times):
        raise InputError(
            f"times must not have ten times as many gaps as readings; {found}, for "
            f"{len(times)} rows"
        )
    size = found.step.astype(np.int64)
    stamps = times.astype("datetime64[ns]").astype(np.int64)
    spans = np.maximum(np.rint(np.diff(stamps) / size).astype(np.int64), 1)
    places = np.concatenate([[0], np.cumsum(spans)])
    behind = np.repeat(np.arange(len(spans)), spans)  # the reading before each row
    after = np.arange(places[-1]) - places[behind]
    grid = np.append(stamps[behind] + after * size, stamps[-1])
    wide = np.full((len(grid), *values.shape[1:]), np.nan)
    wide[places] = values
    return grid.astype("datetime64[ns]"), wide


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


def _short(time: np.datetime64) -> str:
    return np.datetime_as_string(time, unit="auto")

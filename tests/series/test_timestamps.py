import re

import numpy as np
import pandas as pd
import pytest

from seqkit.errors import InputError
from seqkit.series.spacing import regularity, with_gaps
from seqkit.series.timestamps import (
    calendar_features,
    parse_times,
    read_time,
    read_times,
)

START = np.datetime64("2024-02-28T23:00", "ns")


def every(minutes, count):
    return START + np.arange(count) * np.timedelta64(minutes, "m")


@pytest.mark.parametrize(
    "column",
    [
        ["2024-02-28 23:00:00", "2024-02-28 23:05:00"],
        ["2024-02-28T23:00Z", "2024-02-28T23:05Z"],
        ["2024-02-29 01:00+02:00", "2024-02-29 01:05+02:00"],
        ["28.02.2024 23:00", "28.02.2024 23:05"],
        ["2024-02-28 23:00", "2024-02-28T23:05:00"],
        [1709161200, 1709161500],
        [1709161200.0, 1709161500.0],
        [1709161200000, 1709161500000],
        [1709161200000000, 1709161500000000],
        [1709161200 * 10**9, 1709161500 * 10**9],
        every(5, 2),
        pd.Series(every(5, 2), index=[7, 9]),
    ],
    ids=str,
)
def test_ways_to_write_a_time(column):
    times = parse_times(column)
    assert times.dtype == "datetime64[ns]"
    assert times.tolist() == every(5, 2).tolist()


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (["2024-01-01", "", "x"], "time must be dates in one format; row 2 has ''"),
        (["2024-01-01", "01.02.2024"], "row 2 has '01.02.2024'"),
        (["2024-02-30"], "row 1 has '2024-02-30'"),
        ([1.0, np.nan], "row 2 has np.float64(nan)"),
        (["noon"], "row 1 has 'noon'"),
        (["01/02/2024", "02/02/2024"], "may have the day or the month first"),
        ([True, False], "row 1 has 'True'"),
        ([1.0, np.inf], "row 2 has np.float64(inf)"),
    ],
)
def test_what_is_no_time(column, message):
    with pytest.raises(InputError, match=re.escape(message)):
        parse_times(column)


def test_an_even_series():
    found = regularity(every(5, 100))
    assert (found.uneven, found.gaps, found.missing) == (0.0, 0, 0)
    assert str(found) == "a reading every 0 days 00:05:00"


def test_gaps_and_uneven_distances():
    times = np.delete(every(10, 100), [10, 11, 50])
    times[20] += np.timedelta64(2, "m")
    found = regularity(times)
    assert found.step == np.timedelta64(10, "m")
    assert (found.gaps, found.missing) == (2, 3)
    assert found.uneven == pytest.approx(2 / 96)


def test_a_little_jitter_is_no_unevenness():
    jitter = np.random.default_rng(0).integers(-500, 500, 100).astype("timedelta64[ms]")
    assert regularity(every(5, 100) + jitter).uneven == 0


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([0, 1, 1], r"time must increase; row 3 \(2024-02-28T23:05\) is there twice"),
        ([0, 2, 1], r"row 3 \(2024-02-28T23:05\) comes after 2024-02-28T23:10"),
        ([0], "time must have at least two rows; got 1"),
    ],
)
def test_times_that_do_not_increase(rows, message):
    with pytest.raises(InputError, match=message):
        regularity(every(5, 3)[rows])


def test_gaps_become_missing_readings_and_nothing_else_changes():
    times, values = every(5, 50), np.random.default_rng(0).normal(size=(50, 2))
    gone = [7, 8, 9, 30]
    wide, found = with_gaps(np.delete(times, gone), np.delete(values, gone, axis=0))
    assert wide.tolist() == times.tolist()
    assert np.isnan(found[gone]).all()
    kept = np.setdiff1d(np.arange(50), gone)
    np.testing.assert_array_equal(found[kept], values[kept])


def test_no_reading_is_moved():
    times = every(10, 10)
    times[4] += np.timedelta64(3, "m")
    wide, _ = with_gaps(np.delete(times, 7), np.zeros((9, 1)))
    assert wide.tolist() == times.tolist()


def test_a_gap_of_years():
    times = np.append(every(1, 10), START + np.timedelta64(3650, "D"))
    with pytest.raises(InputError, match="times must not have ten times as many gaps"):
        with_gaps(times, np.zeros((11, 1)))


def test_calendar_features():
    times = pd.date_range("2024-01-01", periods=24 * 14, freq="h").to_numpy()
    found = calendar_features(times, ["day", "week"])
    np.testing.assert_allclose(
        found[:24], found[24:48] * [1, 1, 0, 0] + found[:24] * [0, 0, 1, 1], atol=1e-9
    )
    np.testing.assert_allclose(found[: 24 * 7], found[24 * 7 :], atol=1e-9)
    np.testing.assert_allclose(found[0], [0, 1, 0, 1], atol=1e-9)  # a Monday, midnight
    np.testing.assert_allclose((found[:, :2] ** 2).sum(axis=1), 1)
    with pytest.raises(
        InputError, match=r"cycles must be of hour, day, .*; got \['moon"
    ):
        calendar_features(times, ["moon"])


@pytest.mark.parametrize(
    ("column", "first", "format"),
    [
        ([20240128, 20240129], "2024-01-28", "%Y%m%d"),
        ([202401281230, 202401281231], "2024-01-28T12:30", "%Y%m%d%H%M"),
        (["20240128", "20240129"], "2024-01-28", None),
        ([20000000, 20000060], "1970-08-20T11:33:20", "unix"),  # no month 0: Unix time
    ],
)
def test_dates_without_marks(column, first, format):
    found = read_times(column)
    assert found.values[0] == np.datetime64(first)
    assert found.format == format
    if format not in (None, "unix"):
        assert read_time(str(column[1]), format) == found.values[1]


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (["12:00", "12:05"], "time must have dates; row 1 has '12:00', a time of the"),
        (["8:00 PM"], "a time of the day"),
        (
            ["2024-01-01T00:00+02:00", "2024-01-01 01:00"],
            "time must have an offset in all rows or in none; row 2 has",
        ),
        (["2567-01-01", "2567-01-02"], "years 1678 to 2261; row 1 has the year 2567"),
        (["1500-01-01 00:00"], "years 1678 to 2261"),
    ],
)
def test_times_that_would_be_misread(column, message):
    with pytest.raises(InputError, match=message):
        parse_times(column)


@pytest.mark.parametrize("text", ["12:00", "2567-01-01", "soon"])
def test_one_time_that_would_be_misread(text):
    with pytest.raises(InputError):
        read_time(text)


@pytest.mark.parametrize(
    ("before", "at", "step"),
    [("2024-10-27 02:55", "2024-10-27 02:00", 5), ("2024-10-27 02:30",) * 2 + (30,),
     ("2024-10-27 02:00",) * 2 + (60,), ("2024-11-03 01:00",) * 2 + (60,)],
)  # fmt: skip
def test_the_hour_that_comes_twice_gets_advice(before, at, step):
    earlier = np.datetime64(before.replace(" ", "T")) - np.timedelta64(step, "m")
    times = parse_times([str(earlier), before, at])
    with pytest.raises(InputError, match="comes twice in autumn, write UTC or offsets"):
        regularity(times)


def test_the_newest_first_gets_advice():
    with pytest.raises(InputError, match="the newest stands first: turn the rows"):
        regularity(every(5, 9)[::-1])

from dataclasses import replace

import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.models.anomaly.columns import Columns
from seqkit.models.anomaly.data import read_series, readings_before
from seqkit.models.anomaly.datasets import load_dataset
from seqkit.models.anomaly.training_checks import check_training, described
from seqkit.series import TimeSeries


def written(path, text):
    (path / "data.csv").write_text(text, encoding="utf-8")
    return path / "data.csv"


def test_times_are_found_and_gaps_kept_as_missing(tmp_path):
    path = written(
        tmp_path, "Timestamp,a,b\n2024-01-01,1,\n2024-01-02,2,5\n2024-01-04,3,NA\n"
    )
    series = read_series(path, Columns())
    assert series.channels == ("a", "b")
    np.testing.assert_array_equal(
        series.values, [[1, np.nan], [2, 5], [np.nan, np.nan], [3, np.nan]]
    )
    assert series.times[2] == np.datetime64("2024-01-03")
    assert series.remarks == (
        "Timestamp: a reading every 1 days 00:00:00; 1 reading missing in 1 gap",
    )


def test_columns_labels_and_calendar(tmp_path):
    rows = [f"2024-01-{day:02},{day},{-day},{day == 5:d}" for day in range(1, 8)]
    path = written(tmp_path, "when,out,in,bad\n" + "\n".join(rows))
    columns = Columns(("when",), ("in",), ("out",), "bad", calendar=True)
    series = read_series(path, columns)
    assert series.targets == 1
    assert series.channels[:3] == ("in", "out", "sine of day")
    assert series.values.shape == (7, 6)
    assert np.flatnonzero(series.labels).tolist() == [4]
    assert readings_before(series, "2024-01-04") == 3
    assert readings_before(series, "0.5") == 3
    assert len(series[2:5].times) == 3


def test_labels_stay_with_their_readings_across_gaps(tmp_path):
    path = written(tmp_path, "time,a,bad\n1,1,0\n2,2,0\n3,3,0\n6,4,1\n")
    series = read_series(path, Columns(label="bad"))
    assert np.flatnonzero(series.labels).tolist() == [5]


BAD = {
    "no such column": (
        "time,a\n1,2\n",
        Columns(targets=("b",)),
        "no column 'b'; it has",
    ),
    "text": ("a\n1\nhot\n", Columns(), "column 'a' must be numbers; row 2 has 'hot'"),
    "infinite": ("a\n1\ninf\n", Columns(), "must be numbers; row 2 has 'inf'"),
    "far too great": ("a\n1\n1e39\n", Columns(), "row 2 has '1e39'"),
    "only a clock": ("time,a\n12:00,1\n12:05,2\n", Columns(), "must have dates"),
    "short row": (
        "a,b\n1,2\n3\n",
        Columns(),
        r"must have 2 cells, as the header \(a,b\) has; row 2",
    ),
    "long row": ("a,b\n1,2\n3,4,5\n", Columns(), "row 2 below it has 3"),
    "one name": ("a,a\n1,2\n", Columns(), "columns must have names of their own"),
    "no dates": ("time,a\nsoon,1\n", Columns(), "time must be dates"),
    "unsorted": ("time,a\n2,1\n1,1\n", Columns(), "time must increase; row 2"),
    "repeated": ("time,a\n1,1\n2,1\n2,1\n", Columns(), "is there twice"),
    "no rows": ("a,b\n", Columns(), "no rows below the header"),
    "only times": ("time\n1\n", Columns(), "no column of readings"),
    "labels": ("a,l\n1,2\n", Columns(label="l"), "column 'l' must hold only 0 and 1"),
    "twice": ("a,b\n1,2\n", Columns(targets=("a", "a")), "named once each; twice: a"),
    "calendar": ("a\n1\n", Columns(calendar=True), "calendar needs a column of times"),
}


@pytest.mark.parametrize("case", list(BAD))
def test_bad_files(case, tmp_path):
    text, columns, message = BAD[case]
    path = written(tmp_path, text)
    with pytest.raises(InputError, match=message) as raised:
        read_series(path, columns)
    assert str(raised.value).startswith(f"{path}: ")


def test_an_empty_line_is_a_missing_reading_where_there_is_one_column(tmp_path):
    series = read_series(written(tmp_path, "a\n1\n\n3\n"), Columns())
    np.testing.assert_array_equal(series.values, [[1], [np.nan], [3]])


def test_a_channel_without_readings(tmp_path):
    path = written(tmp_path, "a,b\n1,\n2,NaN\n2,\n")
    series = read_series(path, Columns())
    assert series.channels == ("a",)
    assert series.remarks[0].startswith("b: has no reading; not trained on")
    series = read_series(path, Columns(targets=("a", "b")))
    assert series.remarks == ("b: all readings are missing",)
    with pytest.raises(InputError, match="'b' has no reading among the 3 to train on"):
        check_training(series)


def test_the_step_is_known_where_times_are_even(tmp_path):
    even = "time,a\n1,1\n2,2\n4,3\n5,3\n"
    assert read_series(written(tmp_path, even), Columns()).step == np.timedelta64(
        1, "s"
    )
    uneven = "time,a\n1.0,1\n2.0,2\n3.5,3\n4.5,3\n"
    assert read_series(written(tmp_path, uneven), Columns()).step is None


def test_a_calendar_of_less_than_two_weeks_is_remarked(tmp_path):
    for days, said in ((10, ["calendar: training sees 1.3 weeks"]), (20, [])):
        rows = [f"2024-01-{day:02},{day % 2}" for day in range(1, days + 1)]
        path = written(tmp_path, "time,a\n" + "\n".join(rows))
        found = check_training(read_series(path, Columns(calendar=True)))
        assert [each.split(";")[0] for each in found] == said


def test_until():
    series = TimeSeries(np.zeros((10, 1)))
    for bad in ("0", "1.5", "-1", "1e9"):
        with pytest.raises(InputError, match="until must be above 0 and at most 1"):
            readings_before(series, bad)
    with pytest.raises(InputError, match="until must leave a reading of 10 to train"):
        readings_before(series, "0.01")
    with pytest.raises(InputError, match="there is no time column"):
        readings_before(series, "2024-01-01")
    times = np.datetime64("2024-01-01", "ns") + np.arange(10) * np.timedelta64(1, "h")
    timed = replace(series, times=times)
    assert readings_before(timed, "2024-01-01T03:00") == 3
    assert readings_before(timed, "1704078000") == 3  # the same as Unix time
    assert readings_before(timed, "2030-01-01") == 10
    assert readings_before(timed, "0.5") == 5
    with pytest.raises(InputError, match="must be after the first reading, 2024-01-01"):
        readings_before(timed, "1e9")


def test_semicolons_decimal_commas_and_units(tmp_path):
    text = "Zeit;Druck;Temp\n;bar;°C\n2024-01-01;1,5;20\n2024-01-02;-2,25;\n"
    series = read_series(written(tmp_path, text), Columns())
    np.testing.assert_array_equal(series.values, [[1.5, 20], [-2.25, np.nan]])
    assert series.remarks[:4] == (
        "cells are separated by semicolons",
        "the row below the header has units, and is left out: Druck bar, Temp °C",
        "Zeit: holds dates, and is taken for the times",
        "decimal commas in Druck",
    )


NUMBERS = {
    "a point": ("1.5", 1.5), "a comma": ("-2,25", -2.25), "both": ("2.001,5", 2001.5),
    "the other way": ("2,001.5", 2001.5), "a space": ("1 000,5", 1000.5),
    "a thin space": ("12\u202f000,5", 12000.5), "apostrophe": ("1'000.5", 1000.5),
    "millions": ("1.000.000", 1e6), "an error": ("#N/A", np.nan),
    "asked": ("?", np.nan), "a power": ("1e3", 1000.0),
}  # fmt: skip


@pytest.mark.parametrize("case", list(NUMBERS))
def test_ways_to_write_a_number(case, tmp_path):
    text, expected = NUMBERS[case]
    path = written(tmp_path, f"a;b\n0,5;1\n{text};2\n")
    series = read_series(path, Columns())
    np.testing.assert_array_equal(series.values[:, 0], [0.5, expected])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('a,b\n"2,001",1\n"1,250",2\n', "the comma may mark decimals or thousands"),
        ("a;b\n0,5;2.001\n1,5;1.250\n", "column 'b' has '2.001', where the point may"),
        ("a,b\n20 kW,1\n1_0,2\n", "row 2 has '1_0'|a: texts such as '20 kW'"),
        ("20.5,1\n20.1,2\n", "the first line must name the columns; got '20.5'"),
        ("2024-01-01,1\n2024-01-02,2\n", "must name the columns; got '2024-01-01'"),
    ],
)
def test_numbers_that_nobody_can_know(text, message, tmp_path):
    path = written(tmp_path, text)
    if "texts" in message:
        assert read_series(path, Columns()).channels == ("b",)
        return
    with pytest.raises(InputError, match=message):
        read_series(path, Columns())


TIMES = {
    "a date and a time": "Date,Time,a\n{d}/01/2024,10.00.00,1\n",
    "a date and an hour": "date,hour,a\n2024-01-{d},10,1\n",
    "parts": "year,month,day,hour,a\n2024,1,{d},10,1\n",
    "another name": "Zeit,a\n2024-01-{d} 10:00,1\n",
    "a name of two words": "Date Time,a\n{d}.01.2024 10:00:00,1\n",
    "with a zone": "Timestamp (UTC),a\n2024-01-{d}T10:00Z,1\n",
    "compact": "time,a\n202401{d}10,1\n",
    "bars": "time|a\n2024-01-{d}T10|1\n",
    "a comment above": "# a logger\ntime,a\n2024-01-{d} 10:00,1\n",
    "the header in a comment": "#time,a\n2024-01-{d} 10:00,1.5\n",
    "what a spreadsheet says": "sep=;\ntime;a\n2024-01-{d} 10:00;1,5\n",
}


@pytest.mark.parametrize("case", list(TIMES))
def test_ways_to_write_a_time(case, tmp_path):
    *above, row = TIMES[case].splitlines()
    rows = [row.format(d=day) for day in range(13, 28)]
    series = read_series(written(tmp_path, "\n".join([*above, *rows, ""])), Columns())
    assert series.channels == ("a",)
    assert series.times[0] == np.datetime64("2024-01-13T10:00")
    assert series.seconds == 86400


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("date,a\n45292.0,1\n45292.5,2\n", "taken for Unix times, would begin in 1970"),
        ("date,a\n25670128,1\n25670129,2\n", "would begin in 1970-10-25"),
        ("time,a\n1e20,1\n2e20,2\n", "more than nanoseconds can be"),
        ("time,a\n2024-01-01 00:00 GMT+1,1\n", "offsets such as [+]01:00"),
        ("time,a\n00h05,1\n00h10,2\n", "'00h05', a time of the day"),
        ("date,a\n200112,1\n200112,2\n", "may be a year and a month, or a date"),
    ],
)
def test_times_that_would_be_misread(text, message, tmp_path):
    with pytest.raises(InputError, match=message):
        read_series(written(tmp_path, text), Columns())


def test_empty_rows_and_columns_of_a_spreadsheet(tmp_path):
    text = "time;a;;\n2024-01-01;1,5;;\n2024-01-02;2,5;;\n;;;\n;;;\n"
    series = read_series(written(tmp_path, text), Columns())
    assert series.values.tolist() == [[1.5], [2.5]]
    assert "2 empty rows left out" in series.remarks


ODD = {
    "looks like Unix times": [1700000000.25 + 60 * n for n in range(30)],
    "looks like dates": [20240101 + n for n in range(30)],
    "changes by the same from row to row": [45292 + n / 24 for n in range(30)],
    "": [1000 + 3 * n + n % 4 for n in range(30)],  # a meter
}


@pytest.mark.parametrize("why", list(ODD))
def test_columns_that_rise(why, tmp_path):
    rows = [f"{odd!r},{n % 7}.5" for n, odd in enumerate(ODD[why])]
    series = read_series(written(tmp_path, "odd,a\n" + "\n".join(rows)), Columns())
    assert series.channels == (("a",) if why else ("odd", "a"))
    assert all(why in remark for remark in series.remarks)


@pytest.mark.parametrize(
    ("name", "cells"),
    [("Label", "1 -1"), ("attack", "0 1"), ("is_fault", "false true"),
     ("Normal/Attack", "Normal Attack")],
)  # fmt: skip
def test_labels_are_not_trained_on(name, cells, tmp_path):
    usual, other = cells.split()
    rows = [f"{n % 7}.5,{other if n == 5 else usual}" for n in range(30)]
    series = read_series(written(tmp_path, f"a,{name}\n" + "\n".join(rows)), Columns())
    assert series.channels == ("a",)
    assert "not trained on" in series.remarks[0]


def test_a_first_row_of_texts_is_no_unit_where_the_others_are_texts(tmp_path):
    with pytest.raises(InputError, match="column 'b' must be numbers; row 1 has 'y'"):
        read_series(written(tmp_path, "a,b\nx,y\nz,1\n"), Columns())


def test_a_date_and_a_time_beside_each_other(tmp_path):
    text = "Date,Time,a\n2024-01-01,10:00,1\n2024-01-01,10:05,2\n"
    series = read_series(written(tmp_path, text), Columns())
    assert series.channels == ("a",)
    assert series.times[1] == np.datetime64("2024-01-01T10:05")


def test_what_stands_for_missing(tmp_path):
    text = "a,b\n1,-9999\n-9999.0,2\noff,3\n4,5\n"
    series = read_series(written(tmp_path, text), Columns(missing=("-9999", "OFF")))
    expected = [[1, np.nan], [np.nan, 2], [np.nan, 3], [4, 5]]
    np.testing.assert_array_equal(series.values, expected)


def test_columns_that_nobody_meant_are_left_out_and_said(tmp_path):
    rows = [f"{t},{1700000000000 + 60000 * t},{t % 2},{t % 3}.5" for t in range(6)]
    text = "row,epoch,label,heat\n" + "\n".join(rows)
    series = read_series(written(tmp_path, text), Columns())
    assert series.channels == ("heat",)
    assert [remark.split(";")[0] for remark in series.remarks] == [
        "row: counts the rows",
        "epoch: looks like Unix times",
        "label: looks like labels",
    ]
    asked = read_series(written(tmp_path, text), Columns(targets=("row", "label")))
    assert asked.channels == ("row", "label")


def test_extremes_and_repeated_values_are_remarked():
    values = np.random.default_rng(0).normal(size=(600, 2))
    values[50, 0] = -9999
    values[::20, 1] = 500
    remarks = check_training(TimeSeries(values, ("a", "b")))
    assert remarks == [
        "a: 1 extreme reading (-9999) left out of the training; --missing if that "
        "stands for none",
        "b: 500 is there 30 times, far from all others; --missing=500 if it stands for "
        "none",
    ]


def test_channels_are_described():
    series = TimeSeries(np.array([[1.0, np.nan], [3.0, np.nan]]), ("a", "b"), 1)
    assert described(series) == [
        "a: judged, 2 readings from 1 to 3", "b: helps, 0 readings, 2 missing"
    ]  # fmt: skip


def test_data_sets():
    faults = load_dataset("faults")
    assert faults.values.shape == (8000, 3)
    assert not faults.labels[:4000].any()
    with pytest.raises(InputError, match="dataset must be one of bleeding, faults"):
        load_dataset("none")


def test_the_bleeding():
    pytest.importorskip("aeon")
    series = load_dataset("bleeding")
    assert series.values.shape == (7501, 1)
    assert list(np.flatnonzero(series.labels)[[0, -1]]) == [4187, 4198]
    assert series.index[1] == 1

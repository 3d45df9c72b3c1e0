"""What the tests of the anomaly application share: a small table, and its runs."""

import csv
from pathlib import Path

import numpy as np

from seqkit.apps import anomaly
from seqkit.recurrence import portable
from seqkit.series import TimeSeries
from tests.apps.bad_files import line_said
from tests.models.anomaly.conftest import waves

QUICK = ["--lags", "8", "--recurrent", "never", "--no-seasons"]
APP = Path(__file__).parents[2] / "apps" / "anomaly.py"
FAULT = 170  # where the readings of `table_file` leap


def table_file(path, length=240, seed=0):
    """A table of times, two channels and labels, with one anomaly."""
    values = waves(length, channels=2, seed=seed)
    values[FAULT, 0] += 4
    times = np.datetime64("2024-01-01T00:00") + np.arange(length) * np.timedelta64(
        5, "m"
    )
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["time", "load", "heat", "bad"])
        for row, (when, value) in enumerate(zip(times, values, strict=True)):
            writer.writerow([when, *value, int(row == FAULT)])
    return str(path)


def run(*arguments):
    with portable():
        return anomaly.main([str(each) for each in arguments])


COLUMNS = ["--columns", "load,heat", "--label-column", "bad"]


def rows_of(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def waves_of(path):
    return np.array([[float(row["load"]), float(row["heat"])] for row in rows_of(path)])


def series_of(path):
    times = np.array([row["time"] for row in rows_of(path)], "datetime64[ns]")
    return TimeSeries(waves_of(path), times=times)


def the_line(capsys, command="train"):
    return line_said(capsys, f"anomaly.py {command}")

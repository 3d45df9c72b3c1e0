"""Series read from tables, with times, missing readings and labels. Needs `apps`."""

import importlib.util
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from seqkit.errors import InputError
from seqkit.models.anomaly.settings import MISSING
from seqkit.models.tables import read_table
from seqkit.series import faulty_series
from seqkit.series.timestamps import (
    Times,
    calendar_features,
    read_times,
    regularity,
    with_gaps,
)

TIME_NAMES = ("time", "timestamp", "date", "datetime", "ds")
CYCLES = ("day", "week")
DATASETS = ("bleeding", "faults")
_JITTER = 0.05  # share of uneven distances up to which times count as even
_BLEEDING = "datasets/data/KDD-TSAD_135/135_UCR_Anomaly_InternalBleeding16_TEST.csv"


@dataclass(frozen=True)
class Columns:
    """Which columns of a table are what.

    Args:
        time: Of times; None takes one that is named like it, if there is one.
        targets: Channels to forecast and judge; empty for all that are left.
        exogenous: Channels that only help.
        label: Of 0 and 1, where anomalies are; "" for none.
        calendar: Whether the time of the day and of the week helps too.
        step: Between readings, as training had it; None finds it.
        format: Of times, as training had it; None finds it.
    """

    time: str | None = None
    targets: tuple[str, ...] = ()
    exogenous: tuple[str, ...] = ()
    label: str = ""
    calendar: bool = False
    step: np.timedelta64 | None = None
    format: str | None = None


@dataclass(frozen=True)
class TimeSeries:
    """Readings of several channels.

    Args:
        values: Targets, exogenous, calendar (time, channels); NaN where missing.
        channels: Their names.
        targets: How many of them are targets.
        times: Shape (time,), datetime64; or None where there are none.
        step: Between readings; None without times, or where they are uneven.
        format: How times are written; None of numbers and ISO 8601.
        calendar: Whether the last channels are of the calendar.
        labels: Booleans (time,): where anomalies are; or None where unknown.
        remarks: What a user should know about it, a line each.
    """

    values: np.ndarray
    channels: tuple[str, ...]
    targets: int
    times: np.ndarray | None = None
    step: np.timedelta64 | None = None
    format: str | None = None
    calendar: bool = False
    labels: np.ndarray | None = None
    remarks: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.values)

    def part(self, start: int, end: int) -> "TimeSeries":
        """Give the readings from `start` to before `end`."""
        return replace(
            self,
            values=self.values[start:end],
            times=None if self.times is None else self.times[start:end],
            labels=None if self.labels is None else self.labels[start:end],
        )

    def before(self, until: str) -> int:
        """Give how many readings there are until a time, or in a share of them.

        Args:
            until: A share above 0 and at most 1, or a time, which is not included; as
                a number, Unix time.

        Raises:
            InputError: It is neither, or no reading is before it.

        Example:
            >>> series = TimeSeries(np.zeros((10, 1)), ("a",), 1)
            >>> series.before("0.25")
            2
        """
        number = _as_number(until)
        if number is not None and (number <= 1 or self.times is None):
            if not 0 < number <= 1:
                raise InputError(f"until must be above 0 and at most 1; got {until}")
            count = int(number * len(self))
            if count == 0:
                raise InputError(
                    f"until must leave a reading of {len(self)} to train on; got "
                    f"{until}"
                )
            return count
        if self.times is None:
            raise InputError(
                f"until must be a share, for there is no time column; got {until!r}"
            )
        written = [until if number is None else number]
        [time] = read_times(written, "until", self.format).values
        count = int(np.searchsorted(self.times, time))
        if count == 0:
            first = np.datetime_as_string(self.times[0], unit="auto")
            raise InputError(
                f"until must be after the first reading, {first}; got {until!r}"
            )
        return count

    @property
    def index(self) -> np.ndarray:
        """The times, or the numbers of the readings from 0."""
        return np.arange(len(self)) if self.times is None else self.times


def read_series(path: str | os.PathLike, columns: Columns) -> TimeSeries:
    """Read a .csv or .tsv file in UTF-8 with a header line.

    An empty cell, "NaN", "NA" or "null" is a missing reading. Where times leave out
    readings, missing ones are put there; nothing is filled in.

    Args:
        path: The file.
        columns: Which columns are what.

    Raises:
        InputError: The file cannot be read; a column is missing or has text among its
            numbers; times are no dates, unsorted or repeated. The message says which,
            and where.
    """
    table = read_table(Path(path))
    try:
        return _of_table(table, columns)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _of_table(table: pd.DataFrame, columns: Columns) -> TimeSeries:
    there = [str(name) for name in table.columns]
    time = time_column(there, columns.time) or columns.time
    special = [name for name in (time, columns.label) if name]
    targets = columns.targets or tuple(
        name for name in there if name not in (*special, *columns.exogenous)
    )
    for name in (*special, *targets, *columns.exogenous):
        if name not in there:
            raise InputError(f"no column {name!r}; it has: {', '.join(there)}")
    if not targets:
        raise InputError(f"no column of readings; it has: {', '.join(there)}")
    if table.empty:
        raise InputError("no rows below the header")
    names = (*targets, *columns.exogenous)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"columns must be named once each; twice: {', '.join(twice)}")
    values = np.stack([_numbers(table[name], name) for name in names], axis=1)
    labels = _numbers(table[columns.label], columns.label) if columns.label else None
    remarks = tuple(
        f"{name}: all readings are missing"
        for name, column in zip(names, values.T, strict=True)
        if np.isnan(column).all()
    )
    if labels is not None and not np.isin(labels, (0, 1)).all():
        raise InputError(f"column {columns.label!r} must hold only 0 and 1")
    series = TimeSeries(
        values, names, len(targets), labels=None if labels is None else labels > 0,
        remarks=remarks,
    )  # fmt: skip
    if time is not None:
        times = _times(table[time], time, columns.format)
        series = _timed(
            replace(series, format=times.format), times.values, time, columns
        )
    elif columns.calendar:
        raise InputError("calendar needs a column of times; name it")
    return _with_calendar(series) if columns.calendar else series


def time_column(names: Sequence[str], wanted: str | None = None) -> str | None:
    """Find the column of times: the one wanted, or one that is named like it.

    Example:
        >>> time_column(["load", "Time"]), time_column(["load"])
        ('Time', None)
    """
    if wanted:
        return wanted if wanted in names else None
    return next((name for name in names if name.strip().lower() in TIME_NAMES), None)


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _numbers(column: pd.Series, name: str) -> np.ndarray:
    """Read the cells of a column as float64."""
    text = column.str.strip()
    missing = text.str.lower().isin(MISSING)
    found = pd.to_numeric(text.mask(missing), errors="coerce").to_numpy(np.float64)
    wrong = np.flatnonzero((np.isnan(found) & ~missing.to_numpy()) | np.isinf(found))
    if len(wrong):
        raise InputError(
            f"column {name!r} must be numbers; row {wrong[0] + 1} has "
            f"{text.iloc[wrong[0]]!r} (the first below the header is 1; name the "
            "columns of readings if this is none)"
        )
    return found


def _times(column: pd.Series, name: str, format: str | None) -> Times:
    """Read dates, or numbers as Unix time."""
    found = pd.to_numeric(column, errors="coerce")
    written = (found if found.notna().all() else column).tolist()
    return read_times(written, name, format)


def _timed(
    series: TimeSeries, times: np.ndarray, name: str, columns: Columns
) -> TimeSeries:
    """Add times, and missing readings where times leave them out."""
    found = regularity(times, name, columns.step)
    remarks = (f"{name}: {found}", *series.remarks)
    if columns.step is not None:
        own = regularity(times, name).step
        if own != columns.step:
            own, trained = (pd.Timedelta(each) for each in (own, columns.step))
            remarks = (*remarks, f"{name}: trained on one every {trained}, not {own}")
    elif found.uneven > _JITTER:
        remarks = (*remarks, f"{name}: not evenly spaced; order counts, not distance")
        return replace(series, times=times, remarks=remarks)
    series = replace(series, step=found.step, remarks=remarks)
    if not found.gaps:
        return replace(series, times=times)
    filled, values = with_gaps(times, series.values, found.step)
    labels = None if series.labels is None else np.isin(filled, times[series.labels])
    return replace(series, values=values, times=filled, labels=labels)


def _with_calendar(series: TimeSeries) -> TimeSeries:
    assert series.times is not None
    added = calendar_features(series.times, CYCLES)
    names = [f"{wave} of {cycle}" for cycle in CYCLES for wave in ("sine", "cosine")]
    return replace(
        series,
        calendar=True,
        values=np.concatenate([series.values, added], axis=1),
        channels=(*series.channels, *names),
    )


def load_dataset(name: str) -> TimeSeries:
    """Give a labelled series that needs no network.

    Args:
        name: "bleeding": 7,501 readings of arterial pressure with an internal bleeding,
            series 135 of the UCR anomaly archive, of the package aeon; "faults":
            generated, three channels, every kind of fault.

    Raises:
        InputError: There is no such data set, or the package is not installed.

    Reference:
        Wu & Keogh 2021, Current Time Series Anomaly Detection Benchmarks are Flawed
        and are Creating the Illusion of Progress.

    Example:
        >>> series = load_dataset("faults")
        >>> series.values.shape, int(series.labels.sum()) > 0
        ((8000, 3), True)
    """
    if name == "faults":
        made = faulty_series(length=8000, channels=3, each=2, seed=1)
        names = tuple(f"channel {number}" for number in range(1, 4))
        return TimeSeries(made.values, names, 3, labels=made.labels)
    if name != "bleeding":
        raise InputError(f"dataset must be one of {', '.join(DATASETS)}; got {name!r}")
    path = packaged("aeon", _BLEEDING)
    columns = Columns(targets=("value",), label="is_anomaly")
    series = read_series(path, columns)
    return replace(series, channels=("pressure",), times=None, remarks=())  # 0, 1, 2, …


def packaged(package: str, file: str) -> Path:
    """Find a file in an installed package without importing the package.

    Raises:
        InputError: The package is not installed.
    """
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise InputError(f"this needs the package {package}: install it")
    return Path(found.submodule_search_locations[0], *file.split("/"))


def check_training(series: TimeSeries) -> list[str]:
    """Check that every channel can be trained on; give remarks on what is odd.

    Raises:
        InputError: A channel has no reading.

    Example:
        >>> check_training(TimeSeries(np.array([[7.0], [7.0]]), ("heat",), 1))
        ['heat: never changes in training; any other reading will be an anomaly']
    """
    remarks = []
    for name, column in zip(series.channels, series.values.T, strict=True):
        known = column[~np.isnan(column)]
        if not len(known):
            raise InputError(
                f"column {name!r} has no reading among the {len(series)} to train on"
            )
        if (known == known[0]).all() and name in series.channels[: series.targets]:
            remarks.append(
                f"{name}: never changes in training; any other reading will be an "
                "anomaly"
            )
    if series.calendar:
        assert series.times is not None
        weeks = (series.times[-1] - series.times[0]) / np.timedelta64(7, "D")
        if weeks < 2:
            remarks.append(
                f"calendar: training sees {weeks:.2g} weeks; under two it cannot tell "
                "the time of the week from a trend"
            )
    return remarks


def check_same_channels(series: TimeSeries, channels: Sequence[str]) -> None:
    """Check that a series has the channels that a detector was trained on, in order.

    Raises:
        InputError: It has others.
    """
    if series.channels != tuple(channels):
        raise InputError(
            f"channels must be {', '.join(channels)}; got {', '.join(series.channels)}"
        )

"""Series read from tables, with times, missing readings and labels. Needs `apps`."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from seqkit.errors import InputError
from seqkit.models.anomaly.features import without_extremes
from seqkit.models.anomaly.tables import SEPARATORS, read_table
from seqkit.series import TimeSeries
from seqkit.series.lines import MISSING
from seqkit.series.timestamps import (
    Times,
    calendar_features,
    read_times,
    regularity,
    with_gaps,
)
from seqkit.wording import counted

TIME_NAMES = ("time", "timestamp", "date", "datetime", "ds")
LABEL_NAMES = ("label", "labels", "anomaly", "is_anomaly", "anomalous")
COUNT_NAMES = ("index", "id", "row", "no", "nr", "n", "#", "column 1", "unnamed: 0")
CYCLES = ("day", "week")
_JITTER = 0.05  # share of uneven distances up to which times count as even
_DECIMAL_COMMA = r"^[+-]?\d+,\d+$"
_MANY = 20  # rows from which 1, 2, 3, … is taken for their count
_GREATEST = 1e30  # of a reading
_EPOCH = (1e9, 2.5e18)  # between which whole numbers that rise may be Unix times


@dataclass(frozen=True)
class Columns:
    """Which columns of a table are what.

    Args:
        time: Of times; None takes one that is named like it, if there is one; "date"
            and "time" beside each other are one.
        targets: Channels to forecast and judge; empty for all that are left and look
            like readings.
        exogenous: Channels that only help.
        label: Of 0 and 1, where anomalies are; "" for none.
        missing: Cells and numbers that stand for a missing reading, besides empty ones.
        calendar: Whether the time of the day and of the week helps too.
        step: Between readings, as training had it; None finds it.
        format: Of times, as training had it; None finds it.
    """

    time: str | None = None
    targets: tuple[str, ...] = ()
    exogenous: tuple[str, ...] = ()
    label: str = ""
    missing: tuple[str, ...] = ()
    calendar: bool = False
    step: np.timedelta64 | None = None
    format: str | None = None


def read_series(path: str | os.PathLike, columns: Columns) -> TimeSeries:
    """Read a .csv or .tsv file in UTF-8 with a header line.

    An empty cell, "NaN", "NA" or "null" is a missing reading. Where times leave out
    readings, missing ones are put there; nothing is filled in. Cells may be separated
    by semicolons, and numbers then have decimal commas; a row of units below the header
    is left out. What was done is among the remarks.

    Args:
        path: The file.
        columns: Which columns are what.

    Raises:
        InputError: The file cannot be read; a column is missing or has text among its
            numbers; times are no dates, unsorted or repeated. The message says which,
            and where.
    """
    table = read_table(Path(path))
    remarks = []
    if table.separator == ";":
        remarks.append(f"cells are separated by {SEPARATORS[table.separator]}")
    try:
        return _of_table(table.cells, columns, remarks, table.separator != ",")
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _of_table(
    table: pd.DataFrame, columns: Columns, remarks: list[str], decimal_commas: bool
) -> TimeSeries:
    there = [str(name) for name in table.columns]
    clock = _clock(there, columns.time)
    time = time_column(there, columns.time) or columns.time
    special = [name for name in (time, clock, columns.label) if name]
    for name in (*special, *columns.targets, *columns.exogenous):
        if name not in there:
            raise InputError(f"no column {name!r}; it has: {', '.join(there)}")
    if table.empty:
        raise InputError("no rows below the header")
    names = [*columns.targets, *columns.exogenous]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"columns must be named once each; twice: {', '.join(twice)}")
    candidates = columns.targets or tuple(
        name for name in there if name not in (*special, *columns.exogenous)
    )
    reader = _Reader(columns.missing, decimal_commas)
    readings = [*candidates, *columns.exogenous]
    if reader.units(table[readings]):
        units = ", ".join(f"{name} {table[name].iloc[0].strip()}" for name in readings)
        remarks.append(f"the row below the header has units, and is left out: {units}")
        table = table.iloc[1:].reset_index(drop=True)
        if table.empty:
            raise InputError("no rows below the header and its units")
    read = {name: reader.numbers(table[name], name) for name in readings}
    if reader.commas:
        remarks.append(f"decimal commas in {', '.join(reader.commas)}")
    targets = candidates
    if not columns.targets:
        odd = {name: _oddity(name, read[name]) for name in candidates}
        remarks += [
            f"{name}: {why}; not trained on (name it in --columns if it should be)"
            for name, why in odd.items()
            if why
        ]
        targets = tuple(name for name in candidates if not odd[name])
    if not targets:
        raise InputError(f"no column of readings; it has: {', '.join(there)}")
    names = [*targets, *columns.exogenous]
    labels = None
    if columns.label:
        labels = reader.numbers(table[columns.label], columns.label)
        if not np.isin(labels, (0, 1)).all():
            raise InputError(f"column {columns.label!r} must hold only 0 and 1")
    values = np.stack([read[name] for name in names], axis=1)
    for name, column in zip(names, values.T, strict=True):
        if np.isnan(column).all():
            remarks.append(f"{name}: all readings are missing")
    series = TimeSeries(
        values, tuple(names), len(targets),
        labels=None if labels is None else labels > 0, remarks=tuple(remarks),
    )  # fmt: skip
    if time is not None:
        cells = table[time]
        if clock is not None:
            cells = cells.str.strip() + " " + table[clock].str.strip()
        times = _times(cells, time, columns.format)
        series = _timed(series, times, time, columns)
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
    named = [name for name in names if name.strip().lower() in TIME_NAMES]
    dates = [name for name in named if name.strip().lower() == "date"]
    return next(iter([*dates, *named]), None)


def _clock(names: Sequence[str], wanted: str | None) -> str | None:
    """Find the column of times of the day beside one of dates."""
    by_name = {name.strip().lower(): name for name in names}
    if wanted or not {"date", "time"} <= set(by_name):
        return None
    return by_name["time"]


class _Reader:
    """Reads cells as float64, and remembers what was odd about them."""

    def __init__(self, missing: Sequence[str], decimal_commas: bool) -> None:
        self.missing = {*MISSING, *(each.strip().lower() for each in missing)}
        self.values = [float(each) for each in missing if _is_number(each)]
        self.decimal_commas = decimal_commas
        self.commas: list[str] = []  # columns with decimal commas

    def units(self, table: pd.DataFrame) -> bool:
        """Say whether the first row has units: no number, and numbers below it."""
        if len(table) < 2:
            return False
        rows = [
            [cell.strip() for cell in table.iloc[number].tolist()] for number in (0, 1)
        ]
        first, second = (
            [_is_number(cell.replace(",", ".")) for cell in row] for row in rows
        )
        short = all(len(cell) <= 12 for cell in rows[0])
        none = not any(first) and any(cell for cell in rows[0])
        nothing = all(cell.lower() in self.missing for cell in rows[0])
        return (
            none
            and short
            and any(second)
            and not nothing
            and all(
                below or cell.lower() in self.missing
                for below, cell in zip(second, rows[1], strict=True)
            )
        )

    def numbers(self, column: pd.Series, name: str) -> np.ndarray:
        text = column.str.strip()
        missing = text.str.lower().isin(self.missing)
        known = text.mask(missing)
        if self.decimal_commas and known.str.match(_DECIMAL_COMMA).any():
            known = known.str.replace(",", ".", regex=False)
            self.commas.append(name)
        found = pd.to_numeric(known, errors="coerce").to_numpy(np.float64, copy=True)
        wrong = (np.isnan(found) & ~missing.to_numpy()) | (np.abs(found) > _GREATEST)
        rows = np.flatnonzero(wrong)
        if len(rows):
            raise InputError(
                f"column {name!r} must be numbers; row {rows[0] + 1} has "
                f"{text.iloc[rows[0]]!r} (the first below the header is 1; name the "
                "columns of readings if this is none, and --missing if it stands for "
                "none)"
            )
        if self.values:
            found[np.isin(found, self.values)] = np.nan
        return found


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _oddity(name: str, values: np.ndarray) -> str:
    """Say what a column is that nobody meant to train on; empty for readings."""
    known = values[~np.isnan(values)]
    if len(known) < 3:
        return ""
    if name.strip().lower() in LABEL_NAMES and np.isin(known, (0, 1)).all():
        return "looks like labels"
    rising = bool((np.diff(known) > 0).all())
    if rising and (known == np.rint(known)).all():
        if _EPOCH[0] <= known[0] and known[-1] <= _EPOCH[1]:
            return "looks like Unix times"
        named = name.strip().lower() in COUNT_NAMES
        counts = (np.diff(known) == 1).all() and known[0] in (0, 1)
        if counts and (named or len(known) >= _MANY):
            return "counts the rows"
    return ""


def _times(column: pd.Series, name: str, format: str | None) -> Times:
    """Read dates, or numbers as Unix time."""
    found = pd.to_numeric(column, errors="coerce")
    written = found if found.notna().all() else column
    return read_times(written.tolist(), name, format)


def _timed(series: TimeSeries, times: Times, name: str, columns: Columns) -> TimeSeries:
    """Add times, and missing readings where times leave them out."""
    if len(times.values) == 1:
        return replace(series, times=times.values, format=times.format)
    found = regularity(times.values, name, columns.step)
    remarks = (*series.remarks, f"{name}: {found}")
    series = replace(series, format=times.format)
    if columns.step is not None:
        own = regularity(times.values, name).step
        if own != columns.step:
            own, trained = (pd.Timedelta(each) for each in (own, columns.step))
            remarks = (*remarks, f"{name}: trained on one every {trained}, not {own}")
    elif found.uneven > _JITTER:
        remarks = (*remarks, f"{name}: not evenly spaced; order counts, not distance")
        return replace(series, times=times.values, remarks=remarks)
    if not found.gaps:
        return replace(series, times=times.values, step=found.step, remarks=remarks)
    filled, values = with_gaps(times.values, series.values, found.step)
    labels = series.labels
    if labels is not None:
        labels = np.isin(filled, times.values[labels])
    return replace(
        series, values=values, times=filled, labels=labels, step=found.step,
        remarks=remarks,
    )  # fmt: skip


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


def readings_before(series: TimeSeries, until: str) -> int:
    """Give how many readings there are until a time, or in a share of them.

    Args:
        series: The readings.
        until: A share above 0 and at most 1, or a time, which is not included; as
            a number, Unix time.

    Raises:
        InputError: It is neither, or no reading is before it.

    Example:
        >>> readings_before(TimeSeries(np.zeros((10, 1))), "0.25")
        2
    """
    number = float(until) if _is_number(until) else None
    if number is not None and (number <= 1 or series.times is None):
        if not 0 < number <= 1:
            raise InputError(f"until must be above 0 and at most 1; got {until}")
        count = int(number * len(series))
        if count == 0:
            raise InputError(
                f"until must leave a reading of {len(series)} to train on; got {until}"
            )
        return count
    if series.times is None:
        raise InputError(
            f"until must be a share, for there is no time column; got {until!r}"
        )
    written = [until if number is None else number]
    [time] = read_times(written, "until", series.format).values
    count = int(np.searchsorted(series.times, time))
    if count == 0:
        first = np.datetime_as_string(series.times[0], unit="auto")
        raise InputError(
            f"until must be after the first reading, {first}; got {until!r}"
        )
    return count


def check_training(series: TimeSeries) -> list[str]:
    """Check that every channel can be trained on; give remarks on what is odd.

    Raises:
        InputError: A channel has no reading.

    Example:
        >>> check_training(TimeSeries(np.array([[7.0], [7.0]]), ("heat",)))
        ['heat: never changes in training; any other reading will be an anomaly']
    """
    remarks = []
    kept = without_extremes(series.values)
    for name, column, rest in zip(
        series.channels, series.values.T, kept.T, strict=True
    ):
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
        extreme = column[np.isnan(rest) & ~np.isnan(column)]
        if len(extreme):
            shown = ", ".join(f"{each:g}" for each in np.unique(extreme)[:3])
            remarks.append(
                f"{name}: {counted(len(extreme), 'extreme reading')} ({shown}) left "
                "out of the training; --missing if that stands for none"
            )
        else:
            remarks += _repeated(name, known)
    if series.calendar:
        assert series.times is not None
        weeks = (series.times[-1] - series.times[0]) / np.timedelta64(7, "D")
        if weeks < 2:
            remarks.append(
                f"calendar: training sees {weeks:.2g} weeks; under two it cannot tell "
                "the time of the week from a trend"
            )
    return remarks


def _repeated(name: str, known: np.ndarray) -> list[str]:
    """Say where a value far from all others is there again and again."""
    low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
    found = []
    for each in (known.min(), known.max()):
        count = int((known == each).sum())
        far = abs(each - middle) > 10 * max(high - low, 1e-12)
        if count > 1 and far and count < 0.25 * len(known):
            found.append(
                f"{name}: {each:g} is there {count} times, far from all others; "
                f"--missing={each:g} if it stands for none"
            )
    return found


def described(series: TimeSeries) -> list[str]:
    """Give a line on each channel: what it is, how many readings, from where to where.

    Example:
        >>> described(TimeSeries(np.array([[1.0], [np.nan], [2.5]]), ("heat",)))
        ['heat: judged, 2 readings from 1 to 2.5, 1 missing']
    """
    lines = []
    for number, (name, column) in enumerate(
        zip(series.channels, series.values.T, strict=True)
    ):
        known = column[~np.isnan(column)]
        role = "judged" if number < series.targets else "helps"
        text = f"{name}: {role}, {counted(len(known), 'reading')}"
        if len(known):
            text += f" from {known.min():g} to {known.max():g}"
        missing = len(column) - len(known)
        lines.append(text + (f", {missing} missing" if missing else ""))
    return lines


def check_same_channels(series: TimeSeries, channels: Sequence[str]) -> None:
    """Check that a series has the channels that a detector was trained on, in order.

    Raises:
        InputError: It has others.
    """
    if series.channels != tuple(channels):
        raise InputError(
            f"channels must be {', '.join(channels)}; got {', '.join(series.channels)}"
        )

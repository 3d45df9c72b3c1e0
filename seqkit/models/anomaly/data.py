"""Series read from tables, with times, missing readings and labels. Needs `apps`."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from seqkit.errors import InputError
from seqkit.models.anomaly.cells import Cells
from seqkit.models.anomaly.columns import Columns, oddity
from seqkit.models.anomaly.tables import read_table
from seqkit.series import TimeSeries
from seqkit.series.lines import SEPARATORS
from seqkit.series.numerals import plain
from seqkit.series.spacing import regularity, with_gaps
from seqkit.series.time_columns import find_time_columns, joined
from seqkit.series.timestamps import UNIX, Times, calendar_features, read_times
from seqkit.wording import counted

CYCLES = ("day", "week")
_LOOKED_AT = 50  # rows by which a column of dates is known
_JITTER = 0.05  # share of uneven distances up to which times count as even
_EARLY = np.datetime64("1973-01-01")  # before it numbers are hardly Unix times


def read_series(path: str | os.PathLike, columns: Columns) -> TimeSeries:
    """Read a .csv or .tsv file in UTF-8 with a header line.

    An empty cell, "NaN", "NA", "null", "?" or a spreadsheet's error is a missing
    reading. Where times leave out readings, missing ones are put there; nothing is
    filled in. Cells may be separated by semicolons, tabs or bars; numbers may have
    decimal commas, or marks of thousands that cannot be taken for one; rows of units
    below the header are left out, as are columns of texts. What was done is among the
    remarks.

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
    usual = "\t" if Path(path).suffix.lower() == ".tsv" else ","
    if table.separator != usual:
        remarks.append(f"cells are separated by {SEPARATORS[table.separator]}")
    try:
        return _of_table(table.cells, columns, remarks, table.separator)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _of_table(
    table: pd.DataFrame, columns: Columns, remarks: list[str], separator: str
) -> TimeSeries:
    there = [str(name) for name in table.columns]
    time = find_time_columns(there, columns.time) or columns.time
    label = (columns.label,) if columns.label else ()
    _check_names(there, columns, (*time, *label))
    asked = [*columns.targets, *columns.exogenous]
    others = [name for name in there if name not in (*time, *label)]
    cells = Cells(table, columns.missing, separator)
    remarks += [
        f"the row below the header has units, and is left out: {units}"
        for units in cells.units(asked or others)
    ]
    if not columns.targets:
        texts = [n for n in others if n not in columns.exogenous and cells.is_text(n)]
        if not time and (found := next(filter(_holds_dates(cells), texts), None)):
            time = (found,)
            remarks.append(f"{found}: holds dates, and is taken for the times")
        for name in texts:
            if name not in time:
                text = cells.table[name].iloc[0].strip()
                remarks.append(f"{name}: texts such as {text!r}; not trained on")
        others = [name for name in others if name not in (*texts, *time)]
    if time:
        _drop_empty(cells, remarks)
    if cells.table.empty:
        raise InputError("no rows below the header")
    candidates = columns.targets or [n for n in others if n not in columns.exogenous]
    read = {name: cells.numbers(name) for name in (*candidates, *columns.exogenous)}
    cells.check_points(list(read))
    for what, names in (
        ("decimal commas", cells.commas), ("marks of thousands", cells.grouped)
    ):  # fmt: skip
        if names:
            remarks.append(f"{what} in {', '.join(names)}")
    targets = tuple(candidates)
    if not columns.targets:
        odd = {name: oddity(name, read[name]) for name in candidates}
        remarks += [
            f"{name}: {why}; not trained on (name it in --columns if it should be)"
            for name, why in odd.items()
            if why
        ]
        targets = tuple(name for name in candidates if not odd[name])
    if not targets:
        said = f" ({'; '.join(remarks)})" if remarks else ""
        raise InputError(f"no column of readings; it has: {', '.join(there)}{said}")
    names = [*targets, *columns.exogenous]
    labels = None
    if columns.label:
        labels = cells.numbers(columns.label)
        if not np.isin(labels, (0, 1)).all():
            raise InputError(f"column {columns.label!r} must hold only 0 and 1")
    values = np.stack([read[name] for name in names], axis=1)
    for name, column in zip(names, values.T, strict=True):
        if np.isnan(column).all():
            remarks.append(f"{name}: all readings are missing")
    series = TimeSeries(
        values, tuple(names), len(targets),
        labels=None if labels is None else labels > 0, remarks=tuple(remarks),
        time_columns=time,
    )  # fmt: skip
    if time:
        series = _timed(series, _times(cells.table, time, columns.format), columns)
    elif columns.calendar:
        raise InputError("calendar needs a column of times; name it")
    return _with_calendar(series) if columns.calendar else series


def _check_names(there: list[str], columns: Columns, special: tuple[str, ...]) -> None:
    """Refuse columns that are not there, or named twice."""
    asked = [*columns.targets, *columns.exogenous]
    for name in (*special, *asked):
        if name not in there:
            raise InputError(f"no column {name!r}; it has: {', '.join(there)}")
    twice = sorted({name for name in asked if asked.count(name) > 1})
    if twice:
        raise InputError(f"columns must be named once each; twice: {', '.join(twice)}")


def _holds_dates(cells: Cells) -> Callable[[str], bool]:
    """Give what says whether the first cells of a column are dates."""

    def dates(name: str) -> bool:
        try:
            read_times(cells.table[name].iloc[:_LOOKED_AT].tolist(), name)
        except InputError:
            return False
        return True

    return dates


def _drop_empty(cells: Cells, remarks: list[str]) -> None:
    """Leave out rows without a single cell, such as spreadsheets append."""
    empty = (cells.table == "").all(axis=1)
    if empty.any():
        cells.table = cells.table[~empty].reset_index(drop=True)
        remarks.append(f"{counted(int(empty.sum()), 'empty row')} left out")


def _times(table: pd.DataFrame, names: tuple[str, ...], format: str | None) -> Times:
    """Read dates, or numbers as Unix time."""
    name = names[0]
    if len(names) > 1:
        rows = zip(*(table[each] for each in names), strict=True)
        return read_times([joined(names, row) for row in rows], name, format)
    column = table[name].str.strip()
    found = pd.to_numeric(column, errors="coerce")
    written: Any = found if found.notna().all() else column
    return read_times(written, name, format)


def _timed(series: TimeSeries, times: Times, columns: Columns) -> TimeSeries:
    """Add times, and missing readings where times leave them out."""
    name = series.time_columns[0]
    series = replace(series, format=times.format)
    if times.format == UNIX and times.values[0] < _EARLY:
        first = np.datetime_as_string(times.values[0], unit="s")
        said = f"numbers, taken for Unix times, would begin in {first}"
        if name.strip().lower().startswith("date"):
            raise InputError(f"{name}: {said}; write dates such as 2024-12-31")
        remark = f"{name}: {said}; only the distances between them count"
        series = replace(series, remarks=(*series.remarks, remark))
    if len(times.values) == 1:
        return replace(series, times=times.values)
    found = regularity(times.values, name, columns.step)
    remarks = (*series.remarks, f"{name}: {found}")
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
    number = float(until) if plain(until) is not None else None
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

"""Where anomalies are, by a list of points or by windows of time."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seqkit.errors import InputError
from seqkit.wording import counted

if TYPE_CHECKING:
    from seqkit.series import TimeSeries


def read_labels(path: str, series: "TimeSeries", data: str | None) -> np.ndarray:
    """Read where anomalies are: a list of points, or windows as NAB writes them.

    A file of points has a time in each line; where the series has none, the number of
    a reading from 0. A file of windows is JSON:
    {"folder/name.csv": [[first, last], …], …}; the windows whose name ends as that of
    the data are taken.

    Args:
        path: The file.
        series: All readings that the file is about.
        data: Name of the file of readings; None for a data set by name.

    Raises:
        InputError: The file cannot be read, or names no reading.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    labels = np.zeros(len(series), bool)
    try:
        if path.endswith(".json"):
            for start, end in _windows(text, series, data):
                labels[start:end] = True
        else:
            labels[_points(text, series)] = True
    except (InputError, ValueError, TypeError) as error:
        raise InputError(f"{path}: not points or windows: {error}") from error
    if not labels.any():
        raise InputError(f"{path}: names no anomaly among the readings")
    return labels


def _windows(
    text: str, series: "TimeSeries", data: str | None
) -> list[tuple[int, int]]:
    from seqkit.series.metrics import windows_of_times

    if series.times is None or data is None:
        raise InputError("windows need readings of a file with a column of times")
    content = json.loads(text)
    if isinstance(content, dict):
        name = Path(data).name
        found = [key for key in content if Path(key).name == name]
        if len(found) != 1:
            raise InputError(f"must name {name} once; found {len(found)} times")
        content = content[found[0]]
    return windows_of_times(series.times, content)


def _points(text: str, series: "TimeSeries") -> np.ndarray:
    from seqkit.series.timestamps import read_time

    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if series.times is None:
        return _numbered(lines, len(series))
    points = np.array(
        [read_time(line, series.format) for line in lines], "datetime64[ns]"
    )
    absent = ~np.isin(points, series.times)
    if absent.any():
        first, last = (
            np.datetime_as_string(series.times[place], unit="auto") for place in (0, -1)
        )
        raise InputError(
            f"{counted(int(absent.sum()), 'time')} at no reading, the first is "
            f"{lines[int(absent.argmax())]!r}; the readings are from {first} to {last}"
        )
    return np.flatnonzero(np.isin(series.times, points))


def _numbered(lines: list[str], count: int) -> np.ndarray:
    rule = f"without times, points must be numbers of readings, 0 to {count - 1}"
    for line in lines:
        if not (line.isdecimal() and int(line) < count):
            raise InputError(f"{rule}; got {line!r}")
    return np.array(lines, np.int64)

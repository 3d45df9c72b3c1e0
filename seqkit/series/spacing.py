"""How evenly times follow each other, and missing readings in their gaps."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from seqkit.errors import InputError
from seqkit.series.checks import same_length
from seqkit.wording import counted

_MOST_GROWTH = 10
_CLOSE = 0.01  # of a step: how far a regular distance may be from a multiple of it
_SUNDAY = 3  # days after a Thursday, on which 1970 began
_LATEST_HOUR = 3  # in which clocks are turned back


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
        >>> minutes = np.array([0, 5, 10, 20], "timedelta64[m]")
        >>> times = np.datetime64("2024-01-01T00:00") + minutes
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
        before, at = times[wrong[0]], times[wrong[0] + 1]
        how = f"comes after {_short(before)}" if before != at else "is there twice"
        if (distances <= np.timedelta64(0)).all() and len(distances) > 1:
            how += "; the newest stands first: turn the rows round"
        elif _turned_back(at, before, distances):
            how += (
                "; if it is the hour that comes twice in autumn, write UTC or offsets"
            )
        raise InputError(
            f"{name} must increase; row {wrong[0] + 2} ({_short(at)}) {how}"
        )
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


def _turned_back(
    at: np.datetime64, before: np.datetime64, distances: np.ndarray
) -> bool:
    """Say whether clocks may have been turned back from one time to the next."""
    back = (before - at) / np.timedelta64(1, "m")
    if 30 <= back <= 60:
        return True
    minutes = distances / np.timedelta64(1, "m")
    step = np.median(minutes[minutes > 0]) if (minutes > 0).any() else 0.0
    hour = int(at.astype("datetime64[h]").astype(np.int64) % 24)
    sunday = int(at.astype("datetime64[D]").astype(np.int64)) % 7 == _SUNDAY
    return bool(back == 0 and 30 <= step <= 60 and sunday and hour <= _LATEST_HOUR)


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


def _short(time: np.datetime64) -> str:
    return np.datetime_as_string(time, unit="auto")

"""The score of the Numenta Anomaly Benchmark: early is good, false alarms cost."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from seqkit.errors import InputError
from seqkit.series.checks import numbers

_PROBATION = 0.15  # of a series, or of its first 5,000 readings, is not judged
_PROBATION_OF = 5000
_FAR = 3.0  # window lengths after a window: from here a false alarm costs all


class Profile(NamedTuple):
    """What a hit, a false alarm and a miss count.

    Args:
        hit: For a window, at most.
        false_alarm: Against the score, at most, for each alarm outside a window.
        miss: Against the score, for each window without an alarm.
    """

    hit: float
    false_alarm: float
    miss: float


STANDARD = Profile(1.0, 0.11, 1.0)
REWARD_LOW_FALSE_POSITIVES = Profile(1.0, 0.22, 1.0)
REWARD_LOW_FALSE_NEGATIVES = Profile(1.0, 0.11, 2.0)


class Judged(NamedTuple):
    """Scores of one series, and the windows in which alarms are right.

    Args:
        scores: Shape (time,); a missing score (NaN) is never an alarm.
        windows: Of each the first reading, and the first after it; in order.
    """

    scores: np.ndarray
    windows: Sequence[tuple[int, int]]


def windows_of_times(
    times: np.ndarray, windows: Sequence[Sequence[str]]
) -> list[tuple[int, int]]:
    """Find the readings of windows that are given by their first and last time.

    Args:
        times: Shape (n,), datetime64, increasing.
        windows: As in the benchmark's file of labels.

    Raises:
        InputError: A window holds no reading.

    Example:
        >>> times = np.arange("2024-01-01", "2024-01-09", dtype="datetime64[D]")
        >>> windows_of_times(times, [["2024-01-03", "2024-01-05"]])
        [(2, 5)]
    """
    found = []
    for first, last in windows:
        start = int(np.searchsorted(times, np.datetime64(first), side="left"))
        end = int(np.searchsorted(times, np.datetime64(last), side="right"))
        if start >= end:
            raise InputError(
                f"a window must hold a reading; none is in {first}..{last}"
            )
        found.append((start, end))
    return found


def nab_score(
    series: Sequence[Judged], threshold: float, profile: Profile = STANDARD
) -> float:
    """Give the score of a set of series: 100 is perfect, 0 is to find nothing.

    An alarm is a score not under the threshold. Within a window of w readings the first
    alarm counts, by its place; outside each costs, by its distance d to the last
    reading of the window before it:

        hit A_TP σ(-(r + 1) / w) / σ(-1)    with r readings from it to the window's last
        alarm A_FP σ(d / (w - 1))           A_FP times -1 without a window before
        miss -A_FN                          σ(x) = 2 / (1 + e^(5x)) - 1; -1 from x = 3

        score = 100 (sum + A_FN n) / (A_TP n + A_FN n)        for n windows

    Readings of the first 15%, at most 750, and windows wholly in them do not count.

    Args:
        series: Scores and windows, on one scale of scores.
        threshold: Of all series.
        profile: The costs A.

    Raises:
        InputError: There is no window to score, or one is out of its series.

    Example:
        >>> scores = np.zeros(100)
        >>> scores[50] = 1
        >>> nab_score([Judged(scores, [(50, 60)])], threshold=0.5)
        100.0
        >>> nab_score([Judged(scores * 0, [(50, 60)])], threshold=0.5)
        0.0
        >>> round(nab_score([Judged(scores, [(20, 30)])], threshold=0.5), 1)
        -5.5

    Reference:
        Lavin & Ahmad 2015, Evaluating Real-time Anomaly Detection Algorithms - the
        Numenta Anomaly Benchmark.
    """
    gains, alarms, windows = _gains(series, profile)
    return _normalised(gains[alarms >= threshold].sum(), windows, profile)


def best_nab_score(
    series: Sequence[Judged], profile: Profile = STANDARD
) -> tuple[float, float]:
    """Find the one threshold of all series with the greatest score.

    The benchmark's own table is made so, *with the labels*: what it says is what the
    scores could give. What a detector gives by itself is `nab_score` at its threshold.

    Args:
        series: Scores and windows of each series.
        profile: What hits, false alarms and misses count.

    Returns:
        The score, and the threshold: infinite where no alarm at all is best.

    Example:
        >>> scores = np.zeros(100)
        >>> scores[[30, 50]] = 0.7, 0.5
        >>> best_nab_score([Judged(scores, [(50, 60)])])
        (94.5, 0.5)

    Raises:
        InputError: As `nab_score`.
    """
    gains, alarms, windows = _gains(series, profile)
    order = np.argsort(-alarms, kind="stable")
    ranked, totals = alarms[order], np.cumsum(gains[order])
    last_of_equal = np.append(ranked[1:] != ranked[:-1], True)
    ranked, totals = ranked[last_of_equal], totals[last_of_equal]
    best = int(np.argmax(totals))
    if totals[best] <= 0:
        return _normalised(0.0, windows, profile), np.inf
    return _normalised(totals[best], windows, profile), float(ranked[best])


def _gains(
    series: Sequence[Judged], profile: Profile
) -> tuple[np.ndarray, np.ndarray, int]:
    """What each judged reading adds when the threshold falls to its score.

    Returns:
        Gains over finding nothing, the scores, and the number of windows.
    """
    gains, alarms, windows = [], [], 0
    for judged in series:
        scores = numbers("scores", judged.scores, "time")
        values, window_of = _values(len(scores), judged.windows, profile)
        first = int(min(_PROBATION * len(scores), _PROBATION * _PROBATION_OF))
        counts = (np.arange(len(scores)) >= first) & ~np.isnan(scores)
        outside = counts & (window_of < 0)
        gains.append(values[outside])
        alarms.append(scores[outside])
        for index, (_, end) in enumerate(judged.windows):
            windows += end > first
            inside = np.flatnonzero(counts & (window_of == index))
            inside = inside[np.argsort(-scores[inside], kind="stable")]
            best = np.maximum.accumulate(np.append(-profile.miss, values[inside]))
            gains.append(np.diff(best))
            alarms.append(scores[inside])
    if not windows:
        raise InputError("series must have at least one window to score; got none")
    return np.concatenate(gains), np.concatenate(alarms), windows


def _values(
    length: int, windows: Sequence[tuple[int, int]], profile: Profile
) -> tuple[np.ndarray, np.ndarray]:
    """What an alarm at each reading counts, and the window it is in, -1 for none."""
    time = np.arange(length)
    values, window_of = np.full(length, -profile.false_alarm), np.full(length, -1)
    before = 0
    for index, (start, end) in enumerate(windows):
        if not before <= start < end <= length:
            raise InputError(
                f"windows must be in order, apart, and within {length} readings; "
                f"got {list(windows)}"
            )
        before, width = end, end - start
        inside = -(end - time[start:end]) / width
        values[start:end] = profile.hit * _sigmoid(inside) / _sigmoid(np.array(-1.0))
        window_of[start:end] = index
        distance = (time[end:] - (end - 1)) / max(width - 1, 1)
        values[end:] = profile.false_alarm * _sigmoid(distance)
        window_of[end:] = -1
    return values, window_of


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return np.where(x >= _FAR, -1.0, 2 / (1 + np.exp(5 * x)) - 1)


def _normalised(gain: float, windows: int, profile: Profile) -> float:
    return float(100 * gain / ((profile.hit + profile.miss) * windows))

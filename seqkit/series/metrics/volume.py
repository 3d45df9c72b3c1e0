"""VUS-PR: the precision-recall curve over all thresholds and tolerances in time."""

import numpy as np

from seqkit.scalars import at_least
from seqkit.series.metrics.points import labelled_scores
from seqkit.series.thresholds import merged, runs

_THRESHOLDS = 250
_MOST_ROWS, _MOST_LAGS = 20_000, 400  # of the correlation
_LEAST_LAG, _MOST_WINDOW, _NO_PERIOD = 3, 300, 125


def volume_under_surface(
    labels: np.ndarray, scores: np.ndarray, window: int = 100
) -> float:
    """Give the mean area under the range precision-recall curve, over tolerances.

    With a tolerance ℓ each anomaly gets soft edges, ℓ/2 readings long on each side: at
    a distance k from it the label is r = sqrt(1 - k/ℓ); where edges overlap they add
    up, to at most 1. For the readings S with a score not under a threshold, of P
    anomalous ones in all and E anomalies with their edges (one where they overlap):

        TP = Σ over S of r
        recall = min(1, TP / (P + ½ Σ over edges in S of r)) * share of E that S hits
        precision = TP / |S|
        area(ℓ) = Σ over thresholds of (recall_n - recall_{n-1}) precision_n
        volume = mean of area(ℓ) for ℓ from 0 to the window

    The thresholds are 250 scores, evenly spaced by rank. These are the definitions of
    the authors' own program in its later form, which the figures of others come from.

    Args:
        labels: 0 and 1, or booleans (time,); at least one is 1.
        scores: Shape (time,); a missing score (NaN) counts as the lowest.
        window: The greatest tolerance; best about the period of the series.

    Raises:
        InputError: There is no anomaly, lengths differ, or `window` is negative.

    Example:
        >>> labels = np.zeros(1000)
        >>> labels[400:450] = 1
        >>> random = np.random.default_rng(0).uniform(size=1000)
        >>> tried = labels, np.roll(labels, 10), random
        >>> [round(volume_under_surface(labels, scores), 2) for scores in tried]
        [1.0, 0.87, 0.1]

    Reference:
        Paparrizos et al. 2022, Volume Under the Surface: A New Accuracy Evaluation
        Measure for Time-Series Anomaly Detection.
    """
    labels, scores = labelled_scores(labels, scores)
    at_least("window", window, 0)
    falling = np.argsort(-scores, kind="stable")
    ranks = np.linspace(0, len(scores) - 1, _THRESHOLDS).astype(int)
    thresholds = scores[falling][ranks]
    counts = len(scores) - np.searchsorted(np.sort(scores), thresholds, side="left")
    anomalies = runs(labels)
    areas = []
    for tolerance in range(window + 1):
        soft = _soft_labels(labels, anomalies, tolerance)
        of_all = np.cumsum(soft[falling])[counts - 1]
        of_edges = np.cumsum((soft * ~labels)[falling])[counts - 1]
        half = tolerance // 2
        # First and last readings with the edges: anomalies that share one are one.
        wide = [(max(a - half, 0), b - 1 + half) for a, b in anomalies]
        greatest = [scores[a : b + 1].max() for a, b in merged(wide, 0)]
        hit = (np.array(greatest)[:, None] >= thresholds).mean(axis=0)
        recall = np.minimum(1, of_all / (labels.sum() + of_edges / 2)) * hit
        areas.append((np.diff(recall, prepend=0) * of_all / counts).sum())
    return float(np.mean(areas))


def usual_window(values: np.ndarray) -> int:
    """Give the window by which TSB-AD measures scores of a series: its period.

    The lag from 3 to 300 at which the correlation of the first 20,000 readings with
    themselves has its greatest peak; 125 where there is none.

    Args:
        values: Shape (time,), without NaN.

    Example:
        >>> usual_window(np.sin(np.arange(1000) * 2 * np.pi / 40))
        40

    Reference:
        Liu & Paparrizos 2024, The Elephant in the Room: Towards a Reliable Time-Series
        Anomaly Detection Benchmark.
    """
    seen = values[:_MOST_ROWS] - values[:_MOST_ROWS].mean()
    power = np.abs(np.fft.rfft(seen, 2 * len(seen))) ** 2
    correlation = np.fft.irfft(power)[: min(_MOST_LAGS, len(seen) - 1) + 1]
    later = correlation[_LEAST_LAG:]
    inner = later[1:-1]
    peaks = 1 + np.flatnonzero((inner > later[:-2]) & (inner > later[2:]))
    if not len(peaks):
        return _NO_PERIOD
    best = int(peaks[np.argmax(later[peaks])])
    if not _LEAST_LAG <= best <= _MOST_WINDOW:
        return _NO_PERIOD
    return best + _LEAST_LAG


def _soft_labels(
    labels: np.ndarray, anomalies: list[tuple[int, int]], tolerance: int
) -> np.ndarray:
    soft = labels.astype(np.float64)
    distance = np.arange(1, tolerance // 2 + 1)
    edge = np.sqrt(1 - distance / max(tolerance, 1))
    for start, end in anomalies:
        after = soft[end : end + len(edge)]
        after += edge[: len(after)]
        before = soft[max(start - len(edge), 0) : start]
        before += edge[: len(before)][::-1]
    return np.minimum(soft, 1)

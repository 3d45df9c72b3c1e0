"""The threshold that settings ask for."""

from typing import NamedTuple

import numpy as np

from seqkit.models.anomaly.settings import DetectorSettings
from seqkit.series import Threshold, dynamic, peaks_over_threshold, prune, quantile
from seqkit.series.nonparametric import widened

LEAST = 3.0  # a score under it says nothing, however alike the training scores are


def fit_threshold(scores: np.ndarray, settings: DetectorSettings) -> Threshold:
    """Find the threshold by the scores (time,) of training readings.

    Example:
        >>> scores = np.arange(1000.0)
        >>> print(fit_threshold(scores, DetectorSettings(threshold="quantile")))
        998: 0.999 of 1000 clean scores are not above it
    """
    if settings.threshold == "fixed":
        return Threshold(settings.level)
    if settings.threshold == "quantile":
        found = quantile(scores, settings.share)
    elif settings.threshold == "dynamic":
        found = dynamic(scores, buffer=settings.buffer)
    else:
        found = peaks_over_threshold(scores, settings.false_alarms, settings.gap)
    if found.value < LEAST:
        return Threshold(
            LEAST, f"the least there is; by the clean scores {found.value:.3g}"
        )
    return found


class Judged(NamedTuple):
    """Scores compared with a threshold."""

    severity: np.ndarray  # the score over the threshold (time,)
    levels: np.ndarray  # the threshold at each time (time,)
    threshold: Threshold  # its value and why


def judge(
    scores: np.ndarray, threshold: Threshold, settings: DetectorSettings
) -> Judged:
    """Compare scores (time,) with a threshold: the one given, or dynamic to them.

    A dynamic threshold is that of all scores at hand; what is pruned is at most at it.

    Example:
        >>> scores = np.array([1.0, 1.1] * 50 + [9.0] + [1.0, 1.1] * 50)
        >>> settings = DetectorSettings(threshold="dynamic", buffer=0)
        >>> found = judge(scores, Threshold(1.0), settings)
        >>> np.flatnonzero(found.severity > 1).tolist()
        [100]
    """
    if settings.threshold == "dynamic" and not np.isnan(scores).all():
        threshold = dynamic(scores, buffer=settings.buffer)
    levels = threshold.levels(scores)
    severity = scores / np.maximum(levels, 1e-9)
    if settings.threshold == "dynamic" and not np.isnan(scores).all():
        above = widened(threshold.exceeded(scores), settings.buffer)
        kept = prune(scores, above, settings.decrease)
        severity = np.where(above & ~kept, np.minimum(severity, 1.0), severity)
    return Judged(severity, levels, threshold)

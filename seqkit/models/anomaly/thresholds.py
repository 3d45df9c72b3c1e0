"""The scorer and the threshold that settings ask for."""

from typing import Any, NamedTuple

import numpy as np

from seqkit.models.anomaly.settings import DetectorSettings
from seqkit.series import (
    AbsoluteError,
    AdaptiveThreshold,
    MahalanobisDistance,
    Scorer,
    Smoothed,
    Threshold,
    dynamic,
    dynamic_anomalies,
    peaks_over_threshold,
    quantile,
)

_PEAKS, _LEVEL = 12, 0.98  # scores above the level, at least; share of those up to it
_WINDOW, _STRIDE = 2100, 70  # scores of a dynamic threshold, and to the next one


def fit_scorer(errors: np.ndarray, settings: DetectorSettings) -> Scorer:
    """Fit a scorer to errors (time, steps, channels) of training readings."""
    scorer: Scorer = (
        AbsoluteError.fit(errors)
        if settings.scorer == "absolute"
        else MahalanobisDistance.fit(errors)
    )
    return scorer if settings.smoothing == 1 else Smoothed(scorer, settings.smoothing)


def fit_threshold(scores: np.ndarray, settings: DetectorSettings) -> Any:
    """Find the threshold by the scores (time,) of training readings.

    Example:
        >>> scores = np.arange(1000.0)
        >>> print(fit_threshold(scores, DetectorSettings(threshold="quantile")))
        998: 0.999 of 1000 clean scores are not above it
    """
    if settings.threshold == "fixed":
        found = Threshold(settings.level)
    elif settings.threshold == "quantile":
        found = quantile(scores, settings.share)
    elif settings.threshold == "dynamic":
        found = dynamic(scores, buffer=settings.buffer)
    else:
        found = _peaks(scores, settings)
    if settings.adapt:
        return AdaptiveThreshold.fit(scores, found, settings.adapt)
    return found


def _peaks(scores: np.ndarray, settings: DetectorSettings) -> Threshold:
    """Peaks over threshold; where there is no tail to fit, the greatest clean score."""
    known = scores[~np.isnan(scores)]
    level = min(_LEVEL, 1 - _PEAKS / max(len(known), 2 * _PEAKS))
    if np.count_nonzero(known > np.quantile(known, level)) < _PEAKS - 2:
        return Threshold(
            float(known.max()),
            f"it is the greatest of {len(known)} clean scores, too few or too alike "
            "for peaks over threshold",
        )
    return peaks_over_threshold(scores, settings.risk, level)


class Judged(NamedTuple):
    """Scores compared with a threshold."""

    is_anomaly: np.ndarray  # booleans (time,)
    levels: np.ndarray  # the threshold at each time (time,)
    threshold: Any  # its value and why


def judge(scores: np.ndarray, threshold: Any, settings: DetectorSettings) -> Judged:
    """Compare scores (time,) with a threshold: the one given, or dynamic to them.

    Example:
        >>> scores = np.array([1.0, 1.1] * 50 + [9.0] + [1.0, 1.1] * 50)
        >>> found = judge(scores, None, DetectorSettings(threshold="dynamic"))
        >>> np.flatnonzero(found.is_anomaly).tolist()
        [100]
    """
    if settings.threshold != "dynamic" or np.isnan(scores).all():
        return Judged(threshold.exceeded(scores), threshold.levels(scores), threshold)
    found, levels = dynamic_anomalies(
        scores, _WINDOW, _STRIDE, settings.decrease, settings.buffer
    )
    last = dynamic(scores[-_WINDOW:], buffer=settings.buffer)
    every = (
        f"found anew every {_STRIDE} scores on the last {_WINDOW}; the last is "
        if len(scores) > _WINDOW
        else ""
    )
    return Judged(found, levels, Threshold(last.value, every + last.reason))

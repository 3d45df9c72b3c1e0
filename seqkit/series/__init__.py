"""Series of readings: scores, thresholds, events and honest measures of them."""

from seqkit.series.adaptive import AdaptiveThreshold
from seqkit.series.fitted import Fitted
from seqkit.series.scaling import Scaler
from seqkit.series.scorers import (
    AbsoluteError,
    MahalanobisDistance,
    Scorer,
    Smoothed,
    shares,
)
from seqkit.series.thresholds import (
    Threshold,
    dynamic,
    peaks_over_threshold,
    prune,
    quantile,
)
from seqkit.series.windows import forecast_errors, forecast_windows, windows

__all__ = [
    "AbsoluteError",
    "AdaptiveThreshold",
    "Fitted",
    "MahalanobisDistance",
    "Scaler",
    "Scorer",
    "Smoothed",
    "Threshold",
    "dynamic",
    "forecast_errors",
    "forecast_windows",
    "peaks_over_threshold",
    "prune",
    "quantile",
    "shares",
    "windows",
]

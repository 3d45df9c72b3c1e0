"""Series of readings: windows, scores, thresholds, events, and faults to try them on.

Times (`seqkit.series.timestamps`) and measures (`seqkit.series.metrics`) are imported
by their own names: they need the `apps` extra.
"""

from seqkit.series.adaptive import AdaptiveThreshold
from seqkit.series.events import DriftMonitor, Event, find_events
from seqkit.series.faults import (
    FAULTS,
    Fault,
    FaultySeries,
    faulty_series,
    inject,
    seasonal,
    with_faults,
)
from seqkit.series.fitted import Fitted
from seqkit.series.nonparametric import dynamic, dynamic_anomalies, prune
from seqkit.series.scaling import Scaler
from seqkit.series.scorers import (
    AbsoluteError,
    MahalanobisDistance,
    Scorer,
    Smoothed,
    shares,
)
from seqkit.series.streaming import Scored, Stream
from seqkit.series.thresholds import Threshold, peaks_over_threshold, quantile
from seqkit.series.windows import forecast_errors, forecast_windows, windows

__all__ = [
    "FAULTS",
    "AbsoluteError",
    "AdaptiveThreshold",
    "DriftMonitor",
    "Event",
    "Fault",
    "FaultySeries",
    "Fitted",
    "MahalanobisDistance",
    "Scaler",
    "Scored",
    "Scorer",
    "Smoothed",
    "Stream",
    "Threshold",
    "dynamic",
    "dynamic_anomalies",
    "faulty_series",
    "find_events",
    "forecast_errors",
    "forecast_windows",
    "inject",
    "peaks_over_threshold",
    "prune",
    "quantile",
    "seasonal",
    "shares",
    "windows",
    "with_faults",
]

"""Series of readings: what is normal, scores, thresholds, alarms, and faults to try.

Times (`seqkit.series.timestamps`) and measures (`seqkit.series.metrics`) are imported
by their own names: they need the `apps` extra.
"""

from seqkit.series.alarms import Alarm
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
from seqkit.series.gaps import Gaps
from seqkit.series.linear import LinearForecast
from seqkit.series.machine import MACHINE_FAULTS, faulty_machine
from seqkit.series.nonparametric import dynamic, dynamic_anomalies, prune
from seqkit.series.profile import Profile, find_periods
from seqkit.series.relations import Relations
from seqkit.series.scaling import Scaler
from seqkit.series.scorers import Multiscale, Scorer, shares
from seqkit.series.shapes import Shapes
from seqkit.series.stepped import Stepped
from seqkit.series.thresholds import Threshold, peaks_over_threshold, quantile
from seqkit.series.timeseries import TimeSeries
from seqkit.series.windows import forecast_errors, forecast_windows, windows

__all__ = [
    "FAULTS",
    "MACHINE_FAULTS",
    "Alarm",
    "DriftMonitor",
    "Event",
    "Fault",
    "FaultySeries",
    "Fitted",
    "Gaps",
    "LinearForecast",
    "Multiscale",
    "Profile",
    "Relations",
    "Scaler",
    "Scorer",
    "Shapes",
    "Stepped",
    "Threshold",
    "TimeSeries",
    "dynamic",
    "dynamic_anomalies",
    "faulty_machine",
    "faulty_series",
    "find_events",
    "find_periods",
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

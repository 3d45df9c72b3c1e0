"""How good a detector is, measured honestly. Needs the `apps` extra."""

from seqkit.series.metrics.affiliation import above_chance, affiliation_quality
from seqkit.series.metrics.events import (
    EventQuality,
    detection_delays,
    event_quality,
    of_counts,
)
from seqkit.series.metrics.nab import (
    STANDARD,
    Judged,
    Profile,
    best_nab_score,
    nab_score,
    windows_of_times,
)
from seqkit.series.metrics.points import (
    Quality,
    area_under_precision_recall,
    point_adjusted,
    point_quality,
)
from seqkit.series.metrics.ranges import range_quality
from seqkit.series.metrics.volume import usual_window, volume_under_surface

__all__ = [
    "STANDARD",
    "EventQuality",
    "Judged",
    "Profile",
    "Quality",
    "above_chance",
    "affiliation_quality",
    "area_under_precision_recall",
    "best_nab_score",
    "detection_delays",
    "event_quality",
    "nab_score",
    "of_counts",
    "point_adjusted",
    "point_quality",
    "range_quality",
    "usual_window",
    "volume_under_surface",
    "windows_of_times",
]

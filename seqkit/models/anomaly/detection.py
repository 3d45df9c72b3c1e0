"""What a detector has found in a series."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqkit.models.anomaly.forecaster import Forecast
from seqkit.models.anomaly.settings import DetectorSettings
from seqkit.models.anomaly.thresholds import judge
from seqkit.series import DriftMonitor, Event, find_events


@dataclass(frozen=True)
class Detection:
    """Scores, threshold, anomalies and events of a series.

    Args:
        values: The targets (time, C), NaN where missing.
        expected: What was forecast of each reading one step before, and the interval
            around it: each (time, C), NaN where nothing was. Of a reconstruction
            alone, the reconstruction of each reading.
        scores: Shape (time,), NaN where there is none.
        levels: The threshold at each time: (time,).
        is_anomaly: Booleans (time,).
        contributions: Of each channel to the score: (time, C).
        channels: Names of the C channels.
        threshold: Its value and why: `print(detection.threshold)`.
        drifting: Booleans (time,): where scores have risen for good, so that what was
            learnt is out of date.
        gap: Anomalous readings with so many others between them are one event.
    """

    values: np.ndarray
    expected: Forecast
    scores: np.ndarray
    levels: np.ndarray
    is_anomaly: np.ndarray
    contributions: np.ndarray
    channels: Sequence[str]
    threshold: Any
    drifting: np.ndarray
    gap: int

    @classmethod
    def judged(
        cls,
        values: np.ndarray,
        expected: Forecast,
        scores: np.ndarray,
        contributions: np.ndarray,
        channels: Sequence[str],
        threshold: Any,
        drift: DriftMonitor,
        settings: DetectorSettings,
    ) -> "Detection":
        """Apply a threshold to scores."""
        found = judge(scores, threshold, settings)
        return cls(
            values, expected, scores, found.levels, found.is_anomaly, contributions,
            channels, found.threshold, drift.drifting(scores), settings.gap,
        )  # fmt: skip

    def events(self) -> list[Event]:
        """Merge anomalous readings into events, in the order of time."""
        return find_events(
            self.scores, self.is_anomaly, self.levels, self.contributions,
            self.channels, self.gap,
        )  # fmt: skip

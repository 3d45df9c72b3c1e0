"""What a detector has found in a series."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqkit.models.anomaly.forecaster import Forecast
from seqkit.series import Event, find_events


@dataclass(frozen=True)
class Detection:
    """Scores, threshold, anomalies and events of a series.

    Args:
        values: The targets (time, C), NaN where missing.
        expected: What was forecast of each reading one step before, and the interval
            around it: each (time, C), NaN where nothing was.
        scores: Shape (time,), NaN where there is none.
        levels: The threshold at each time: (time,).
        severity: The score over the threshold, or how much longer a channel has been
            silent than it may, if that is more: (time,).
        is_anomaly: Booleans (time,): readings of an event.
        contributions: Of each channel to the score: (time, C).
        sources: Names of what errors come from, as they stand in `errors`.
        errors: How far each channel was from what each source expected, in scaled
            units: (time, sources, C), NaN where it expected nothing.
        channels: Names of the C channels.
        threshold: Its value and why: `print(detection.threshold)`.
        drifting: Booleans (time,): where scores have risen for good, so that what was
            learnt is out of date.
        gap: Calm readings that an event may have within it.
        times: Shape (time,), datetime64; None where they are unknown.
    """

    values: np.ndarray
    expected: Forecast
    scores: np.ndarray
    levels: np.ndarray
    severity: np.ndarray
    is_anomaly: np.ndarray
    contributions: np.ndarray
    sources: Sequence[str]
    errors: np.ndarray
    channels: Sequence[str]
    threshold: Any
    drifting: np.ndarray
    gap: int
    times: np.ndarray | None = None

    def events(self) -> list[Event]:
        """Merge anomalous readings into events, in the order of time."""
        return find_events(
            self.severity, self.is_anomaly, self.levels, self.contributions,
            self.channels, self.gap,
        )  # fmt: skip

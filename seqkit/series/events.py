"""Events: unbroken stretches of anomalous readings, and changes for good."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seqkit.scalars import at_least
from seqkit.series.checks import between, numbers, same_length, some
from seqkit.series.fitted import Fitted
from seqkit.series.thresholds import merged, runs


@dataclass(frozen=True)
class Event:
    """One anomaly.

    Args:
        start: Index of its first reading.
        end: Index of the first reading after it.
        peak: Index of its greatest score.
        score: That score; of a silent channel, what it counts as.
        severity: That score over the threshold there.
        shares: Channels and what share of the score is theirs, greatest first.
    """

    start: int
    end: int
    peak: int
    score: float
    severity: float
    shares: dict[str, float]


def find_events(
    severity: np.ndarray,
    is_anomaly: np.ndarray,
    levels: np.ndarray,
    contributions: np.ndarray,
    channels: Sequence[str],
    gap: int = 0,
) -> list[Event]:
    """Merge anomalous readings into events.

    Args:
        severity: The score over the threshold: (time,); NaN without a score.
        is_anomaly: Booleans (time,): which readings are anomalous.
        levels: The threshold at each time: (time,).
        contributions: Of the channels to the scores: (time, channels).
        channels: Their names.
        gap: Anomalous readings with at most so many others between them are one event.

    Returns:
        The events in the order of time.

    Raises:
        InputError: Lengths differ, or `gap` is negative.

    Example:
        >>> severity = np.array([0.5, 2.0, 0.5, 3.0, 0.5])
        >>> [event] = find_events(
        ...     severity, severity > 1, np.full(5, 2.0), severity[:, None] * [0.2, 0.8],
        ...     ["flow", "heat"], gap=1,
        ... )
        >>> event.start, event.end, event.peak, event.score
        (1, 4, 3, 6.0)
        >>> {name: round(share, 2) for name, share in event.shares.items()}
        {'heat': 0.8, 'flow': 0.2}
    """
    same_length(
        severity=severity, is_anomaly=is_anomaly, levels=levels,
        contributions=contributions,
    )  # fmt: skip
    same_length(channels=channels, contributions=contributions.T)
    events = []
    for start, end in merged(runs(is_anomaly), gap):
        peak = start + int(np.nanargmax(severity[start:end]))
        total = np.nansum(contributions[start:end], axis=0)
        order = np.argsort(-total, kind="stable")
        whole = total.sum()
        events.append(
            Event(
                start,
                end,
                peak,
                float(severity[peak] * levels[peak]),
                float(severity[peak]),
                {channels[i]: float(total[i] / whole) for i in order if total[i]},
            )
        )
    return events


def without_gaps(is_anomaly: np.ndarray, gap: int) -> np.ndarray:
    """Mark readings between anomalies too, where at most `gap` lie there: (time,).

    Example:
        >>> without_gaps(np.array([1, 0, 1, 0, 0, 1]) > 0, gap=1).astype(int).tolist()
        [1, 1, 1, 0, 0, 1]
    """
    found = np.zeros(len(is_anomaly), bool)
    for start, end in merged(runs(is_anomaly), gap):
        found[start:end] = True
    return found


@dataclass(frozen=True)
class DriftMonitor(Fitted):
    """Warns when scores have risen for good: what was learnt is out of date.

        share_t = share_{t-1} + α ([score_t > level] - share_{t-1})
        drift_t = share_t > 1/2

    with α = 2 / (span + 1): more than half of the last scores, over a long span, are
    above a level that few of the clean ones exceed. Single anomalies, however large, do
    not count more than others. A time without a score changes nothing.

    Args:
        level: What few clean scores exceed.
        usual: Their share; where the recent share begins.
        span: Times over which the share is taken, roughly; at least 1.

    Example:
        >>> monitor = DriftMonitor.fit(np.arange(100.0), span=20)
        >>> monitor.level
        94.05
        >>> scores = np.array([1.0] * 10 + [1e6] + [1.0] * 10 + [99.0] * 10)
        >>> int(np.argmax(monitor.drifting(scores)))
        27

    Raises:
        InputError: `span` is under 1.
    """

    level: float
    usual: float
    span: float

    def __post_init__(self) -> None:
        at_least("span", self.span, 1)

    @classmethod
    def fit(
        cls, scores: np.ndarray, span: float, usual: float = 0.05
    ) -> "DriftMonitor":
        """Find the level that a share `usual` of clean scores (time,) exceeds.

        Raises:
            InputError: `usual` is not between 0 and a half, or there is no score.
        """
        between("usual", usual, 0, 0.5)
        found = some("scores", numbers("scores", scores, "time"))
        return cls(float(np.quantile(found, 1 - usual)), usual, span)

    def drifting(self, scores: np.ndarray) -> np.ndarray:
        """Say at which scores the warning stands: booleans (time,)."""
        found, state = np.empty(len(scores), bool), self.start()
        for time, score in enumerate(scores):
            found[time], state = self.step(score, state)
        return found

    def start(self) -> np.ndarray:
        """Give the state before the first score: the share."""
        return np.array([self.usual])

    def step(self, score: float, state: np.ndarray) -> tuple[bool, np.ndarray]:
        """Say whether the warning stands after one score, and give the state."""
        if not np.isnan(score):
            state = state + 2 / (self.span + 1) * ((score > self.level) - state)
        return bool(state[0] > 0.5), state

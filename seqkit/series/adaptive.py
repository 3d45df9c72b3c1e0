"""A threshold that follows slow changes of the scores, in constant memory."""

from dataclasses import dataclass

import numpy as np

from seqkit.series.checks import at_least, numbers, some
from seqkit.series.fitted import Fitted
from seqkit.series.thresholds import Threshold


@dataclass(frozen=True)
class AdaptiveThreshold(Fitted):
    """A threshold as far above the mean of recent scores as it was at first, or more.

        threshold_t = m_{t-1} + (value - mean) max(1, sqrt(v_{t-1}) / deviation)

        m_t = m_{t-1} + α (min(score_t, threshold_t) - m_{t-1})
        v_t = (1 - α) (v_{t-1} + α (score_t - m_{t-1})²)   v_{t-1} if over the threshold

    with α = 2 / (span + 1), from m = mean and v = deviation². An anomaly moves the mean
    no more than a score at the threshold, and the distance not at all: a short one
    changes little, and a change for good is followed in the end. In a calm the distance
    stays: it is not less than at first. A time without a score changes nothing.

    Args:
        value: Of the threshold at first.
        mean: Of the clean scores.
        deviation: Of the clean scores; 0 keeps the distance as it is for ever.
        span: Times over which the mean is taken, roughly; at least 1.
        reason: Where the value comes from, in one sentence.

    Raises:
        InputError: `span` is under 1, or `deviation` negative.

    Example:
        >>> clean = np.array([1.0, 3.0] * 50)
        >>> threshold = AdaptiveThreshold.fit(clean, Threshold(5.0), span=3)
        >>> threshold.levels(np.array([4.0, 2.0, 50.0, 2.0])).round(2).tolist()
        [5.0, 6.67, 5.5, 7.0]
    """

    value: float
    mean: float
    deviation: float
    span: float
    reason: str

    def __post_init__(self) -> None:
        at_least("span", self.span, 1)
        at_least("deviation", self.deviation, 0)

    @classmethod
    def fit(
        cls, scores: np.ndarray, threshold: Threshold, span: float
    ) -> "AdaptiveThreshold":
        """Start from a threshold and the clean scores it was found on: (time,)."""
        found = some("scores", numbers("scores", scores, "time"))
        reason = f"at first {threshold.reason}; it follows about {span:g} recent scores"
        return cls(
            threshold.value, float(found.mean()), float(found.std()), span, reason
        )

    def __str__(self) -> str:
        return f"{self.value:.4g}: {self.reason}"

    def levels(self, scores: np.ndarray) -> np.ndarray:
        """Give the threshold at each score: (time,)."""
        found, state = np.empty(len(scores)), self.start()
        for time, score in enumerate(scores):
            found[time], state = self.step(score, state)
        return found

    def exceeded(self, scores: np.ndarray) -> np.ndarray:
        """Say which scores are above: booleans (time,)."""
        return scores > self.levels(scores)

    def start(self) -> np.ndarray:
        """Give the state before the first score: m and v."""
        return np.array([self.mean, self.deviation**2])

    def step(self, score: float, state: np.ndarray) -> tuple[float, np.ndarray]:
        """Give the threshold for one score, and the state after it."""
        mean, variance = state
        wider = np.sqrt(variance) / self.deviation if self.deviation > 0 else 1.0
        level = float(mean + (self.value - self.mean) * max(1.0, wider))
        if np.isnan(score):
            return level, state
        rate = 2 / (self.span + 1)
        if score <= level:
            variance = (1 - rate) * (variance + rate * (score - mean) ** 2)
        return level, np.array([mean + rate * (min(score, level) - mean), variance])

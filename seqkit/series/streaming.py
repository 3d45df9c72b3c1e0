"""One reading at a time, in constant memory, as if the whole series had been there."""

from typing import Any, NamedTuple

import numpy as np

from seqkit.errors import InputError
from seqkit.series.adaptive import AdaptiveThreshold
from seqkit.series.scorers import Scorer, shares
from seqkit.series.thresholds import Threshold


class Scored(NamedTuple):
    """What is found of one reading."""

    score: float  # NaN where all is missing
    is_anomaly: bool
    threshold: float
    shares: np.ndarray  # (channels,), of the score


class Stream:
    """Scores errors one time after the other and compares them with a threshold.

    Args:
        scorer: Any scorer.
        threshold: Any threshold.

    Example:
        >>> from seqkit.series import AbsoluteError, Smoothed
        >>> scorer = Smoothed(AbsoluteError(np.ones((1, 1))), span=3)
        >>> stream = Stream(scorer, Threshold(1.5))
        >>> [stream.update(np.array([[e]])).is_anomaly for e in (0.0, 1.0, 3.0)]
        [False, False, True]
        >>> later = Stream(scorer, Threshold(1.5))
        >>> later.restore(stream.state())
        >>> later.update(np.array([[0.0]])) == stream.update(np.array([[0.0]]))
        True
    """

    def __init__(
        self, scorer: Scorer, threshold: Threshold | AdaptiveThreshold
    ) -> None:
        self.scorer, self.threshold = scorer, threshold
        self._of_scorer, self._of_threshold = scorer.start(), threshold.start()

    def update(self, error: np.ndarray) -> Scored:
        """Take the errors of the next time, of shape (steps, channels)."""
        contributions, self._of_scorer = self.scorer.step(error, self._of_scorer)
        score = float(self.scorer.finish(contributions.sum()))
        level, self._of_threshold = self.threshold.step(score, self._of_threshold)
        return Scored(score, score > level, level, shares(contributions))

    def state(self) -> dict[str, Any]:
        """Give all that the past has left behind, fit for JSON."""
        return {
            "scorer": self._of_scorer.tolist(),
            "threshold": self._of_threshold.tolist(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state` gave.

        Raises:
            InputError: The state is of another scorer or threshold.
        """
        found = [np.array(state.get(n), np.float64) for n in ("scorer", "threshold")]
        if [each.shape for each in found] != [
            self.scorer.start().shape,
            self.threshold.start().shape,
        ]:
            raise InputError(
                "state must be that of a stream with the same scorer and threshold; "
                f"got {state}"
            )
        self._of_scorer, self._of_threshold = found

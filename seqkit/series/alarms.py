"""One alarm an event: it begins above the threshold, and ends when all is calm."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from seqkit.series.checks import at_least, between
from seqkit.series.stepped import State, Stepped
from seqkit.series.thresholds import merged, runs


@dataclass(frozen=True)
class Alarm(Stepped):
    """Which readings belong to an event, with hysteresis.

    An event begins with a score above the threshold. As long as it lasts, every reading
    with a score above `low` times the threshold belongs to it; it is over when more
    than `gap` readings in a row have none. A missing score is not above.

    Args:
        gap: Calm readings that an event may have within it; at least 0.
        low: Share of the threshold that keeps an event going; above 0, at most 1.

    Example:
        >>> alarm = Alarm(gap=1, low=0.5)
        >>> severity = np.array([0.7, 1.2, 0.3, 0.6, 0.3, 0.3, 0.6])
        >>> alarm.run(severity).astype(int).tolist()
        [0, 1, 0, 1, 0, 0, 0]
    """

    gap: int
    low: float

    def __post_init__(self) -> None:
        at_least("gap", self.gap, 0)
        if self.low != 1:
            between("low", self.low, 0, 1)

    def start(self) -> State:
        """Give the state before the first reading: readings an event may still wait."""
        return [np.zeros(())]

    def step(self, x: Any, state: State, ops: Any = np) -> tuple[Any, State]:
        """Say whether a reading belongs to an event, by its severity.

        Args:
            x: The score over the threshold; NaN where it is missing.
            state: How many calm readings the event may still have; 0 without an event.
            ops: `numpy` or `keras.ops`.
        """
        [left] = state
        high, low = x > 1, x > self.low
        belongs = ops.logical_or(high, ops.logical_and(left > 0, low))
        left = ops.where(belongs, self.gap + 1.0, ops.maximum(left - 1.0, 0.0))
        return belongs, [left]

    def run(self, xs: np.ndarray) -> np.ndarray:
        """Say of each reading whether it belongs to an event: booleans (time,)."""
        high, low = xs > 1, xs > self.low
        found = np.zeros(len(xs), bool)
        for start, end in merged(runs(low), self.gap):
            if high[start:end].any():
                first = start + int(np.argmax(high[start:end]))
                found[first:end] = low[first:end]
        return found

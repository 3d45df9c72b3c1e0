"""What readings that are missing do to those after them, and silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from seqkit.series.stepped import State, Stepped
from seqkit.series.thresholds import runs

_SHORT = 1  # missing readings in a row after which the next is as good as any
_LEAST_SILENCE = 16.0


class Continuity(NamedTuple):
    """Of each channel, at a time or over time."""

    settled: Any  # booleans: read, and not soon after a gap
    silence: Any  # missing readings up to now over how many there may be


@dataclass(frozen=True)
class Gaps(Stepped):
    """Which readings can be judged after others were missing, and what was too long.

    After a gap of g > 1 missing readings of a channel the next min(g, most) of it are
    not judged: what was expected of them hangs on what nobody saw. A gap is a silence
    in itself where it is longer than twice the longest of the training readings, and
    than 16.

    Args:
        allowed: Missing readings in a row that are no anomaly: (channels,).
        most: Readings that are not judged after a gap, at most.

    Example:
        >>> values = np.array([[1.0], [np.nan], [np.nan], [4.0], [5.0], [6.0]])
        >>> gaps = Gaps(allowed=np.array([1.0]), most=8)
        >>> found = gaps.run(~np.isnan(values))
        >>> found.settled[:, 0].astype(int).tolist(), found.silence[:, 0].tolist()
        ([1, 0, 0, 0, 0, 1], [0.0, 1.0, 2.0, 0.0, 0.0, 0.0])
    """

    allowed: np.ndarray
    most: float

    @classmethod
    def fit(cls, values: np.ndarray, most: int) -> "Gaps":
        """Find the longest gaps of training readings (time, channels)."""
        longest = [max(_lengths(np.isnan(column)), default=0) for column in values.T]
        allowed = np.maximum(2.0 * np.array(longest), _LEAST_SILENCE)
        return cls(allowed, float(most))

    def start(self) -> State:
        """Give the state before the first reading: gaps, readings not to be judged."""
        return [np.zeros_like(self.allowed), np.zeros_like(self.allowed)]

    def step(self, x: Any, state: State, ops: Any = np) -> tuple[Continuity, State]:
        """Take which channels were read: booleans (channels,)."""
        gap, left = state
        left = ops.where(
            ops.logical_and(x, gap > _SHORT), ops.minimum(gap, self.most), left
        )
        settled = ops.logical_and(x, left <= 0)
        left = ops.where(x, ops.maximum(left - 1, 0.0), left)
        gap = ops.where(x, 0.0, gap + 1)
        return Continuity(settled, gap / self.allowed), [gap, left]

    def run(self, xs: np.ndarray) -> Continuity:
        """Take which readings were read: booleans (time, channels)."""
        settled, silence = xs.copy(), np.zeros(xs.shape)
        for channel, read in enumerate(xs.T):
            left = place = 0
            for start, end in [*runs(~read), (len(read), len(read))]:
                held = min(left, start - place)
                settled[place : place + held, channel] = False
                left -= held
                length = end - start
                silence[start:end, channel] = np.arange(1, length + 1)
                if length > _SHORT:
                    left = min(length, int(self.most))
                place = end
        return Continuity(settled, silence / self.allowed)


def _lengths(flags: np.ndarray) -> Sequence[int]:
    return [end - start for start, end in runs(flags)]

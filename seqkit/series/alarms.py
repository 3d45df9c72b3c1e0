"""One alarm an event: it begins above the threshold, and ends when all is calm."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from seqkit.scalars import at_least
from seqkit.series.checks import between
from seqkit.series.stepped import State, Stepped


@dataclass(frozen=True)
class Alarm(Stepped):
    """Which readings belong to an event, with hysteresis.

    Of each reading two numbers are known: its severity, which is the score over the
    threshold and remembers readings before; and how unusual the reading is by itself,
    over the most that is usual.

    An event begins with a severity above 1. As long as it lasts, a reading with a
    severity above `low` belongs to it; but where a reading of it was unusual by itself,
    only those that are so too: what follows is the memory of them. The event is over
    when more than `gap` readings in a row do not belong to it. For `memory` readings
    after one that was unusual by itself, and as long as the severity is above `low`,
    another begins only with a reading that is unusual by itself.

    Args:
        gap: Calm readings that an event may have within it; at least 0.
        low: Severity that keeps an event going; above 0, at most 1.
        memory: Readings that a severity remembers; at least 0.

    Example:
        >>> alarm = Alarm(gap=1, low=0.5, memory=2)
        >>> severity = np.array([0.7, 1.2, 0.6, 0.4, 0.6, 1.1, 0.6, 0.3])
        >>> alone = np.array([0.0, 0.0, 0.1, 0.0, 0.2, 0.1, 0.0, 0.0])
        >>> alarm.run(np.stack([severity, alone], axis=1)).astype(int).tolist()
        [0, 1, 1, 0, 1, 1, 1, 0]
        >>> alone[1] = 3.0
        >>> alarm.run(np.stack([severity, alone], axis=1)).astype(int).tolist()
        [0, 1, 0, 0, 0, 0, 0, 0]
    """

    gap: int
    low: float
    memory: int

    def __post_init__(self) -> None:
        at_least("gap", self.gap, 0)
        at_least("memory", self.memory, 0)
        if self.low != 1:
            between("low", self.low, 0, 1)

    def start(self) -> State:
        """Give the state before the first reading.

        Readings that an event may still wait for one; whether one of it was unusual by
        itself; readings that an event is still remembered.
        """
        return [np.zeros(()), np.zeros(()), np.zeros(())]

    def step(self, x: Any, state: State, ops: Any = np) -> tuple[Any, State]:
        """Say whether a reading belongs to an event.

        Args:
            x: Its severity, and how unusual it is by itself: (2,); NaN where they are
                missing.
            state: As `start` describes it.
            ops: `numpy` or `keras.ops`.
        """
        left, loud, echo = state
        above, goes_on, alone = x[0] > 1, x[0] > self.low, x[1] > 1
        within, alone = left > 0, ops.logical_and(goes_on, alone)
        loud = ops.where(ops.logical_and(within, alone), 1.0, loud)
        remembered = ops.maximum(echo - 1, ops.where(goes_on, 1.0, 0.0))
        echo = ops.where(echo > 0, remembered, echo)
        belongs = ops.where(
            within,
            ops.logical_and(goes_on, ops.logical_or(alone, loud < 1)),
            ops.logical_and(above, ops.logical_or(alone, echo <= 0)),
        )
        begins = ops.logical_and(belongs, ops.logical_not(within))
        left = ops.where(belongs, self.gap + 1.0, ops.maximum(left - 1.0, 0.0))
        ended = ops.logical_and(within, left <= 0)
        echo = ops.where(ended, loud * self.memory, ops.where(begins, 0.0, echo))
        loud = ops.where(
            begins, ops.where(alone, 1.0, 0.0), ops.where(ended, 0.0, loud)
        )
        return belongs, [left, loud, echo]

    def run(self, xs: np.ndarray) -> np.ndarray:
        """Say of each reading whether it belongs to an event.

        Args:
            xs: Shape (time, 2), as `step` takes them.

        Returns:
            Booleans (time,).
        """
        found = np.zeros(len(xs), bool)
        left = echo = 0  # as in the state
        loud, before = False, -1
        rows = np.flatnonzero(xs[:, 0] > self.low)
        all_above, all_alone = (xs[rows] > 1).T
        for row, above, alone in zip(
            rows.tolist(), all_above.tolist(), all_alone.tolist(), strict=True
        ):
            calm = row - before - 1  # readings that belong to no event
            before = row
            if 0 < left <= calm:
                calm -= left
                left, echo, loud = 0, loud * self.memory, False
            if left:
                left -= calm
                loud = loud or alone
                if alone or not loud:
                    found[row], left = True, self.gap + 1
                else:
                    left -= 1
                    if not left:
                        echo, loud = self.memory, False
                continue
            echo = max(echo - calm, 0)
            echo = max(echo - 1, 1) if echo else 0
            if above and (alone or not echo):
                found[row], left, loud, echo = True, self.gap + 1, alone, 0
        return found

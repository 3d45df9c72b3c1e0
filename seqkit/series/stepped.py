"""What is found one reading after the other, or of a whole series: the same.

A class here has its arithmetic once, in `step`, written for NumPy and `keras.ops`
alike: `ops` is the module. So a SavedModel is made of the very lines that NumPy runs.
`run` takes a whole series; where a class does that all at once, for speed, tests hold
it to its steps.
"""

from abc import abstractmethod
from typing import Any

import numpy as np

from seqkit.series.fitted import Fitted

State = list[Any]  # arrays of `ops`


class Stepped(Fitted):
    """The base of fitted dataclasses that go through a series step by step.

    Example:
        >>> from dataclasses import dataclass
        >>> @dataclass(frozen=True)
        ... class Sum(Stepped):
        ...     def start(self):
        ...         return [np.zeros(())]
        ...     def step(self, x, state, ops=np):
        ...         return state[0] + x, [state[0] + x]
        >>> Sum().run(np.array([1.0, 2.0, 3.0])).tolist()
        [1.0, 3.0, 6.0]
    """

    def start(self) -> State:
        """Give the state before the first reading: arrays of float64."""
        return []

    @abstractmethod
    def step(self, x: Any, state: State, ops: Any = np) -> tuple[Any, State]:
        """Give what is found of one reading, and the state after it.

        Args:
            x: What comes: an array of `ops`.
            state: As `start` begins it.
            ops: The module of the arithmetic: `numpy` or `keras.ops`.
        """

    def run(self, xs: np.ndarray) -> Any:
        """Give what is found of a whole series (time, ...), from the start."""
        state, found = self.start(), []
        for x in xs:
            y, state = self.step(x, state)
            found.append(y)
        return np.stack(found)

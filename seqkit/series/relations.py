"""Relations: a channel explained by the others at the same moment."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from seqkit.series.ridge import Moments, ridge
from seqkit.series.stepped import State, Stepped

_EXPLAINED = 0.5  # least share of its variance, on rows held out
_HELD_OUT = 0.2
_MOST_ROWS = 200_000


@dataclass(frozen=True)
class Relations(Stepped):
    """Each target less what ridge regression on all other channels says of it.

        e_tc = x_tc - (x_t, without c) W_c - b_c

    A target of which the others explain less than half of the variance, on training
    readings that were held out, has no error.

    Args:
        weights: W, with zeros where a channel meets itself: (channels, targets).
        offsets: b, NaN of a target that the others do not explain: (targets,).

    Example:
        >>> load = np.random.default_rng(0).normal(size=500)
        >>> values = np.stack([load, 2 * load, np.ones(500)], axis=1)
        >>> relations = Relations.fit(values, targets=3)
        >>> relations.run(np.array([[1.0, 2, 1], [1, 5, 1]])).round(1)[:, :2].tolist()
        [[0.0, 0.0], [-1.5, 3.0]]
    """

    weights: np.ndarray
    offsets: np.ndarray

    @classmethod
    def fit(cls, values: np.ndarray, targets: int) -> "Relations | None":
        """Fit to training readings (time, channels), targets first, without NaN.

        Returns:
            None where no target is explained by the others.
        """
        channels = values.shape[1]
        if channels == 1:
            return None
        rows = values[:: -(-len(values) // _MOST_ROWS)]
        cut = len(rows) - round(_HELD_OUT * len(rows))
        weights, offsets = np.zeros((channels, targets)), np.full(targets, np.nan)
        for target in range(targets):
            others = np.delete(np.arange(channels), target)
            parts = []
            for part in (rows[:cut], rows[cut:]):
                moments = Moments(channels - 1, 1)
                moments.add(part[:, others], part[:, target : target + 1])
                parts.append(moments)
            found, offset, [error] = ridge(*parts)
            [variance] = parts[1].variance()
            if error < (1 - _EXPLAINED) * variance:
                weights[others, target], offsets[target] = found[:, 0], offset[0]
        return None if np.isnan(offsets).all() else cls(weights, offsets)

    def step(self, x: Any, state: State, ops: Any = np) -> tuple[Any, State]:
        """Give the errors (targets,) of one reading (channels,), without NaN."""
        targets = len(self.offsets)
        return x[:targets] - ops.matmul(x, self.weights) - self.offsets, state

    def run(self, xs: np.ndarray) -> np.ndarray:
        """Give the errors (time, targets) of readings (time, channels)."""
        return xs[:, : len(self.offsets)] - xs @ self.weights - self.offsets

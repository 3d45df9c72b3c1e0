"""Shapes: windows of readings, compared with the most alike of the training's."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from seqkit.series.stepped import State, Stepped

_KEPT = 1000  # windows of the training readings
_LEAST = 2  # windows' lengths of training readings, to have any
_ROWS = 2048  # windows that are compared at a time


@dataclass(frozen=True)
class Shapes(Stepped):
    """How far the last readings are from all windows that were kept.

    A window is of w numbers, each the mean of a block of readings, less their mean:

        d_t = min over kept windows a of sqrt(Σ_i (b_i - a_i)² / w)

    by itself for every channel. So a level does not matter, a form that was not there
    before does. 1,000 windows of the training readings are kept, evenly over time.

    Args:
        windows: Shape (channels, windows, w), of mean 0.
        block: Readings of a block.

    Reference:
        Ramaswamy, Rastogi & Shim 2000, Efficient Algorithms for Mining Outliers from
        Large Data Sets (the distance to the nearest as a score).

    Example:
        >>> wave = np.sin(np.arange(400) / 5)[:, None]
        >>> shapes = Shapes.fit(wave, length=8)
        >>> other = wave.copy()
        >>> other[200] += 1
        >>> np.flatnonzero(shapes.run(other)[:, 0] > 0.15).tolist()
        [200, 201, 202, 203, 204, 205, 206, 207]
    """

    windows: np.ndarray
    block: int

    @classmethod
    def fit(cls, values: np.ndarray, length: int, block: int = 1) -> "Shapes | None":
        """Keep windows of training readings (time, channels), without NaN.

        Args:
            values: The readings.
            length: w, numbers of a window.
            block: Readings of a block.

        Returns:
            None where the readings are too few.
        """
        if len(values) < _LEAST * length * block + 1:
            return None
        count = len(values) - length * block + 1
        chosen = np.linspace(0, count - 1, min(count, _KEPT)).astype(int)
        blocks = _blocks(values, block)
        rows = chosen[:, None] + block * np.arange(length)
        kept = blocks[rows]  # (windows, w, channels)
        kept = kept - kept.mean(axis=1, keepdims=True)
        return cls(np.ascontiguousarray(np.moveaxis(kept, 2, 0)), block)

    @property
    def memory(self) -> int:
        """Readings that a window is made of."""
        return self.windows.shape[2] * self.block

    def step(self, x: Any, state: State, ops: Any = np) -> tuple[Any, State]:
        """Give the distances (channels,) of the last readings (memory, channels)."""
        length = self.windows.shape[2]
        means = ops.mean(ops.reshape(x, (length, self.block, x.shape[1])), axis=1)
        window = ops.transpose(means - ops.mean(means, axis=0, keepdims=True))
        squares = ops.sum((self.windows - window[:, None]) ** 2, axis=2)
        return ops.sqrt(ops.min(squares, axis=1) / length), state

    def run(self, xs: np.ndarray) -> np.ndarray:
        """Give the distances of the window that ends with each reading.

        Args:
            xs: Shape (time, channels), without NaN.

        Returns:
            Shape (time, channels); NaN before there is a window.
        """
        return self._distances(xs, own=False)

    def of_training(self, values: np.ndarray) -> np.ndarray:
        """As `run`, of the training readings: a window is not compared with its own."""
        return self._distances(values, own=True)

    def _distances(self, values: np.ndarray, own: bool) -> np.ndarray:
        found = np.full(values.shape, np.nan)
        count = len(values) - self.memory + 1
        if count < 1:
            return found
        length, kept = self.windows.shape[2], self.windows.shape[1]
        chosen = np.linspace(0, count - 1, kept).astype(int)
        blocks = _blocks(values, self.block)
        places = self.block * np.arange(length)
        for channel, windows in enumerate(self.windows):
            single = windows.astype(np.float32)
            sizes = (single**2).sum(axis=1)
            for start in range(0, count, _ROWS):
                rows = np.arange(start, min(start + _ROWS, count))
                seen = blocks[rows[:, None] + places, channel]
                seen = seen - seen.mean(axis=1, keepdims=True)
                near = sizes - 2 * seen.astype(np.float32) @ single.T
                if own:
                    near[np.abs(rows[:, None] - chosen) < self.memory] = np.inf
                nearest = windows[near.argmin(axis=1)]  # then without rounding
                distance = np.sqrt(((seen - nearest) ** 2).mean(axis=1))
                found[rows + self.memory - 1, channel] = distance
        return found


def _blocks(values: np.ndarray, block: int) -> np.ndarray:
    """The mean of the block that begins with each reading: (time - block + 1, ...)."""
    if block == 1:
        return values
    view = np.lib.stride_tricks.sliding_window_view(values, block, axis=0)
    return view.mean(axis=-1)

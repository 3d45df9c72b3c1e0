"""Linear forecasts: ridge regression on readings before, other channels, seasons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from seqkit.series.fitted import Fitted
from seqkit.series.ridge import Moments, ridge

LAGS = 32
_MOST_INPUTS = 256  # of lags and channels together
_LEAST_LAGS = 4
_HELD_OUT = 0.2
_MOST_ROWS = 100_000  # that are fitted
_ROWS = 4096  # in memory at once


@dataclass(frozen=True)
class LinearForecast(Fitted):
    """Forecasts of all targets, by how much they will change.

        ŷ_{t+k} = y_t + Σ_l A_kl (y_{t-l} - y_t) + B_k z_t + c_k
                      + p_k (s_{t+k} - y_t) + q_k (s_t - y_t)

    with y the targets, z all channels, l from 1 to lags - 1, and s what is usual at
    this place of the season, where there is one (`Profile`); a part of it that is
    unknown counts as no change. p and q are fitted first, channel by channel; all else,
    jointly, to what they leave.

    Args:
        kernel: What the changes are of the last readings, the newest last:
            (lags, targets, steps, targets).
        others: Of the exogenous channels now: (exogenous, steps, targets).
        offsets: c, of shape (steps, targets).
        seasonal: p and q: (2, steps, targets); zeros without a season.
    """

    kernel: np.ndarray
    others: np.ndarray
    offsets: np.ndarray
    seasonal: np.ndarray

    @property
    def lags(self) -> int:
        """Readings that it looks at."""
        return len(self.kernel)

    @property
    def steps(self) -> int:
        """Steps that it forecasts."""
        return self.kernel.shape[2]

    @classmethod
    def fit(
        cls,
        values: np.ndarray,
        targets: int,
        steps: int,
        usual: np.ndarray | None = None,
        lags: int = LAGS,
    ) -> "LinearForecast":
        """Fit to training readings.

        Args:
            values: Shape (time, channels), the targets first, without NaN.
            targets: How many channels are forecast.
            steps: How far ahead.
            usual: What is usual, (time + steps, targets), NaN where unknown; None
                without a season.
            lags: Readings to look at; fewer where channels are many or readings few.
        """
        channels = values.shape[1]
        lags = min(
            lags,
            max(_LEAST_LAGS, _MOST_INPUTS // targets),
            max(1, (len(values) - steps) // 4),
        )
        stride = -(-len(values) // _MOST_ROWS)
        rows = np.arange(lags - 1, len(values) - steps, stride)
        if len(rows) == 0:
            rows = np.arange(max(len(values) - steps, 0))[-1:]
        seasonal = np.zeros((2, steps, targets))
        if usual is not None:
            seasonal = _fit_season(values[:, :targets], usual, rows, steps)
        cut = (
            rows[len(rows) - 1 - round(_HELD_OUT * (len(rows) - 1))] if len(rows) else 0
        )
        inputs = (lags - 1) * targets + channels
        parts = [Moments(inputs, steps * targets), Moments(inputs, steps * targets)]
        for chunk in _chunks(rows):
            x = _inputs(values, targets, lags, chunk)
            y = values[chunk[:, None] + np.arange(1, steps + 1), :targets]
            y = y - values[chunk, None, :targets]
            if usual is not None:
                y = y - _season(values[:, :targets], usual, seasonal, chunk)
            y = y.reshape(len(chunk), -1)
            for part, chosen in zip(parts, (chunk <= cut, chunk > cut), strict=True):
                part.add(x[chosen], y[chosen])
        weights, offsets, _ = ridge(*parts)
        shape = (steps, targets)
        past = weights[: (lags - 1) * targets].reshape(lags - 1, targets, *shape)
        now = weights[(lags - 1) * targets :].reshape(channels, *shape)
        newest = now[:targets] - past.sum(axis=0)
        return cls(
            np.concatenate([past, newest[None]]), now[targets:],
            offsets.reshape(shape), seasonal,
        )  # fmt: skip

    def step(self, past: Any, now: Any, later: Any, ops: Any = np) -> Any:
        """Forecast after one reading.

        Args:
            past: The last readings, the newest last: (lags, channels), without NaN.
            now: What is usual at the newest of them: (targets,); None without season.
            later: What is usual at the readings after it: (steps, targets).
            ops: `numpy` or `keras.ops`.

        Returns:
            Shape (steps, targets).
        """
        targets = self.kernel.shape[1]
        seen, shape = past[:, :targets], (self.steps, targets)
        flat = ops.reshape(seen, (-1,))
        change = ops.matmul(flat, self.kernel.reshape(-1, self.steps * targets))
        if len(self.others):
            others = self.others.reshape(len(self.others), -1)
            change = change + ops.matmul(past[-1, targets:], others)
        forecast = past[-1, :targets][None] + ops.reshape(change, shape) + self.offsets
        if now is None:
            return forecast
        ahead = later - past[-1, :targets][None]
        here = (now - past[-1, :targets])[None]
        first = ops.where(ops.isfinite(ahead), ahead, 0.0) * self.seasonal[0]
        second = ops.where(ops.isfinite(here), here, 0.0) * self.seasonal[1]
        return forecast + first + second

    def run(self, values: np.ndarray, usual: np.ndarray | None) -> np.ndarray:
        """Forecast after each of some readings (time, channels), without NaN.

        Returns:
            Shape (time, steps, targets): row t, after reading t, is of t+1, t+2, ...;
            NaN before there are readings enough.
        """
        targets = self.kernel.shape[1]
        found = np.full((len(values), self.steps, targets), np.nan)
        kernel = self.kernel.reshape(-1, self.steps * targets)
        for chunk in _chunks(np.arange(self.lags - 1, len(values))):
            view = sliding_window_view(
                values[chunk[0] - self.lags + 1 : chunk[-1] + 1, :targets],
                self.lags,
                axis=0,
            )
            flat = np.moveaxis(view, -1, 1).reshape(len(chunk), -1)
            change = (flat @ kernel).reshape(len(chunk), self.steps, targets)
            if len(self.others):
                change += np.tensordot(values[chunk, targets:], self.others, 1)
            found[chunk] = values[chunk, None, :targets] + change + self.offsets
            if usual is not None:
                found[chunk] += _season(
                    values[:, :targets], usual, self.seasonal, chunk
                )
        return found


def _chunks(rows: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(rows), _ROWS):
        yield rows[start : start + _ROWS]


def _inputs(
    values: np.ndarray, targets: int, lags: int, rows: np.ndarray
) -> np.ndarray:
    """Readings before less the newest, the oldest first; then all channels now."""
    newest = values[rows, :targets]
    before = values[rows[:, None] - np.arange(lags - 1, 0, -1), :targets]
    relative = (before - newest[:, None]).reshape(len(rows), -1)
    return np.concatenate([relative, values[rows]], axis=1)


def _distances(
    values: np.ndarray, usual: np.ndarray, rows: np.ndarray, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """What is usual later and now, less the readings now; 0 where it is unknown."""
    now = values[rows]
    later = usual[rows[:, None] + np.arange(1, steps + 1)] - now[:, None]
    return np.nan_to_num(later), np.nan_to_num(usual[rows] - now)


def _season(
    values: np.ndarray, usual: np.ndarray, seasonal: np.ndarray, rows: np.ndarray
) -> np.ndarray:
    later, now = _distances(values, usual, rows, seasonal.shape[1])
    return later * seasonal[0] + now[:, None] * seasonal[1]


def _fit_season(
    values: np.ndarray, usual: np.ndarray, rows: np.ndarray, steps: int
) -> np.ndarray:
    """Fit p and q of every step and target, by two equations each."""
    shape = (steps, values.shape[1])
    products = np.zeros((2, 2, *shape))
    sides = np.zeros((2, *shape))
    for chunk in _chunks(rows):
        later, now = _distances(values, usual, chunk, steps)
        here = np.broadcast_to(now[:, None], later.shape)
        change = values[chunk[:, None] + np.arange(1, steps + 1)]
        change = change - values[chunk][:, None]
        for i, one in enumerate((later, here)):
            sides[i] += (one * change).sum(axis=0)
            for j, other in enumerate((later, here)):
                products[i, j] += (one * other).sum(axis=0)
    matrices = np.moveaxis(products, (0, 1), (-2, -1))
    matrices = matrices + 1e-3 * len(rows) * np.eye(2)
    found = np.linalg.solve(matrices, np.moveaxis(sides, 0, -1)[..., None])[..., 0]
    return np.moveaxis(found, -1, 0)


def usual_of(profiles: Sequence, values: np.ndarray, steps: int) -> np.ndarray | None:
    """Give what is usual by a profile, if there is one, as `fit` and `run` take it."""
    return profiles[0].usual(values, steps) if profiles else None

"""Scores that cost nothing, which every detector must be compared with."""

import numpy as np

from seqkit.series.checks import at_least, numbers
from seqkit.series.windows import windows

_LEAST_DEVIATION = 1e-6
_CHUNK = 256  # times whose windows are in memory at once


def random_scores(length: int, seed: int = 0) -> np.ndarray:
    """Give uniform scores between 0 and 1: (length,).

    Example:
        >>> random_scores(3).round(2).tolist()
        [0.64, 0.27, 0.04]
    """
    return np.random.default_rng(seed).uniform(size=length)


def windowed_deviation(values: np.ndarray, window: int = 6400) -> np.ndarray:
    """Give how many standard deviations each reading is off the mean of those before.

        score_t = |x_t - mean| / max(deviation, 10⁻⁶)  over x_{t-window} .. x_{t-1}

    Of several channels, the greatest. As a tail probability of a Gaussian this is the
    windowed Gaussian detector of the Numenta Anomaly Benchmark, whose window it has.

    Args:
        values: Shape (time, channels); NaN is missing.
        window: Readings before, at most; at least 1.

    Returns:
        Shape (time,); NaN at first, and where a reading is missing.

    Raises:
        InputError: `window` is under 1.

    Example:
        >>> values = np.array([[1.0], [3.0], [5.0], [2.0]])
        >>> windowed_deviation(values, window=2).tolist()
        [nan, 2000000.0, 3.0, 2.0]
    """
    values = numbers("values", values, "time, channels")
    at_least("window", window, 1)
    before = windows(
        np.pad(values, ((window, 0), (0, 0)), constant_values=np.nan), window
    )
    off = np.empty(values.shape)
    for start in range(0, len(values), _CHUNK):
        rows = slice(start, min(start + _CHUNK, len(values)))
        past = before[rows]
        count = np.maximum(np.count_nonzero(~np.isnan(past), axis=1), 1)
        mean = np.nansum(past, axis=1) / count
        square = np.nansum((past - mean[:, None]) ** 2, axis=1) / count
        unknown = np.isnan(past).all(axis=1)
        mean[unknown] = np.nan
        deviation = np.maximum(np.sqrt(square), _LEAST_DEVIATION)
        off[rows] = np.abs(values[rows] - mean) / deviation
    return _greatest(off)


def autoregressive_errors(training: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Give the errors of a one-step linear forecast, least squares on training data.

        x_t ≈ a + b x_{t-1}        score_t = |x_t - (a + b x_{t-1})| / their deviation

    Of several channels, each by itself, the greatest.

    Args:
        training: Shape (time, channels); NaN is missing.
        values: Shape (time, channels).

    Returns:
        Shape (time,); NaN at first, and where a reading or the one before is missing.

    Example:
        >>> training = np.array([[0.0], [1.0], [0.0], [1.1], [0.0]])
        >>> autoregressive_errors(training, np.array([[0.0], [1.05], [3.0]])).round(1)
        array([nan,  0., 60.])
    """
    training = numbers("training", training, "time, channels")
    values = numbers("values", values, "time, channels")
    off = np.full(values.shape, np.nan)
    for channel in range(values.shape[1]):
        x, y = training[:-1, channel], training[1:, channel]
        both = ~np.isnan(x) & ~np.isnan(y)
        terms = np.stack([np.ones(both.sum()), x[both]], axis=1)
        (a, b), *_ = np.linalg.lstsq(terms, y[both], rcond=None)
        deviation = np.std(y[both] - terms @ [a, b]) if both.any() else 0.0
        error = np.abs(values[1:, channel] - (a + b * values[:-1, channel]))
        off[1:, channel] = error / max(deviation, _LEAST_DEVIATION)
    return _greatest(off)


def _greatest(off: np.ndarray) -> np.ndarray:
    """The greatest of the channels that are there; NaN where none is."""
    known = np.where(np.isnan(off), -np.inf, off).max(axis=1)
    return np.where(np.isinf(known), np.nan, known)

"""Linear recurrences over a whole series at once."""

import numpy as np


def accumulated(values: np.ndarray, kept: float, start: float = 0.0) -> np.ndarray:
    """Give the sum of what came, of which a share is kept from time to time.

        y_t = x_t + kept y_{t-1}        y_{-1} = start

    Args:
        values: x, of shape (time,); without NaN.
        kept: Share of the sum that is kept.
        start: The sum before the first value.

    Returns:
        Shape (time,).

    Example:
        >>> accumulated(np.array([1.0, 0.0, 2.0]), kept=0.5, start=4.0).tolist()
        [3.0, 1.5, 2.75]
    """
    if not len(values):
        return values
    from scipy.signal import lfilter  # half a second, which --help need not take

    found, _ = lfilter([1.0], [1.0, -kept], values, zi=[kept * start])
    return found


def smoothed(values: np.ndarray, span: float) -> np.ndarray:
    """Give the exponentially weighted mean of what came, the first values included.

        y_t = n_t / w_t        n_t = x_t + (1 - α) n_{t-1}        w_t = 1 + (1 - α) w_{t-1}

    with α = 2 / (span + 1) and n, w from 0.

    Args:
        values: x, of shape (time,); without NaN.
        span: Times over which the mean is taken, roughly; at least 1.

    Example:
        >>> smoothed(np.array([0.0, 3.0]), span=3).tolist()
        [0.0, 2.0]
    """
    kept = 1 - 2 / (span + 1)
    return accumulated(values, kept) / accumulated(np.ones(len(values)), kept)


def mean_before(values: np.ndarray, rate: float, start: float) -> np.ndarray:
    """Give the running mean before each value.

        m_t = m_{t-1} + rate (x_t - m_{t-1})        y_t = m_{t-1}

    Example:
        >>> mean_before(np.array([2.0, 4.0, 4.0]), rate=0.5, start=0.0).tolist()
        [0.0, 1.0, 2.5]
    """
    after = accumulated(rate * values, 1 - rate, start)
    return np.concatenate([[start], after])[: len(values)]

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


def running_mean(values: np.ndarray, rate: float, start: float) -> np.ndarray:
    """Give the running mean with each value.

        m_t = m_{t-1} + rate (x_t - m_{t-1})        m_{-1} = start

    Args:
        values: x, of shape (time,); without NaN.
        rate: What a value counts.
        start: The mean before the first value.

    Example:
        >>> running_mean(np.array([2.0, 4.0, 4.0]), rate=0.5, start=0.0).tolist()
        [1.0, 2.5, 3.25]
    """
    return accumulated(rate * values, 1 - rate, start)


def before(values: np.ndarray, start: float) -> np.ndarray:
    """Give what there was before each value.

    Example:
        >>> before(np.array([1.0, 2.0, 3.0]), start=0.0).tolist()
        [0.0, 1.0, 2.0]
    """
    return np.concatenate([[start], values])[: len(values)]

"""Windows over a long series, as views: nothing is copied."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from seqkit.errors import InputError
from seqkit.scalars import at_least


def windows(values: np.ndarray, length: int, stride: int = 1) -> np.ndarray:
    """Cut a series into windows, each `stride` after the one before.

    Args:
        values: Shape (time, ...).
        length: Of a window.
        stride: From one window to the next.

    Returns:
        A read-only view of shape (windows, length, ...).

    Raises:
        InputError: `length` or `stride` is under 1, or the series is shorter than one
            window.

    Example:
        >>> windows(np.arange(5), length=3).tolist()
        [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
        >>> windows(np.arange(5), length=3, stride=2).tolist()
        [[0, 1, 2], [2, 3, 4]]
    """
    at_least("length", length, 1)
    at_least("stride", stride, 1)
    if len(values) < length:
        raise InputError(
            f"a series must be at least as long as a window of {length}; "
            f"got {len(values)}"
        )
    view = sliding_window_view(values, length, axis=0)[::stride]
    return np.moveaxis(view, -1, 1)


def forecast_windows(
    values: np.ndarray, length: int, horizon: int, stride: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Pair each window with the readings that follow it.

    Args:
        values: Shape (time, ...).
        length: Of what a forecast sees.
        horizon: Of what it foretells.
        stride: From one window to the next.

    Returns:
        Views (windows, length, ...) and (windows, horizon, ...).

    Raises:
        InputError: As `windows`, for a window of `length + horizon`.

    Example:
        >>> past, future = forecast_windows(np.arange(5), length=2, horizon=2)
        >>> past.tolist(), future.tolist()
        ([[0, 1], [1, 2]], [[2, 3], [3, 4]])
    """
    at_least("length", length, 1)
    at_least("horizon", horizon, 1)
    both = windows(values, length + horizon, stride)
    return both[:, :length], both[:, length:]


def forecast_errors(values: np.ndarray, forecasts: np.ndarray) -> np.ndarray:
    """Gather, for every reading, the errors of all forecasts that were made of it.

        errors[t, h] = values[t] - forecasts[t - 1 - h, h]

    Args:
        values: Shape (time, channels); NaN is missing.
        forecasts: Shape (time, steps, channels): row t was made after reading t, of the
            readings t+1, t+2, ... NaN where none was made.

    Returns:
        Shape (time, steps, channels). NaN where the reading is missing or no forecast
        was made, as at the beginning.

    Reference:
        Malhotra et al. 2015, Long Short Term Memory Networks for Anomaly Detection in
        Time Series.

    Example:
        >>> values = np.array([[1.0], [2.0], [3.0]])
        >>> forecasts = np.array([[[2.0], [4.0]], [[2.5], [9.0]], [[9.0], [9.0]]])
        >>> forecast_errors(values, forecasts)[:, :, 0].tolist()
        [[nan, nan], [0.0, nan], [0.5, -1.0]]
    """
    steps = forecasts.shape[1]
    if forecasts.shape != (len(values), steps, *values.shape[1:]):
        raise InputError(
            "forecasts must be of shape (time, steps, channels) for values of shape "
            f"{values.shape}; got {forecasts.shape}"
        )
    errors = np.full(forecasts.shape, np.nan)
    for step in range(min(steps, len(values) - 1)):
        errors[step + 1 :, step] = values[step + 1 :] - forecasts[: -step - 1, step]
    return errors

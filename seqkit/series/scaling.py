"""Channels brought to one scale, by what the training data alone say."""

from dataclasses import dataclass

import numpy as np

from seqkit.errors import InputError
from seqkit.series.checks import numbers
from seqkit.series.fitted import Fitted

_QUARTILES_OF_A_GAUSSIAN = 1.3489795003921634  # apart, in standard deviations

_LEAST = 1e-9  # scale of what never changes, over its size
_NOTHING = 1e-12  # and of what is always 0


@dataclass(frozen=True)
class Scaler(Fitted):
    """Each channel less its center, divided by its scale.

        y = (x - center) / scale        x = y scale + center

    Missing readings (NaN) stay missing. A channel that never changes in training has a
    scale of a billionth of what it is: it becomes 0, and any change later is large.

    Args:
        center: Shape (channels,).
        scale: Shape (channels,), positive.

    Example:
        >>> scaler = Scaler.fit(np.array([[0.0, 7], [np.nan, 7], [4, 7]]))
        >>> scaler.transform(np.array([[6.0, 7], [np.nan, 7]])).tolist()
        [[2.0, 0.0], [nan, 0.0]]
        >>> scaler.inverse(np.array([[2.0, 0]])).tolist()
        [[6.0, 7.0]]
    """

    center: np.ndarray
    scale: np.ndarray

    @classmethod
    def fit(cls, values: np.ndarray, robust: bool = False) -> "Scaler":
        """Measure center and scale of training data.

        Args:
            values: Shape (time, channels); NaN is missing.
            robust: Median and distance of the quartiles (divided by that of a Gaussian
                of deviation 1) instead of mean and standard deviation. A channel whose
                quartiles are equal is measured by its standard deviation.

        Raises:
            InputError: A channel has no reading at all.
        """
        values = numbers("values", values, "time, channels")
        empty = np.flatnonzero(np.isnan(values).all(axis=0))
        if len(values) == 0 or len(empty):
            raise InputError(
                f"every channel must have a reading to be scaled; none in {empty}"
            )
        deviation = np.nanstd(values, axis=0)
        if robust:
            low, center, high = np.nanquantile(values, (0.25, 0.5, 0.75), axis=0)
            spread = (high - low) / _QUARTILES_OF_A_GAUSSIAN
            scale = np.where(spread > 0, spread, deviation)
        else:
            center, scale = np.nanmean(values, axis=0), deviation
        constant = np.nanmin(values, axis=0) == np.nanmax(values, axis=0)
        least = np.where(center == 0, _NOTHING, _LEAST * np.abs(center))
        return cls(center, np.where(constant, least, scale))

    def transform(self, values: np.ndarray) -> np.ndarray:
        """Scale values of shape (..., channels)."""
        return (values - self.center) / self.scale

    def inverse(self, scaled: np.ndarray) -> np.ndarray:
        """Undo `transform`, for values of shape (..., channels)."""
        return scaled * self.scale + self.center

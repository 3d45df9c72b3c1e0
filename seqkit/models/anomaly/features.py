"""Readings on one scale, and bounds of what is kept of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from seqkit.errors import InputError
from seqkit.series import Fitted, Scaler
from seqkit.series.checks import numbers, same_length

_BEYOND = 2.0  # widths of the training's range that a reading of the past may be off


@dataclass(frozen=True)
class Features(Fitted):
    """Readings of targets and exogenous channels, scaled.

        z_t = (x_t - center) / scale

    Args:
        scaler: Of all channels, the targets first.
        targets: C, how many channels are judged or forecast.
        low: Least z that is kept as past, where it came lower: (channels,).
        high: The greatest.
    """

    scaler: Scaler
    targets: int
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def fit(cls, values: np.ndarray, targets: int) -> "Features":
        """Measure training data: (time, channels), NaN where missing.

        Raises:
            InputError: A channel has no reading.
        """
        scaler = Scaler.fit(values)
        scaled = scaler.transform(values)
        low, high = np.nanmin(scaled, axis=0), np.nanmax(scaled, axis=0)
        room = _BEYOND * np.maximum(high - low, 1.0)
        return cls(scaler, targets, low - room, high + room)

    @property
    def channels(self) -> int:
        """Channels of the values, targets and exogenous."""
        return len(self.scaler.center)

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Scale values (time, channels), NaN where missing."""
        if values.ndim != 2 or values.shape[1] != self.channels:
            raise InputError(
                f"values must be of shape (time, {self.channels}); got {values.shape}"
            )
        return self.scaler.transform(values)

    def truth(self, values: np.ndarray) -> np.ndarray:
        """Scale the targets: (time, channels) to (time, C), NaN where missing."""
        return self.scaled(values)[:, : self.targets]

    def kept(self, scaled: Any, ops: Any = np) -> Any:
        """Give what of scaled readings is kept as past: at most as far as the bounds.

        Example:
            >>> features = Features.fit(np.array([[0.0], [2.0]]), targets=1)
            >>> features.kept(np.array([1.0, 50.0])).tolist()
            [1.0, 5.0]
        """
        return ops.minimum(ops.maximum(scaled, self.low), self.high)


def joined(values: Any, exogenous: Any) -> tuple[np.ndarray, int]:
    """Put targets and exogenous channels side by side: (time, channels), and C.

    Raises:
        InputError: Other dimensions, different lengths, or something infinite.

    Example:
        >>> everything, targets = joined(np.ones((3, 1)), np.zeros((3, 2)))
        >>> everything.shape, targets
        ((3, 3), 1)
    """
    parts = {"values": values} if exogenous is None else {
        "values": values, "exogenous": exogenous
    }  # fmt: skip
    checked = [numbers(name, part, "time, channels") for name, part in parts.items()]
    same_length(**dict(zip(parts, checked, strict=True)))
    return np.concatenate(checked, axis=1), checked[0].shape[1]

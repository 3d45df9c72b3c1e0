"""What a network sees of a series: readings, held while the next are missing."""

from dataclasses import dataclass

import numpy as np

from seqkit.errors import InputError
from seqkit.series import Fitted, Scaler
from seqkit.series.checks import numbers, same_length


@dataclass(frozen=True)
class Features(Fitted):
    """Readings of targets and exogenous channels to what a network sees.

        z_t = (x_t - center) / scale
        y_t = z_t where it was read, else y_{t-1}; before the first reading 0
        features_t = [y_t of the targets, y_t of the exogenous, m_t]

    with m_t 1 for what was read and 0 for what is missing. m_t is left out where no
    training reading is missing: a network cannot learn what it never sees change.

    Args:
        scaler: Of all channels, the targets first.
        targets: C, how many channels are forecast.
        mask: Whether m_t is among the features.
    """

    scaler: Scaler
    targets: int
    mask: bool

    @classmethod
    def fit(cls, values: np.ndarray, targets: int) -> "Features":
        """Measure training data: (time, channels), NaN where missing.

        Raises:
            InputError: A channel has no reading.
        """
        return cls(Scaler.fit(values), targets, bool(np.isnan(values).any()))

    @property
    def channels(self) -> int:
        """Channels of the values, targets and exogenous."""
        return len(self.scaler.center)

    @property
    def size(self) -> int:
        """F, the number of features."""
        return self.channels * (2 if self.mask else 1)

    def truth(self, values: np.ndarray) -> np.ndarray:
        """Scale the targets: (time, channels) to (time, C), NaN where missing."""
        return self.scaler.transform(self._checked(values))[:, : self.targets]

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Give the features: (time, channels) to (time, F), finite.

        Example:
            >>> values = np.array([[np.nan], [1.0], [np.nan], [3.0]])
            >>> features = Features.fit(values, targets=1)
            >>> features(values).tolist()
            [[0.0, 0.0], [-1.0, 1.0], [-1.0, 0.0], [1.0, 1.0]]
        """
        scaled = self.scaler.transform(self._checked(values))
        read = ~np.isnan(scaled)
        times = np.arange(len(scaled))[:, None]
        latest = np.maximum.accumulate(np.where(read, times, -1), axis=0)
        held = np.take_along_axis(scaled, np.maximum(latest, 0), axis=0)
        held = np.where(latest >= 0, held, 0.0)
        parts = [held, read] if self.mask else [held]
        return np.concatenate(parts, axis=1).astype(np.float32)

    def _checked(self, values: np.ndarray) -> np.ndarray:
        if values.ndim != 2 or values.shape[1] != self.channels:
            raise InputError(
                f"values must be of shape (time, {self.channels}); got {values.shape}"
            )
        return values


def joined(values: np.ndarray, exogenous: np.ndarray | None) -> tuple[np.ndarray, int]:
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

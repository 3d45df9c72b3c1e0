"""How far from what was expected a reading may be."""

import numpy as np

from seqkit.models.anomaly.settings import ForecasterSettings


def held_out(values: np.ndarray, settings: ForecasterSettings) -> np.ndarray:
    """Give the last readings of training, which the weights were not fitted to."""
    return values[len(values) - round(settings.validation * len(values)) :]


def half_widths(errors: np.ndarray, settings: ForecasterSettings) -> np.ndarray:
    """Find the distance that a share `coverage` of the errors keeps, each by itself.

    The distance is the quantile of absolute errors at coverage (1 + 1/n), of n that are
    known: a new error, exchangeable with them, keeps it with that probability.

    Args:
        errors: Shape (time, steps, channels), NaN where missing.
        settings: For the coverage.

    Returns:
        Shape (steps, channels); infinite where fewer errors are known than the
        coverage needs.

    Example:
        >>> errors = np.arange(-50.0, 50.0).reshape(100, 1, 1)
        >>> half_widths(errors, ForecasterSettings(coverage=0.9)).tolist()
        [[45.0]]
        >>> half_widths(errors[:5], ForecasterSettings(coverage=0.9)).tolist()
        [[inf]]

    Reference:
        Lei et al. 2018, Distribution-Free Predictive Inference for Regression.
    """
    found = np.full(errors.shape[1:], np.inf)
    for place in np.ndindex(*found.shape):
        sizes = np.abs(errors[:, place[0], place[1]])
        sizes = np.sort(sizes[~np.isnan(sizes)])
        rank = int(np.ceil(settings.coverage * (len(sizes) + 1)))
        if rank <= len(sizes):
            found[place] = sizes[rank - 1]
    return found

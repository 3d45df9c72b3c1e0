"""The layer for readings with gaps."""

from typing import Any

import keras
import numpy as np

from seqkit.cells import checks
from seqkit.cells.grud import GRUDCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class GRUD(RecurrentLayer):
    """GRU-D: a gated recurrent unit for readings of which some are missing, as NaN.

    `adapt` sets the means.

    Example: a channel that is never there is its mean throughout.
    >>> layer = GRUD(4, return_sequences=True)
    >>> readings = np.ones((2, 5, 3), "float32")
    >>> readings[:, ::2, 1] = np.nan
    >>> layer.adapt(readings)
    >>> bool(np.isfinite(layer(readings)).all())
    True

    Reference: Z. Che, S. Purushotham, K. Cho, D. Sontag, Y. Liu, "Recurrent neural
    networks for multivariate time series with missing values", Scientific Reports 8,
    2018 (arXiv 1606.01865).
    """

    cell_class = GRUDCell

    def adapt(self, sequences: Any, mask: Any = None) -> None:
        """Set the mean of each channel to that of its readings; 0 where it has none.

        Args:
            sequences: array `(n, time, features)`, NaN where a reading is missing.
            mask: booleans `(n, time)`; a step where it is False is left out.

        Raises:
            ValueError: the array has not three axes, or holds infinity; the mask has
                another shape.
        """
        array = checks.array("sequences", sequences, 3, finite=False)
        if np.isinf(array).any():
            raise ValueError("`sequences` must be finite or NaN, got infinity.")
        if not self.built:
            self.build(array.shape)
        steps = array[..., : self.cell.channels].reshape(-1, self.cell.channels)
        if mask is not None:
            mask = checks.array("mask", mask, 2) != 0
            if mask.shape != array.shape[:2]:
                raise ValueError(
                    f"`mask` must have the shape {array.shape[:2]}, got {mask.shape}."
                )
            steps = steps[mask.reshape(-1)]
        there = ~np.isnan(steps)
        sums = np.where(there, steps, 0.0).sum(axis=0)
        self.cell.means.assign(sums / np.maximum(there.sum(axis=0), 1))

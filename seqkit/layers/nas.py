"""The layer over the cell that a neural architecture search found."""

import keras

from seqkit.cells.nas import NASCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class NAS(RecurrentLayer):
    """Network of the cell that a neural architecture search found: `NASCell`.

    Example:
    >>> layer = NAS(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: B. Zoph, Q. V. Le, "Neural architecture search with reinforcement
    learning", ICLR 2017 (arXiv 1611.01578).
    """

    cell_class = NASCell

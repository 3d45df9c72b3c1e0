"""The long expressive memory layer."""

import keras

from seqkit.cells.lem import LEMCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class LEM(RecurrentLayer):
    """Long expressive memory: two states with time scales that are learned.

    Example:
    >>> layer = LEM(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: T. K. Rusch, S. Mishra, N. B. Erichson, M. W. Mahoney, "Long expressive
    memory for sequence modeling", ICLR 2022 (arXiv 2110.04744).
    """

    cell_class = LEMCell

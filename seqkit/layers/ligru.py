"""The layer of the light gated recurrent unit."""

import keras

from seqkit.cells.ligru import LiGRUCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class LiGRU(RecurrentLayer):
    """Light gated recurrent unit: one gate, and relu for the candidate.

    Example:
    >>> layer = LiGRU(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: M. Ravanelli et al., "Light gated recurrent units for speech
    recognition", 2018 (arXiv 1803.10225).
    """

    cell_class = LiGRUCell

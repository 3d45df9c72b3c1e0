"""The layer of the gated recurrent unit with layer normalization."""

import keras

from seqkit.cells.layer_norm_gru import LayerNormGRUCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class LayerNormGRU(RecurrentLayer):
    """Gated recurrent unit with layer normalization of its sums.

    Example:
    >>> layer = LayerNormGRU(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer normalization", 2016 (arXiv
    1607.06450).
    """

    cell_class = LayerNormGRUCell

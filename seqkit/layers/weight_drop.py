"""DropConnect around a layer."""

import keras

from seqkit.cells.weight_drop import WeightDropCell
from seqkit.layers.wrapper import LayerOverLayer


@keras.saving.register_keras_serializable("seqkit")
class WeightDrop(LayerOverLayer):
    """A layer that loses, in training, some of the weights that act on its state.

    The options are those of the layer inside, where none are given.

    Example:
    >>> from seqkit.layers import LSTM
    >>> layer = WeightDrop(LSTM(4, return_sequences=True), rate=0.5)
    >>> layer(np.ones((2, 5, 3), "float32"), training=True).shape
    TensorShape([2, 5, 4])

    Reference: S. Merity et al., "Regularizing and optimizing LSTM language models",
    ICLR 2018 (arXiv 1708.02182).
    """

    cell_class = WeightDropCell

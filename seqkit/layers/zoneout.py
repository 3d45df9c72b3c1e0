"""Zoneout around a layer."""

import keras

from seqkit.cells.zoneout import ZoneoutCell
from seqkit.layers.wrapper import LayerOverLayer


@keras.saving.register_keras_serializable("seqkit")
class Zoneout(LayerOverLayer):
    """A layer whose state units each keep their value with some probability.

    The options are those of the layer inside, where none are given.

    Example:
    >>> from seqkit.layers import LSTM
    >>> layer = Zoneout(LSTM(4, return_sequences=True), rate=0.05, cell_rate=0.5)
    >>> layer(np.ones((2, 5, 3), "float32"), training=True).shape
    TensorShape([2, 5, 4])

    Reference: D. Krueger et al., "Zoneout: regularizing RNNs by randomly preserving
    hidden activations", ICLR 2017 (arXiv 1606.01305).
    """

    cell_class = ZoneoutCell

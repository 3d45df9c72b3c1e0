"""A residual connection around a layer."""

import keras

from seqkit.cells.residual import ResidualCell
from seqkit.layers.wrapper import LayerOverLayer


@keras.saving.register_keras_serializable("seqkit")
class Residual(LayerOverLayer):
    """A layer whose input is added to its output: y_t = x_t + layer(x)_t.

    The options are those of the layer inside, where none are given.

    Example:
    >>> from seqkit.layers import GRU
    >>> Residual(GRU(3, return_sequences=True))(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 3])

    Reference: Y. Wu et al., "Google's neural machine translation system", 2016 (arXiv
    1609.08144).
    """

    cell_class = ResidualCell

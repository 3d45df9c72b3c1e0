"""The coupled oscillatory recurrent layer."""

import keras

from seqkit.cells.cornn import coRNNCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class coRNN(RecurrentLayer):
    """Coupled oscillators: y'' = f(U y + R y' + W x + b) − γ y − ε y'.

    Example:
    >>> layer = coRNN(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: T. K. Rusch, S. Mishra, "Coupled oscillatory recurrent neural network
    (coRNN)", ICLR 2021 (arXiv 2010.00951).
    """

    cell_class = coRNNCell

"""The minimal recurrent layer."""

import keras

from seqkit.cells.minimal_rnn import MinimalRNNCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class MinimalRNN(RecurrentLayer):
    """MinimalRNN: h_t = u_t ⊙ h_{t-1} + (1 − u_t) ⊙ f(W x_t + b).

    Example:
    >>> layer = MinimalRNN(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: M. Chen, "MinimalRNN: toward more interpretable and trainable recurrent
    neural networks", 2017 (arXiv 1711.06788).
    """

    cell_class = MinimalRNNCell

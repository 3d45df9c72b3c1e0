"""The independently recurrent layer."""

import keras

from seqkit.cells.indrnn import IndRNNCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class IndRNN(RecurrentLayer):
    """Independently recurrent network: h_t = f(W x_t + u ⊙ h_{t-1} + b).

    Example:
    >>> layer = IndRNN(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: S. Li, W. Li, C. Cook, C. Zhu, Y. Gao, "Independently recurrent neural
    network (IndRNN): building a longer and deeper RNN", CVPR 2018 (arXiv 1803.04831).
    """

    cell_class = IndRNNCell

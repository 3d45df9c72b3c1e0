"""The IRNN layer."""

import keras

from seqkit.cells.irnn import IRNNCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class IRNN(RecurrentLayer):
    """IRNN: h_t = relu(W x_t + U h_{t-1} + b), with U = 1 at the start.

    Example:
    >>> layer = IRNN(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: Q. V. Le, N. Jaitly, G. E. Hinton, "A simple way to initialize recurrent
    networks of rectified linear units", 2015 (arXiv 1504.00941).
    """

    cell_class = IRNNCell

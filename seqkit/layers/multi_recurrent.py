"""The multi-recurrent layer."""

import keras

from seqkit.cells.multi_recurrent import MultiRecurrentCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class MultiRecurrent(RecurrentLayer):
    """Multi-recurrent network: h_t = f(W x_t + R h_{t-1} + U y_{t-1} + b).

    Example:
    >>> layer = MultiRecurrent(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: C. Ulbricht, "Multi-recurrent networks for traffic forecasting", AAAI
    1994.
    """

    cell_class = MultiRecurrentCell

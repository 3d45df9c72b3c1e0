"""The sLSTM layer."""

import keras

from seqkit.cells.slstm import sLSTMCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class sLSTM(RecurrentLayer):
    """LSTM with an exponential input gate and a normalizer: h_t = o_t ⊙ c_t / n_t.

    The states are h, c, n and m.

    Example:
    >>> layer = sLSTM(8, heads=2, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 8])

    Reference: M. Beck et al., "xLSTM: extended long short-term memory", NeurIPS 2024
    (arXiv 2405.04517).
    """

    cell_class = sLSTMCell

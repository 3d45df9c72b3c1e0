"""The long short-term memory layer."""

from typing import Any

import keras

from seqkit.cells import checks
from seqkit.cells.lstm import LSTMCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class LSTM(RecurrentLayer, keras.layers.LSTM):
    """Long short-term memory: c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t, h_t = o_t ⊙ tanh(c_t).

    A drop-in for `keras.layers.LSTM`. The states are h and c.

    Args:
        use_cudnn: "auto" to run on cuDNN, through Keras, where there is a GPU; True to
            insist on it; False never to.

    Example:
    >>> layer = LSTM(4, return_state=True)
    >>> y, h, c = layer(np.ones((2, 5, 3), "float32"))
    >>> y.shape, c.shape
    (TensorShape([2, 4]), TensorShape([2, 4]))

    Reference: S. Hochreiter, J. Schmidhuber, "Long short-term memory", Neural
    Computation 9, 1997; F. Gers et al., "Learning to forget", 2000.
    """

    cell_class = LSTMCell

    def __init__(
        self, unroll: bool | int = False, use_cudnn: Any = "auto", **kwargs: Any
    ):
        super().__init__(unroll=unroll, **kwargs)
        self.use_cudnn = checks.one_of("use_cudnn", use_cudnn, ("auto", True, False))

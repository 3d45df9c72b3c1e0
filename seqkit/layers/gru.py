"""The gated recurrent unit layer."""

from typing import Any

import keras

from seqkit.cells import checks
from seqkit.cells.gru import GRUCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class GRU(RecurrentLayer, keras.layers.GRU):
    """Gated recurrent unit: h_t = z_t ⊙ h_{t-1} + (1 − z_t) ⊙ n_t.

    A drop-in for `keras.layers.GRU`.

    Args:
        use_cudnn: "auto" to run on cuDNN, through Keras, where there is a GPU; True to
            insist on it; False never to.

    Example:
    >>> layer = GRU(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: K. Cho et al., "Learning phrase representations using RNN
    encoder-decoder for statistical machine translation", EMNLP 2014 (arXiv 1406.1078).
    """

    cell_class = GRUCell

    def __init__(
        self, unroll: bool | int = False, use_cudnn: Any = "auto", **kwargs: Any
    ):
        super().__init__(unroll=unroll, **kwargs)
        self.use_cudnn = checks.one_of("use_cudnn", use_cudnn, ("auto", True, False))

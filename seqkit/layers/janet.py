"""The JANET layer."""

import keras

from seqkit.cells.janet import JANETCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class JANET(RecurrentLayer):
    """LSTM with its forget gate alone: h_t = σ(s_t) ⊙ h_{t-1} + (1 − σ(s_t − β)) ⊙ n_t.

    Example:
    >>> layer = JANET(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: J. van der Westhuizen, J. Lasenby, "The unreasonable effectiveness of the
    forget gate", 2018 (arXiv 1804.04849).
    """

    cell_class = JANETCell

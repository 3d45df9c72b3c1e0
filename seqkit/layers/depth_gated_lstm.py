"""The layer of a stack of long short-term memories with depth gates."""

import keras

from seqkit.cells.depth_gated_lstm import DepthGatedLSTMCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class DepthGatedLSTM(RecurrentLayer):
    """Stack of LSTMs whose cells take in the cell below: … + k ⊙ c^{l-1}_t.

    The states are h and c of the lowest layer, then of the next; the output is h of the
    highest.

    Example:
    >>> layer = DepthGatedLSTM(4, layers=3, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: K. Yao et al., "Depth-gated LSTM", 2015 (arXiv 1508.03790).
    """

    cell_class = DepthGatedLSTMCell

"""The layer of long short-term memory with coupled gates."""

import keras

from seqkit.cells.coupled_lstm import CoupledLSTMCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class CoupledLSTM(RecurrentLayer):
    """Long short-term memory that forgets as much as it takes in: f_t = 1 − i_t.

    Example:
    >>> layer = CoupledLSTM(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: K. Greff et al., "LSTM: a search space odyssey", 2017 (arXiv 1503.04069).
    """

    cell_class = CoupledLSTMCell

"""The layer of long short-term memory with peephole connections."""

import keras

from seqkit.cells.peephole_lstm import PeepholeLSTMCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class PeepholeLSTM(RecurrentLayer):
    """Long short-term memory whose gates see the cell: + p ⊙ c in each gate.

    Example:
    >>> layer = PeepholeLSTM(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: F. A. Gers, J. Schmidhuber, "Recurrent nets that time and count", IJCNN
    2000.
    """

    cell_class = PeepholeLSTMCell

"""The layer of the update gate recurrent network."""

import keras

from seqkit.cells.ugrnn import UGRNNCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class UGRNN(RecurrentLayer):
    """Update gate recurrent network: h_t = g_t ⊙ h_{t-1} + (1 − g_t) ⊙ n_t.

    Example:
    >>> layer = UGRNN(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: J. Collins, J. Sohl-Dickstein, D. Sussillo, "Capacity and trainability in
    recurrent neural networks", ICLR 2017 (arXiv 1611.09913).
    """

    cell_class = UGRNNCell

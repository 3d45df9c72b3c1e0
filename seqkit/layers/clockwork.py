"""The clockwork layer."""

import keras

from seqkit.cells.clockwork import ClockworkCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class Clockwork(RecurrentLayer):
    """Clockwork network: groups of units that act every T_g-th step.

    Example:
    >>> layer = Clockwork(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: J. Koutník, K. Greff, F. Gomez, J. Schmidhuber, "A clockwork RNN", ICML
    2014 (arXiv 1402.3511).
    """

    cell_class = ClockworkCell

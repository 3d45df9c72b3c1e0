"""The layer of the recurrent highway network."""

import keras

from seqkit.cells.rhn import RHNCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class RHN(RecurrentLayer):
    """Recurrent highway network: `depth` highway layers in every step.

    Example:
    >>> layer = RHN(4, depth=5, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: J. G. Zilly et al., "Recurrent highway networks", ICML 2017 (arXiv
    1607.03474).
    """

    cell_class = RHNCell

"""The layer of the minimal gated unit."""

import keras

from seqkit.cells.mgu import MGUCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class MGU(RecurrentLayer):
    """Minimal gated unit: h_t = (1 − f_t) ⊙ h_{t-1} + f_t ⊙ n_t, one gate in all.

    Example:
    >>> layer = MGU(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: G.-B. Zhou et al., "Minimal gated unit for recurrent neural networks",
    2016 (arXiv 1603.09420).
    """

    cell_class = MGUCell

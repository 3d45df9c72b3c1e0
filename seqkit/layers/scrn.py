"""The layer of the structurally constrained recurrent network."""

import keras

from seqkit.cells.scrn import SCRNCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class SCRN(RecurrentLayer):
    """Slow context units beside a simple network: s_t = α s_{t-1} + (1 − α) B x_t.

    The states are h and s; the output has `output_units`.

    Example:
    >>> layer = SCRN(8, context_units=3, output_units=2, return_sequences=True)
    >>> layer(np.ones((2, 5, 4), "float32")).shape
    TensorShape([2, 5, 2])

    Reference: T. Mikolov et al., "Learning longer memory in recurrent neural networks",
    2014 (arXiv 1412.7753).
    """

    cell_class = SCRNCell

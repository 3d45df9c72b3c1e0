"""A layer that starts from other states than zero."""

import keras

from seqkit.cells.learned_initial_state import LearnedInitialStateCell
from seqkit.layers.wrapper import LayerOverLayer


@keras.saving.register_keras_serializable("seqkit")
class LearnedInitialState(LayerOverLayer):
    """A layer whose states before the first step are learned, or random.

    The options are those of the layer inside, where none are given.

    Example:
    >>> from seqkit.layers import GRU
    >>> layer = LearnedInitialState(GRU(4, return_sequences=True))
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: H.-G. Zimmermann et al., "Forecasting with recurrent neural networks: 12
    tricks", 2012.
    """

    cell_class = LearnedInitialStateCell

"""A layer that learns to skip steps."""

import keras

from seqkit.cells.skip import SkipCell
from seqkit.layers.wrapper import LayerOverLayer


@keras.saving.register_keras_serializable("seqkit")
class SkipRNN(LayerOverLayer):
    """A layer that learns at which steps to update its state.

    The options are those of the layer inside, where none are given. The number of
    updates is the last state.

    Example:
    >>> from seqkit.layers import GRU
    >>> layer = SkipRNN(GRU(4, return_sequences=True), return_updates=True, budget=0.01)
    >>> outputs = layer(np.ones((2, 5, 3), "float32"))
    >>> states, updates = outputs[..., :-1], outputs[..., -1]
    >>> np.isclose(layer.losses[0], 0.01 * np.sum(updates, 1).mean())
    np.True_

    Reference: V. Campos et al., "Skip RNN: learning to skip state updates in recurrent
    neural networks", ICLR 2018 (arXiv 1708.06834).
    """

    cell_class = SkipCell

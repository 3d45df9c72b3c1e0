"""A layer that learns to skip steps."""

from typing import Any

import keras

from seqkit.cells.skip import SkipCell
from seqkit.layers.wrapper import LayerOverLayer


@keras.saving.register_keras_serializable("seqkit")
class SkipRNN(LayerOverLayer):
    """A layer that learns at which steps to update its state.

    The options are those of the layer inside, where none are given. The number of
    updates is the last state.

    Args:
        budget: λ, at least 0: the loss λ Σ_t u_t, the mean over the rows, is added to
            the model's.

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

    def __init__(self, layer: Any, budget: float = 0.0, **kwargs: Any):
        super().__init__(layer=layer, **kwargs)
        if isinstance(budget, bool) or not budget >= 0:
            raise ValueError(f"`budget` must be a number from 0 on, got {budget!r}.")
        self.budget = budget

    def _run(
        self, sequences: Any, states: list, mask: Any, training: bool
    ) -> tuple[Any, list]:
        """Run the cell, and add the loss of its updates."""
        output, last = super()._run(sequences, states, mask, training)
        if self.budget:
            self.add_loss(self.budget * keras.ops.mean(last[-1] - states[-1]))
        return output, last

"""DropConnect on recurrent kernels."""

from typing import Any

import keras

from seqkit.cells import checks
from seqkit.cells.composite import WrapperCell


@keras.saving.register_keras_serializable("seqkit")
class WeightDropCell(WrapperCell):
    """A cell that loses, in training, some of the weights that act on its state.

    Each number of a recurrent kernel is zero with probability p, or else divided by
    1 − p: the same ones at every step of a sequence and in every row of the batch,
    others in every call. So it is in layers of seqkit; `keras.layers.RNN`, or `step`,
    runs the cell with all its weights.

    Args:
        layer: a cell, or a layer over one.
        rate: p, in [0, 1).
        seed: integer that fixes which weights are dropped.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    Raises:
        ValueError: the rate is out of its range, or the cell has no recurrent kernel.

    Example:
    >>> from seqkit.cells import LSTMCell
    >>> cell = WeightDropCell(LSTMCell(4), 0.5)
    >>> y, states = cell(np.ones((5, 3), "float32"), cell.get_initial_state(5))
    >>> y.shape
    TensorShape([5, 4])

    Reference: S. Merity et al., "Regularizing and optimizing LSTM language models",
    ICLR 2018 (arXiv 1708.02182); L. Wan et al., "Regularization of neural networks
    using DropConnect", ICML 2013.
    """

    def __init__(
        self, layer: Any, rate: float = 0.5, seed: int | None = None, **kwargs: Any
    ):
        super().__init__(layer=layer, **kwargs)
        self.rate = checks.rate("rate", rate)
        self.seed = checks.seed(seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        super().build(input_shape)
        if not self.recurrent_kernels:
            raise ValueError(
                "`layer` must have weights that act on a state, for some to be dropped,"
                f" got {type(self.layer).__name__}, which has none."
            )

    def training_weights(self, values: list, sequences: Any, mask: Any) -> list:
        """Return the weights, with some numbers of the recurrent kernels dropped."""
        recurrent = {id(kernel) for kernel in self.recurrent_kernels}
        values = super().training_weights(values, sequences, mask)
        return [
            keras.random.dropout(value, self.rate, seed=self.seed_generator)
            if id(weight) in recurrent
            else value
            for weight, value in zip(self.weights, values, strict=True)
        ]

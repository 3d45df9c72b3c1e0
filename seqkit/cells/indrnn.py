"""The independently recurrent network."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, ClassVar

import keras

from seqkit.cells.base import RecurrentCell

UP_TO_ONE = {"class_name": "RandomUniform", "config": {"minval": 0.0, "maxval": 1.0}}


@keras.saving.register_keras_serializable("seqkit")
class IndRNNCell(RecurrentCell):
    """Cell of the IndRNN: every unit remembers itself alone.

        h_t = f(W x_t + u ⊙ h_{t-1} + b)

    Units meet in the layers above. The gradient of unit i across k steps is scaled by
    u_i^k and slopes of f: it neither vanishes nor explodes while |u_i| is near one.
    Over sequences of T steps the paper keeps |u_i| ≤ 2^(1/T).

    Weights: `kernel` `(features, units)`, `recurrent_kernel` `(units,)` (u), `bias`
    `(units,)`. u starts uniform in [0, 1). There is no product for recurrent
    dropout to act on.

    Example:
    >>> cell = IndRNNCell(4)
    >>> h = cell.get_initial_state(batch_size=2)
    >>> y, h = cell(np.ones((2, 3), "float32"), h)
    >>> y.shape
    TensorShape([2, 4])

    Reference: S. Li, W. Li, C. Cook, C. Zhu, Y. Gao, "Independently recurrent neural
    network (IndRNN): building a longer and deeper RNN", CVPR 2018 (arXiv 1803.04831).
    """

    without_arguments: ClassVar[Collection[str]] = ("recurrent_dropout",)

    def __init__(
        self,
        units: int,
        activation: Any = "relu",
        recurrent_initializer: Any = UP_TO_ONE,
        **kwargs: Any,
    ):
        super().__init__(
            units=units,
            activation=activation,
            recurrent_initializer=recurrent_initializer,
            **kwargs,
        )

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        self.kernel = self.add_kernel("kernel", (input_shape[-1], self.units))
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (self.units,)
        )
        self.bias = self.add_bias("bias", (self.units,))

    def drive(self, inputs: Any) -> Any:
        """Return W x_t + b."""
        return self.affine(inputs, self.kernel, self.bias)

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, twice: as what is emitted and as the new state."""
        h = self.activation(drive + self.recurrent_kernel * states[0])
        return h, [h]

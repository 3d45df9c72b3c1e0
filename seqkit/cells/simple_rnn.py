"""The simple recurrent network."""

from collections.abc import Callable, Sequence
from typing import Any

import keras

from seqkit.cells.base import RecurrentCell


@keras.saving.register_keras_serializable("seqkit")
class SimpleRNNCell(RecurrentCell):
    """Cell of the simple recurrent network: the state is the output.

        h_t = f(W x_t + U h_{t-1} + b)

    Weights, order and defaults are those of `keras.layers.SimpleRNNCell`: `kernel`
    `(features, units)`, `recurrent_kernel` `(units, units)`, `bias` `(units,)`.

    Example:
    >>> cell = SimpleRNNCell(4)
    >>> h = cell.get_initial_state(batch_size=2)
    >>> y, h = cell(np.ones((2, 3), "float32"), h)
    >>> y.shape
    TensorShape([2, 4])

    Reference: J. L. Elman, "Finding structure in time", Cognitive Science 14, 1990,
    without the output layer.
    """

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        self.kernel = self.add_kernel("kernel", (input_shape[-1], self.units))
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (self.units, self.units)
        )
        self.bias = self.add_bias("bias", (self.units,))

    def drive(self, inputs: Any) -> Any:
        """Return W x_t + b."""
        return self.affine(inputs, self.kernel, self.bias)

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, twice: as what is emitted and as the new state."""
        h = self.activation(drive + dot(states[0], self.recurrent_kernel))
        return h, [h]

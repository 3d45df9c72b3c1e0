"""Long short-term memory."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.base import RecurrentCell


@keras.saving.register_keras_serializable("seqkit")
class LSTMCell(RecurrentCell):
    """Cell of the long short-term memory with a forget gate.

        i_t, f_t, o_t = σ(W x_t + U h_{t-1} + b)      one block of W, U and b for each
        g_t = tanh(W_g x_t + U_g h_{t-1} + b_g)
        c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
        h_t = o_t ⊙ tanh(c_t)

    Weights, their order (i, f, g, o) and defaults are those of `keras.layers.LSTMCell`:
    `kernel` `(features, 4 units)`, `recurrent_kernel` `(units, 4 units)`, `bias`
    `(4 units,)`. The states are h and c.

    Args:
        recurrent_activation: activation of the gates, σ above.
        unit_forget_bias: whether the forget gate's bias starts at one, whatever
            `bias_initializer` gives to the others (Jozefowicz 2015).
        implementation: 1 or 2, as code written for Keras may pass it. There is one
            computation here: one dropout mask serves all gates.

    The other arguments, the call arguments and errors are those of `RecurrentCell`.

    Example:
    >>> cell = LSTMCell(4)
    >>> states = cell.get_initial_state(batch_size=2)
    >>> y, (h, c) = cell(np.ones((2, 3), "float32"), states)
    >>> y.shape, c.shape
    (TensorShape([2, 4]), TensorShape([2, 4]))

    Reference: S. Hochreiter, J. Schmidhuber, "Long short-term memory", Neural
    Computation 9, 1997; F. Gers et al., "Learning to forget", 2000.
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        seed: int | None = None,
        implementation: int = 2,
        **kwargs: Any,
    ):
        super().__init__(
            units=units,
            activation=activation,
            use_bias=use_bias,
            bias_initializer=bias_initializer,
            seed=seed,
            **kwargs,
        )
        self.recurrent_activation = keras.activations.get(recurrent_activation)
        self.unit_forget_bias = checks.flag("unit_forget_bias", unit_forget_bias)
        self.implementation = checks.one_of("implementation", implementation, (1, 2))

    @property
    def state_size(self) -> list[int]:
        """The sizes of h and c."""
        return [self.units, self.units]

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        width = 4 * self.units
        self.kernel = self.add_kernel("kernel", (input_shape[-1], width))
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (self.units, width)
        )
        start = self._forget_one if self.unit_forget_bias else self.bias_initializer
        self.bias = self.add_bias("bias", (width,), initializer=start)

    def _forget_one(self, _: tuple, dtype: Any = None) -> Any:
        """Return the first bias: ones for the forget gate, as asked for the others."""
        i = self.bias_initializer((self.units,), dtype=dtype)
        g_and_o = self.bias_initializer((2 * self.units,), dtype=dtype)
        return ops.concatenate([i, ops.ones((self.units,), dtype), g_and_o])

    def drive(self, inputs: Any) -> Any:
        """Return W x_t + b for the four blocks side by side."""
        return self.affine(inputs, self.kernel, self.bias)

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, and the new states h_t and c_t."""
        h, c = states
        gate, f = self.recurrent_activation, self.activation
        i, forget, g, o = ops.split(drive + dot(h, self.recurrent_kernel), 4, axis=-1)
        c = gate(forget) * c + gate(i) * f(g)
        h = gate(o) * f(c)
        return h, [h, c]

"""Long short-term memory."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.gated import LSTMFamilyCell


@keras.saving.register_keras_serializable("seqkit")
class LSTMCell(LSTMFamilyCell):
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
        unit_forget_bias: bool = True,
        seed: int | None = None,
        implementation: int = 2,
        **kwargs: Any,
    ):
        super().__init__(
            units=units, unit_forget_bias=unit_forget_bias, seed=seed, **kwargs
        )
        self.implementation = checks.one_of("implementation", implementation, (1, 2))

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, and the new states h_t and c_t."""
        h, c = states
        gate, f = self.recurrent_activation, self.activation
        i, forget, g, o = ops.split(drive + dot(h, self.recurrent_kernel), 4, axis=-1)
        i, forget = self.named("i", gate(i)), self.named("f", gate(forget))
        g, o = self.named("g", f(g)), self.named("o", gate(o))
        c = forget * c + i * g
        h = o * f(c)
        return h, [h, c]

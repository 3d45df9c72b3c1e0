"""Long short-term memory with peephole connections."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.gated import LSTMFamilyCell


@keras.saving.register_keras_serializable("seqkit")
class PeepholeLSTMCell(LSTMFamilyCell):
    """Cell of the long short-term memory whose gates see the memory cell.

        i_t = σ(W_i x_t + U_i h_{t-1} + p_i ⊙ c_{t-1} + b_i)
        f_t = σ(W_f x_t + U_f h_{t-1} + p_f ⊙ c_{t-1} + b_f)
        g_t = tanh(W_g x_t + U_g h_{t-1} + b_g)
        c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
        o_t = σ(W_o x_t + U_o h_{t-1} + p_o ⊙ c_t + b_o)
        h_t = o_t ⊙ tanh(c_t)

    The output gate sees the new c. `tfa.rnn.PeepholeLSTMCell` of TensorFlow Addons
    computes the same. Weights, in the order i, f, g, o: `kernel`
    `(features, 4 units)`, `recurrent_kernel` `(units, 4 units)`, `bias` `(4 units,)`;
    `peephole_kernel` `(3, units)` with the vectors p_i, p_f, p_o. The states are h and
    c, each `(batch, units)`.

    Args:
        recurrent_activation: activation of the gates, σ above.
        unit_forget_bias: whether the forget gate's bias starts at one, whatever
            `bias_initializer` gives to the others.
        peephole_initializer: initializer of the peephole vectors, which are
            regularized and constrained as recurrent weights are.

    Example:
    >>> cell = PeepholeLSTMCell(4)
    >>> states = cell.get_initial_state(batch_size=2)
    >>> y, (h, c) = cell(np.ones((2, 3), "float32"), states)
    >>> y.shape, c.shape
    (TensorShape([2, 4]), TensorShape([2, 4]))

    Reference: F. A. Gers, J. Schmidhuber, "Recurrent nets that time and count", IJCNN
    2000; F. A. Gers, N. N. Schraudolph, J. Schmidhuber, "Learning precise timing with
    LSTM recurrent networks", Journal of Machine Learning Research 3, 2002.
    """

    def __init__(
        self,
        units: int,
        recurrent_initializer: Any = "orthogonal",
        peephole_initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ):
        super().__init__(
            units=units, recurrent_initializer=recurrent_initializer, **kwargs
        )
        self.peephole_initializer = checks.initializer(
            "peephole_initializer", peephole_initializer
        )

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        super().build(input_shape)
        self.peephole_kernel = self.add_recurrent_kernel(
            "peephole_kernel", (3, self.units), self.peephole_initializer
        )

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, and the new states h_t and c_t."""
        h, c = states
        gate, f = self.recurrent_activation, self.activation
        p_i, p_f, p_o = ops.unstack(self.peephole_kernel.value)
        i, forget, g, o = ops.split(drive + dot(h, self.recurrent_kernel), 4, axis=-1)
        i = self.named("i", gate(i + p_i * c))
        forget = self.named("f", gate(forget + p_f * c))
        g = self.named("g", f(g))
        c = forget * c + i * g
        o = self.named("o", gate(o + p_o * c))
        h = o * f(c)
        return h, [h, c]

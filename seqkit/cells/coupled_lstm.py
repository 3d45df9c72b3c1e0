"""Long short-term memory with coupled input and forget gates."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells.gated import PeepholeFamilyCell


@keras.saving.register_keras_serializable("seqkit")
class CoupledLSTMCell(PeepholeFamilyCell):
    """Cell of the LSTM that forgets as much as it takes in (CIFG).

        i_t = σ(W_i x_t + U_i h_{t-1} + p_i ⊙ c_{t-1} + b_i)
        f_t = 1 − i_t
        g_t = tanh(W_g x_t + U_g h_{t-1} + b_g)
        c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
        o_t = σ(W_o x_t + U_o h_{t-1} + p_o ⊙ c_t + b_o)
        h_t = o_t ⊙ tanh(c_t)

    It is the LSTM whose forget gate has the weights of its input gate, negated. As
    published, with peephole connections; without them, `peepholes=False`, it is what
    most programs call CIFG.

    Weights, in the order i, g, o: `kernel` `(features, 3 units)`, `recurrent_kernel`
    `(units, 3 units)`, `bias` `(3 units,)`; with peepholes `peephole_kernel` `(2,
    units)`, p_i and p_o. The states are h and c, each `(batch, units)`.

    Args:
        recurrent_activation: activation of the gates, σ above.
        unit_forget_bias: whether the input gate's bias starts at minus one, so that f
            starts where that of `LSTMCell` does, whatever `bias_initializer` gives to
            the others.
        peepholes: whether there are p_i and p_o.
        peephole_initializer: initializer of p_i and p_o, which are regularized and
            constrained as recurrent weights are.

    Example:
    >>> cell = CoupledLSTMCell(4)
    >>> states = cell.get_initial_state(batch_size=2)
    >>> y, (h, c) = cell(np.ones((2, 3), "float32"), states)
    >>> y.shape, c.shape
    (TensorShape([2, 4]), TensorShape([2, 4]))

    Reference: K. Greff et al., "LSTM: a search space odyssey", IEEE Transactions on
    Neural Networks and Learning Systems 28, 2017 (arXiv 1503.04069), the variant CIFG.
    """

    blocks = 3

    def bias_start(self) -> Any:
        """Return the initializer of the bias, with f starting as in `LSTMCell`."""
        minus_one = keras.initializers.Constant(-1)
        return self.blocks_from({0: minus_one} if self.unit_forget_bias else {})

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        super().build(input_shape)
        if self.peepholes:
            self.peephole_kernel = self.add_peepholes(2)

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, and the new states h_t and c_t."""
        h, c = states
        gate, f = self.recurrent_activation, self.activation
        i, g, o = ops.split(drive + dot(h, self.recurrent_kernel), 3, axis=-1)
        if self.peepholes:
            i = i + self.peephole_kernel[0] * c
        i = self.named("i", gate(i))
        forget = self.named("f", 1 - i)
        g = self.named("g", f(g))
        c = forget * c + i * g
        if self.peepholes:
            o = o + self.peephole_kernel[1] * c
        o = self.named("o", gate(o))
        h = o * f(c)
        return h, [h, c]

"""Long short-term memory with coupled input and forget gates."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells.gated import LSTMFamilyCell


@keras.saving.register_keras_serializable("seqkit")
class CoupledLSTMCell(LSTMFamilyCell):
    """Cell of the LSTM that forgets as much as it takes in (CIFG).

        i_t, o_t = σ(W x_t + U h_{t-1} + b)       one block of W, U and b for each
        g_t = tanh(W_g x_t + U_g h_{t-1} + b_g)
        f_t = 1 − i_t
        c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
        h_t = o_t ⊙ tanh(c_t)

    It is the LSTM whose forget gate has the weights of its input gate, negated. Greff's
    version has peephole connections besides; this is the coupling alone.

    Weights, in the order i, g, o: `kernel` `(features, 3 units)`, `recurrent_kernel`
    `(units, 3 units)`, `bias` `(3 units,)`. The states are h and c, each `(batch,
    units)`.

    Args:
        recurrent_activation: activation of the gates, σ above.
        unit_forget_bias: whether the input gate's bias starts at minus one, so that f
            starts where that of `LSTMCell` does, whatever `bias_initializer` gives to
            the others.

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

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, and the new states h_t and c_t."""
        h, c = states
        gate, f = self.recurrent_activation, self.activation
        i, g, o = ops.split(drive + dot(h, self.recurrent_kernel), 3, axis=-1)
        i = self.named("i", gate(i))
        forget = self.named("f", 1 - i)
        g, o = self.named("g", f(g)), self.named("o", gate(o))
        c = forget * c + i * g
        h = o * f(c)
        return h, [h, c]

"""Long short-term memory with layer normalization."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells.gated import LSTMFamilyCell
from seqkit.cells.layer_norm import LayerNormCell


@keras.saving.register_keras_serializable("seqkit")
class LayerNormLSTMCell(LayerNormCell, LSTMFamilyCell):
    """Cell of the long short-term memory with layer normalization.

        a_t = LN(W x_t; γ_x, β_x) + LN(U h_{t-1}; γ_h, β_h) + b
        i_t, f_t, o_t = σ of their blocks of a_t, g_t = tanh of its block
        c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
        h_t = o_t ⊙ tanh(LN(c_t; γ_c, β_c))
        LN(a; γ, β) = γ ⊙ (a − mean(a)) / sqrt(var(a) + ε) + β

    A product is normalized over its four blocks together. The cell that goes on to the
    next step is c_t as it is; in TensorFlow Addons it is the normalized one.

    Weights, in the order i, f, g, o: `kernel` `(features, 4 units)`,
    `recurrent_kernel` `(units, 4 units)`, `bias` `(4 units,)`; then γ and β by pairs:
    `kernel_gamma`, `kernel_beta`, `recurrent_gamma`, `recurrent_beta` `(4 units,)`,
    `state_gamma`, `state_beta` `(units,)`. The states are h and c, each `(batch,
    units)`.

    Args:
        recurrent_activation: activation of the gates, σ above.
        unit_forget_bias: whether the forget gate's bias starts at one, whatever
            `bias_initializer` gives to the others.
        norm_gamma_initializer: initializer of γ. The β are biases: they start as
            `bias_initializer` says, and `use_bias=False` leaves them out too.
        norm_epsilon: ε, a positive number.

    Example:
    >>> cell = LayerNormLSTMCell(4)
    >>> states = cell.get_initial_state(batch_size=2)
    >>> y, (h, c) = cell(np.ones((2, 3), "float32"), states)
    >>> y.shape, c.shape
    (TensorShape([2, 4]), TensorShape([2, 4]))

    Reference: J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer normalization", 2016 (arXiv
    1607.06450), supplement.
    """

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        super().build(input_shape)
        self.kernel_norm = self.add_norm("kernel", self.width)
        self.recurrent_norm = self.add_norm("recurrent", self.width)
        self.state_norm = self.add_norm("state", self.units)

    def drive(self, inputs: Any) -> Any:
        """Return LN(W x_t) + b for the four blocks side by side."""
        normed = self.normalize(
            self.affine(inputs, self.kernel, None), *self.kernel_norm
        )
        return normed if self.bias is None else normed + self.bias

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, and the new states h_t and c_t."""
        h, c = states
        gate, f = self.recurrent_activation, self.activation
        product = self.normalize(dot(h, self.recurrent_kernel), *self.recurrent_norm)
        a = self.named("a", drive + product)
        i, forget, g, o = ops.split(a, 4, axis=-1)
        i, forget = self.named("i", gate(i)), self.named("f", gate(forget))
        g, o = self.named("g", f(g)), self.named("o", gate(o))
        c = forget * c + i * g
        h = o * f(self.normalize(c, *self.state_norm))
        return h, [h, c]

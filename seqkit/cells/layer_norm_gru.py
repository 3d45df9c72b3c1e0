"""The gated recurrent unit with layer normalization."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells.layer_norm import LayerNormCell


@keras.saving.register_keras_serializable("seqkit")
class LayerNormGRUCell(LayerNormCell):
    """Cell of the gated recurrent unit with layer normalization.

        [z_t, r_t] = σ(LN([W_z, W_r] x_t) + LN([U_z, U_r] h_{t-1}))
        n_t = tanh(LN(W_n x_t) + r_t ⊙ LN(U_n h_{t-1}))
        h_t = (1 − z_t) ⊙ h_{t-1} + z_t ⊙ n_t
        LN(a) = γ ⊙ (a − mean(a)) / sqrt(var(a) + ε) + β

    Each LN has its own γ and β; the two gates are normalized together. Here, as in the
    paper, z is the share of what is new; in `GRUCell` it is that of what is kept.

    Weights, in the order z, r, n: `kernel` `(features, 3 units)`, `recurrent_kernel`
    `(units, 3 units)`; `kernel_gamma`, `kernel_beta`, `recurrent_gamma`,
    `recurrent_beta` `(3 units,)`. The only biases are the β. The state is h `(batch,
    units)`.

    Args:
        recurrent_activation: activation of the gates, σ above.
        norm_gamma_initializer: initializer of γ.
        norm_epsilon: ε, a positive number.

    `bias_initializer`, its regularizer and its constraint are those of β.

    Example:
    >>> cell = LayerNormGRUCell(4)
    >>> h = cell.get_initial_state(batch_size=2)
    >>> y, h = cell(np.ones((2, 3), "float32"), h)
    >>> y.shape
    TensorShape([2, 4])

    Reference: J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer normalization", 2016 (arXiv
    1607.06450), supplement.
    """

    blocks = 3

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        self.kernel = self.add_kernel("kernel", (input_shape[-1], self.width))
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (self.units, self.width)
        )
        self.kernel_norm = self.add_norm("kernel", self.width)
        self.recurrent_norm = self.add_norm("recurrent", self.width)

    def drive(self, inputs: Any) -> Any:
        """Return LN([W_z, W_r] x_t) and LN(W_n x_t)."""
        return self._by_parts(self.affine(inputs, self.kernel, None), *self.kernel_norm)

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, twice: as what is emitted and as the new state."""
        (h,), (x_gates, x_n) = states, drive
        product = dot(h, self.recurrent_kernel)
        h_gates, h_n = self._by_parts(product, *self.recurrent_norm)
        z, r = map(self.recurrent_activation, ops.split(x_gates + h_gates, 2, axis=-1))
        z, r = self.named("z", z), self.named("r", r)
        n = self.named("n", self.activation(x_n + r * h_n))
        h = (1 - z) * h + z * n
        return h, [h]

    def _by_parts(self, product: Any, gamma: Any, beta: Any) -> list:
        """Return the normalized gates, together, and the normalized candidate."""
        cut = [2 * self.units]
        parts = [ops.split(v, cut, axis=-1) for v in (product, gamma)]
        offsets = [None, None] if beta is None else ops.split(beta, cut)
        return [self.normalize(*part) for part in zip(*parts, offsets, strict=True)]

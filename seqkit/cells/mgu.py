"""The minimal gated unit."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.gated import GatedCell


@keras.saving.register_keras_serializable("seqkit")
class MGUCell(GatedCell):
    """Cell of the minimal gated unit: one gate to reset and to update.

        f_t = σ(W_f x_t + U_f h_{t-1} + b_f)
        n_t = tanh(W_n x_t + U_n (f_t ⊙ h_{t-1}) + b_n)
        n_t = tanh(W_n x_t + f_t ⊙ (U_n h_{t-1} + d_n) + b_n)      reset_after=True
        h_t = (1 − f_t) ⊙ h_{t-1} + f_t ⊙ n_t
        h_t = f_t ⊙ h_{t-1} + (1 − f_t) ⊙ n_t                      gate_keeps=True

    The defaults are the paper's. Both arguments True make the cell of Flax.

    Weights, in the order f, n: `kernel` `(features, 2 units)`, `recurrent_kernel`
    `(units, 2 units)`, `bias` `(2 units,)`, and with `reset_after` `recurrent_bias`
    `(units,)`, d_n. The state is h `(batch, units)`.

    Args:
        recurrent_activation: activation of the gates, σ above.
        reset_after: whether the gate acts after the recurrent product.
        gate_keeps: whether f is the share of h that is kept, not that which is renewed.

    Example:
    >>> cell = MGUCell(4)
    >>> h = cell.get_initial_state(batch_size=2)
    >>> y, h = cell(np.ones((2, 3), "float32"), h)
    >>> y.shape
    TensorShape([2, 4])

    Reference: G.-B. Zhou et al., "Minimal gated unit for recurrent neural networks",
    International Journal of Automation and Computing 13, 2016 (arXiv 1603.09420).
    """

    blocks = 2

    def __init__(
        self,
        units: int,
        recurrent_activation: Any = "sigmoid",
        reset_after: bool = False,
        gate_keeps: bool = False,
        **kwargs: Any,
    ):
        super().__init__(
            units=units, recurrent_activation=recurrent_activation, **kwargs
        )
        self.reset_after = checks.flag("reset_after", reset_after)
        self.gate_keeps = checks.flag("gate_keeps", gate_keeps)

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        super().build(input_shape)
        if self.reset_after:
            self.recurrent_bias = self.add_bias("recurrent_bias", (self.units,))

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, twice: as what is emitted and as the new state."""
        (h,) = states
        x_f, x_n = ops.split(drive, 2, axis=-1)
        if self.reset_after:
            h_f, h_n = ops.split(dot(h, self.recurrent_kernel), 2, axis=-1)
            h_n = h_n if self.recurrent_bias is None else h_n + self.recurrent_bias
            gate = self.named("f", self.recurrent_activation(x_f + h_f))
            n = self.activation(x_n + gate * h_n)
        else:
            kernel_f, kernel_n = ops.split(self.recurrent_kernel, 2, axis=-1)
            gate = self.recurrent_activation(x_f + dot(h, kernel_f))
            gate = self.named("f", gate)
            n = self.activation(x_n + dot(gate * h, kernel_n))
        n = self.named("n", n)
        h = gate * h + (1 - gate) * n if self.gate_keeps else (1 - gate) * h + gate * n
        return h, [h]

"""The update gate recurrent network."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.gated import GatedCell


@keras.saving.register_keras_serializable("seqkit")
class UGRNNCell(GatedCell):
    """Cell of the update gate recurrent network: a simple one, and a gate.

        n_t = tanh(W_n x_t + U_n h_{t-1} + b_n)
        g_t = σ(W_g x_t + U_g h_{t-1} + b_g)
        h_t = g_t ⊙ h_{t-1} + (1 − g_t) ⊙ n_t

    Weights, in the order n, g: `kernel` `(features, 2 units)`, `recurrent_kernel`
    `(units, 2 units)`, `bias` `(2 units,)`. The state is h `(batch, units)`.

    Args:
        recurrent_activation: activation of the gates, σ above.
        forget_bias: where the gate's bias starts, whatever `bias_initializer` gives to
            the other's. (In the paper it is a constant beside the bias.)

    Example:
    >>> cell = UGRNNCell(4)
    >>> h = cell.get_initial_state(batch_size=2)
    >>> y, h = cell(np.ones((2, 3), "float32"), h)
    >>> y.shape
    TensorShape([2, 4])

    Reference: J. Collins, J. Sohl-Dickstein, D. Sussillo, "Capacity and trainability in
    recurrent neural networks", ICLR 2017 (arXiv 1611.09913).
    """

    blocks = 2

    def __init__(
        self,
        units: int,
        bias_initializer: Any = "zeros",
        forget_bias: float = 1.0,
        **kwargs: Any,
    ):
        super().__init__(units=units, bias_initializer=bias_initializer, **kwargs)
        self.forget_bias = checks.number("forget_bias", forget_bias)

    def bias_start(self) -> Any:
        """Return the initializer of the bias, with that of the gate."""
        return self.blocks_from({1: keras.initializers.Constant(self.forget_bias)})

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, twice: as what is emitted and as the new state."""
        (h,) = states
        n, g = ops.split(drive + dot(h, self.recurrent_kernel), 2, axis=-1)
        n = self.named("n", self.activation(n))
        g = self.named("g", self.recurrent_activation(g))
        h = g * h + (1 - g) * n
        return h, [h]

"""The gated recurrent unit."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.base import RecurrentCell


@keras.saving.register_keras_serializable("seqkit")
class GRUCell(RecurrentCell):
    """Cell of the gated recurrent unit.

        z_t = σ(W_z x_t + b_z + U_z h_{t-1} + d_z)
        r_t = σ(W_r x_t + b_r + U_r h_{t-1} + d_r)
        n_t = tanh(W_n x_t + b_n + r_t ⊙ (U_n h_{t-1} + d_n))     reset_after=True
        n_t = tanh(W_n x_t + b_n + U_n (r_t ⊙ h_{t-1}))           reset_after=False
        h_t = z_t ⊙ h_{t-1} + (1 − z_t) ⊙ n_t

    Weights, their order (z, r, n) and defaults are those of `keras.layers.GRUCell`:
    `kernel` `(features, 3 units)`, `recurrent_kernel` `(units, 3 units)`, `bias`
    `(2, 3 units)` with b above d, or `(3 units,)` where `reset_after=False`, which has
    no d.

    Args:
        recurrent_activation: activation of the gates, σ above.
        reset_after: whether the reset gate acts after the recurrent product.
        implementation: 1 or 2, as code written for Keras may pass it. There is one
            computation here: one dropout mask serves all gates.

    Example:
    >>> cell = GRUCell(4)
    >>> h = cell.get_initial_state(batch_size=2)
    >>> y, h = cell(np.ones((2, 3), "float32"), h)
    >>> y.shape
    TensorShape([2, 4])

    Reference: K. Cho et al., "Learning phrase representations using RNN
    encoder-decoder for statistical machine translation", EMNLP 2014 (arXiv 1406.1078):
    `reset_after=False` is its equation.
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        recurrent_dropout: float = 0.0,
        reset_after: bool = True,
        seed: int | None = None,
        implementation: int = 2,
        **kwargs: Any,
    ):
        super().__init__(
            units=units,
            activation=activation,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            **kwargs,
        )
        self.recurrent_activation = checks.activation(
            "recurrent_activation", recurrent_activation
        )
        self.reset_after = checks.flag("reset_after", reset_after)
        self.implementation = checks.one_of("implementation", implementation, (1, 2))

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        width = 3 * self.units
        self.kernel = self.add_kernel("kernel", (input_shape[-1], width))
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (self.units, width)
        )
        self.bias = self.add_bias("bias", (2, width) if self.reset_after else (width,))

    def drive(self, inputs: Any) -> Any:
        """Return W x_t + b for the three blocks side by side."""
        bias = self.bias[0] if self.use_bias and self.reset_after else self.bias
        return self.affine(inputs, self.kernel, bias)

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, twice: as what is emitted and as the new state."""
        (h,) = states
        gates, candidate = self._pre_activations(drive, h, dot)
        z, r = map(self.recurrent_activation, ops.split(gates, 2, axis=-1))
        z, r = self.named("z", z), self.named("r", r)
        n = self.named("n", self.activation(candidate(r)))
        h = z * h + (1 - z) * n
        return h, [h]

    def _pre_activations(self, drive: Any, h: Any, dot: Callable) -> tuple:
        """Return those of z and r, and a function of r to that of n."""
        split = [2 * self.units]
        x_gates, x_n = ops.split(drive, split, axis=-1)
        if self.reset_after:
            product = dot(h, self.recurrent_kernel)
            if self.use_bias:
                product = product + self.bias[1]
            h_gates, h_n = ops.split(product, split, axis=-1)
            return x_gates + h_gates, lambda r: x_n + r * h_n
        kernel, kernel_n = ops.split(self.recurrent_kernel, split, axis=-1)
        return x_gates + dot(h, kernel), lambda r: x_n + dot(r * h, kernel_n)

"""The minimal recurrent network: one gate between the memory and a latent input."""

from collections.abc import Callable, Sequence
from typing import Any

import keras

from seqkit.cells import checks
from seqkit.cells.base import RecurrentCell


@keras.saving.register_keras_serializable("seqkit")
class MinimalRNNCell(RecurrentCell):
    """Cell of the MinimalRNN: what comes in is mapped once, and then only kept or not.

        z_t = f(W x_t + b)
        u_t = σ(U_h h_{t-1} + U_z z_t + c)
        h_t = u_t ⊙ h_{t-1} + (1 − u_t) ⊙ z_t

    The state stays in the space of the latent inputs z, an average of them.

    Weights: `kernel` `(features, units)`, `bias` `(units,)` (b), `latent_kernel`
    `(units, units)` (U_z), `recurrent_kernel` `(units, units)` (U_h), `gate_bias`
    `(units,)` (c).

    Args:
        activation: f, the function of the latent input.
        recurrent_activation: activation of the gate, σ above.

    Example:
    >>> cell = MinimalRNNCell(4)
    >>> h = cell.get_initial_state(batch_size=2)
    >>> y, h = cell(np.ones((2, 3), "float32"), h)
    >>> y.shape
    TensorShape([2, 4])

    Reference: M. Chen, "MinimalRNN: toward more interpretable and trainable recurrent
    neural networks", 2017 (arXiv 1711.06788).
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        **kwargs: Any,
    ):
        super().__init__(units=units, activation=activation, **kwargs)
        self.recurrent_activation = checks.activation(
            "recurrent_activation", recurrent_activation
        )

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        square = (self.units, self.units)
        self.kernel = self.add_kernel("kernel", (input_shape[-1], self.units))
        self.bias = self.add_bias("bias", (self.units,))
        self.latent_kernel = self.add_kernel("latent_kernel", square)
        self.recurrent_kernel = self.add_recurrent_kernel("recurrent_kernel", square)
        self.gate_bias = self.add_bias("gate_bias", (self.units,))

    def drive(self, inputs: Any) -> Any:
        """Return z_t and U_z z_t + c."""
        z = self.activation(self.affine(inputs, self.kernel, self.bias))
        z = self.named("z", z)
        return z, self.affine(z, self.latent_kernel, self.gate_bias)

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, twice: as what is emitted and as the new state."""
        (h,), (z, gate) = states, drive
        u = self.recurrent_activation(gate + dot(h, self.recurrent_kernel))
        u = self.named("u", u)
        h = u * h + (1 - u) * z
        return h, [h]

"""Long expressive memory."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.base import RecurrentCell


@keras.saving.register_keras_serializable("seqkit")
class LEMCell(RecurrentCell):
    """Cell of the LEM: two states, each with time scales of its own, which are learned.

        a_t = Δt σ(W_a x_t + U_a y_{t-1} + b_a)
        c_t = Δt σ(W_c x_t + U_c y_{t-1} + b_c)
        z_t = (1 − a_t) ⊙ z_{t-1} + a_t ⊙ f(W_z x_t + U_z y_{t-1} + b_z)
        y_t = (1 − c_t) ⊙ y_{t-1} + c_t ⊙ f(W_y x_t + U_y z_t + b_y)

    a and c are the paper's Δt_n and Δt̄_n. y meets the new z. The output is y.

    Weights: `kernel` `(features, 4 units)` and `bias` `(4 units,)` in the order a, c,
    z, y; `recurrent_kernel` `(units, 3 units)` in the order a, c, z; `memory_kernel`
    `(units, units)` (U_y). The states are y and z.

    Args:
        activation: f, the function of what enters a state.
        recurrent_activation: function of the time scales, σ above.
        time_step: Δt in (0, 1], the largest time scale.

    Example:
    >>> cell = LEMCell(4)
    >>> states = cell.get_initial_state(batch_size=2)
    >>> y, (y_again, z) = cell(np.ones((2, 3), "float32"), states)
    >>> y.shape, z.shape
    (TensorShape([2, 4]), TensorShape([2, 4]))

    Reference: T. K. Rusch, S. Mishra, N. B. Erichson, M. W. Mahoney, "Long expressive
    memory for sequence modeling", ICLR 2022 (arXiv 2110.04744).
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        time_step: float = 1.0,
        **kwargs: Any,
    ):
        super().__init__(units=units, activation=activation, **kwargs)
        self.recurrent_activation = checks.activation(
            "recurrent_activation", recurrent_activation
        )
        self.time_step = checks.share("time_step", time_step)

    @property
    def state_size(self) -> list[int]:
        """The sizes of y and z."""
        return [self.units, self.units]

    @property
    def state_names(self) -> list[str]:
        """The names of the states in the equations."""
        return ["y", "z"]

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        units = self.units
        self.kernel = self.add_kernel("kernel", (input_shape[-1], 4 * units))
        self.bias = self.add_bias("bias", (4 * units,))
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (units, 3 * units)
        )
        self.memory_kernel = self.add_recurrent_kernel("memory_kernel", (units, units))

    def drive(self, inputs: Any) -> Any:
        """Return W x_t + b for the four blocks side by side."""
        return self.affine(inputs, self.kernel, self.bias)

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return y_t, and y_t and z_t."""
        y, z = states
        x_scales, x_z, x_y = ops.split(drive, [2 * self.units, 3 * self.units], axis=-1)
        y_scales, y_z = ops.split(
            dot(y, self.recurrent_kernel), [2 * self.units], axis=-1
        )
        scales = ops.split(x_scales + y_scales, 2, axis=-1)
        a, c = (self.time_step * self.recurrent_activation(s) for s in scales)
        a, c = self.named("a", a), self.named("c", c)
        z = (1 - a) * z + a * self.activation(x_z + y_z)
        y = (1 - c) * y + c * self.activation(x_y + dot(z, self.memory_kernel))
        return y, [y, z]

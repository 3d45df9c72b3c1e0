"""The coupled oscillatory recurrent network."""

from collections.abc import Callable, Sequence
from typing import Any

import keras

from seqkit.cells import checks
from seqkit.cells.base import RecurrentCell


@keras.saving.register_keras_serializable("seqkit")
class coRNNCell(RecurrentCell):
    """Cell of the coRNN: driven, damped oscillators, coupled by the recurrent kernels.

        y'' = f(U y + R y' + W x + b) − γ y − ε y'

    is the network's equation in time. With z = y', a step of length Δt is

        f_t = f(U y_{t-1} + R z_{t-1} + W x_t + b)
        z_t = z_{t-1} + Δt (f_t − γ y_{t-1} − ε z_{t-1})
        y_t = y_{t-1} + Δt z_t

    the explicit one of the two schemes in the paper's equation 3. The output is y.

    Weights: `kernel` `(features, units)`, `recurrent_kernel` `(units, units)` (U),
    `velocity_kernel` `(units, units)` (R), `bias` `(units,)`. The states are y and z.

    Args:
        time_step: Δt, a positive number.
        frequency: γ, a positive number: how stiff the oscillators are.
        damping: ε, a positive number. The defaults of the three are what the paper
            found for images read pixel by pixel; they are to be chosen for a task.

    Example:
    >>> cell = coRNNCell(4)
    >>> states = cell.get_initial_state(batch_size=2)
    >>> y, (y_again, z) = cell(np.ones((2, 3), "float32"), states)
    >>> y.shape, z.shape
    (TensorShape([2, 4]), TensorShape([2, 4]))

    Reference: T. K. Rusch, S. Mishra, "Coupled oscillatory recurrent neural network
    (coRNN)", ICLR 2021 (arXiv 2010.00951).
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        time_step: float = 0.042,
        frequency: float = 2.7,
        damping: float = 4.7,
        **kwargs: Any,
    ):
        super().__init__(units=units, activation=activation, **kwargs)
        self.time_step = checks.positive("time_step", time_step)
        self.frequency = checks.positive("frequency", frequency)
        self.damping = checks.positive("damping", damping)

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
        square = (self.units, self.units)
        self.kernel = self.add_kernel("kernel", (input_shape[-1], self.units))
        self.recurrent_kernel = self.add_recurrent_kernel("recurrent_kernel", square)
        self.velocity_kernel = self.add_recurrent_kernel("velocity_kernel", square)
        self.bias = self.add_bias("bias", (self.units,))

    def drive(self, inputs: Any) -> Any:
        """Return W x_t + b."""
        return self.affine(inputs, self.kernel, self.bias)

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return y_t, and y_t and z_t."""
        y, z = states
        force = self.activation(
            drive + dot(y, self.recurrent_kernel) + dot(z, self.velocity_kernel)
        )
        force = self.named("f", force)
        z = z + self.time_step * (force - self.frequency * y - self.damping * z)
        y = y + self.time_step * z
        return y, [y, z]

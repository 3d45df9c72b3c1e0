"""The multi-recurrent network: hidden layer and output both come back."""

from collections.abc import Callable, Sequence
from typing import Any

import keras

from seqkit.cells import checks
from seqkit.cells.base import RecurrentCell


@keras.saving.register_keras_serializable("seqkit")
class MultiRecurrentCell(RecurrentCell):
    """Cell with the context of Elman's network and the feedback of Jordan's.

        h_t = f(W x_t + R h_{t-1} + U y_{t-1} + b)
        y_t = g(V h_t + d)

    Weights: `kernel` `(features, units)`, `recurrent_kernel` `(units, units)` (R),
    `feedback_kernel` `(output_units, units)` (U), `bias` `(units,)`, `output_kernel`
    `(units, output_units)` (V), `output_bias` `(output_units,)`. The states are h and
    y. The published network has memory banks with several decays besides; this one
    keeps the step before alone.

    Args:
        output_units: size of the output; `None` takes `units`.
        output_activation: g, the function of the output. It bounds what comes back.

    Recurrent dropout acts on h.

    Example:
    >>> cell = MultiRecurrentCell(4, output_units=2)
    >>> states = cell.get_initial_state(batch_size=5)
    >>> y, (h, y_again) = cell(np.ones((5, 3), "float32"), states)
    >>> y.shape, h.shape
    (TensorShape([5, 2]), TensorShape([5, 4]))

    Reference: C. Ulbricht, "Multi-recurrent networks for traffic forecasting", AAAI
    1994.
    """

    def __init__(
        self,
        units: int,
        output_units: int | None = None,
        activation: Any = "tanh",
        output_activation: Any = "tanh",
        **kwargs: Any,
    ):
        super().__init__(units=units, activation=activation, **kwargs)
        self.output_units = checks.positive_integer(
            "output_units", self.units if output_units is None else output_units
        )
        self.output_activation = keras.activations.get(output_activation)

    @property
    def state_size(self) -> list[int]:
        """The sizes of h and y."""
        return [self.units, self.output_units]

    @property
    def output_size(self) -> int:
        """The size of the output."""
        return self.output_units

    @property
    def state_names(self) -> list[str]:
        """The names of the states in the equations."""
        return ["h", "y"]

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        self.kernel = self.add_kernel("kernel", (input_shape[-1], self.units))
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (self.units, self.units)
        )
        self.feedback_kernel = self.add_recurrent_kernel(
            "feedback_kernel", (self.output_units, self.units)
        )
        self.bias = self.add_bias("bias", (self.units,))
        self.output_kernel = self.add_kernel(
            "output_kernel", (self.units, self.output_units)
        )
        self.output_bias = self.add_bias("output_bias", (self.output_units,))

    def drive(self, inputs: Any) -> Any:
        """Return W x_t + b."""
        return self.affine(inputs, self.kernel, self.bias)

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return y_t, and h_t and y_t."""
        h, y = states
        from_output = dot(y, self.feedback_kernel, dropout=False)
        h = self.activation(drive + dot(h, self.recurrent_kernel) + from_output)
        y = dot(h, self.output_kernel, dropout=False)
        y = self.output_activation(
            y if self.output_bias is None else y + self.output_bias
        )
        return y, [h, y]

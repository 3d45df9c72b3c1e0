"""The multi-recurrent network: hidden layer and output both come back."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from seqkit.cells import checks
from seqkit.cells.base import RecurrentCell


@keras.saving.register_keras_serializable("seqkit")
class MultiRecurrentCell(RecurrentCell):
    """Cell with the context of Elman's network and the feedback of Jordan's.

        h_t = f(W x_t + Σ_j R_j c^j_t + Σ_j U_j s^j_t + b)
        y_t = g(V h_t + d)
        c^j_{t+1} = α_j c^j_t + (1 − α_j) h_t
        s^j_{t+1} = α_j s^j_t + (1 − α_j) y_t        α_j = (j − 1) / B,  j = 1 … B

    B memory banks keep the hidden layer, B others the output, the later the longer.
    With one bank each, c is h and s is y of the step before, and h_t = f(W x_t +
    R h_{t-1} + U y_{t-1} + b). The published network may have banks of its inputs
    besides, which are left out here.

    Weights: `kernel` `(features, units)`, `recurrent_kernel` `(B units, units)` (R_1 to
    R_B, one below the other), `feedback_kernel` `(B output_units, units)` (U_1 to U_B),
    `bias` `(units,)`, `output_kernel` `(units, output_units)` (V), `output_bias`
    `(output_units,)`. The states are c^1 to c^B side by side, `(batch, B units)`, and
    s^1 to s^B, `(batch, B output_units)`.

    Args:
        output_units: size of the output; `None` takes `units`.
        output_activation: g, the function of the output. It bounds what comes back.
        banks: B, a positive integer.

    Recurrent dropout acts on c. The other arguments, the call arguments and errors are
    those of `RecurrentCell`.

    Example:
    >>> cell = MultiRecurrentCell(4, output_units=2)
    >>> states = cell.get_initial_state(batch_size=5)
    >>> y, (c, s) = cell(np.ones((5, 3), "float32"), states)
    >>> y.shape, c.shape
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
        banks: int = 1,
        **kwargs: Any,
    ):
        super().__init__(units=units, activation=activation, **kwargs)
        self.output_units = checks.positive_integer(
            "output_units", self.units if output_units is None else output_units
        )
        self.output_activation = checks.activation(
            "output_activation", output_activation
        )
        self.banks = checks.positive_integer("banks", banks)

    @property
    def state_size(self) -> list[int]:
        """The sizes of c and s."""
        return [self.banks * self.units, self.banks * self.output_units]

    @property
    def output_size(self) -> int:
        """The size of the output."""
        return self.output_units

    @property
    def state_names(self) -> list[str]:
        """The names of the states in the equations."""
        return ["c", "s"]

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        self.kernel = self.add_kernel("kernel", (input_shape[-1], self.units))
        of_hidden, of_output = self.state_size
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (of_hidden, self.units)
        )
        self.feedback_kernel = self.add_recurrent_kernel(
            "feedback_kernel", (of_output, self.units)
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
        """Return y_t, and c and s of the next step."""
        c, s = states
        from_output = dot(s, self.feedback_kernel, dropout=False)
        h = self.activation(drive + dot(c, self.recurrent_kernel) + from_output)
        h = self.named("h", h)
        y = dot(h, self.output_kernel, dropout=False)
        y = self.output_activation(
            y if self.output_bias is None else y + self.output_bias
        )
        return y, [self._kept(c, h), self._kept(s, y)]

    def _kept(self, banks: Any, vector: Any) -> Any:
        """Return the banks of the next step, which take in a vector."""
        if self.banks == 1:
            return vector
        stays = np.repeat(np.arange(self.banks) / self.banks, vector.shape[-1])
        stays = ops.convert_to_tensor(stays, vector.dtype)
        return stays * banks + (1 - stays) * ops.tile(vector, [1, self.banks])

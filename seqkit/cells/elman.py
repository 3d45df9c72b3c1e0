"""The Elman network."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.base import RecurrentCell
from seqkit.cells.context import decay_rate, first_context, next_context, with_preset


@keras.saving.register_keras_serializable("seqkit")
class ElmanCell(RecurrentCell):
    """Cell of the Elman network: the context is the hidden state of the step before.

        h_t = f(W x_t + U c_t + b)
        y_t = g(V h_t + d)
        c_{t+1} = h_t                            decay=None, as published
        c_{t+1} = α c_t + h_t                    decay=α
        c_{t+1} = α c_t + (1 − α) h_t            decay=α, normalized=True

    Weights: `kernel` `(features, units)`, `recurrent_kernel` `(units, units)`, `bias`
    `(units,)`, `output_kernel` `(units, output_units)`, `output_bias`
    `(output_units,)`. The state is the context of the next step, `(batch, units)`.

    Args:
        output_units: size of the output; `None` takes `units`.
        output_activation: g, the function of the output.
        decay: α in [0, 1), a number or one for each hidden unit; `None` for a context
            without memory of its own.
        normalized: whether the hidden state enters the context by 1 − α.
        preset: "rsnns" for the network of the SNNS simulator and the R package RSNNS:
            α = 0.3, c_1 = 0.5, logistic hidden units, linear output, no gradient
            through the context.

    Example:
    >>> cell = ElmanCell(4, output_units=2)
    >>> context = cell.get_initial_state(batch_size=5)
    >>> y, context = cell(np.ones((5, 3), "float32"), context)
    >>> y.shape, context[0].shape
    (TensorShape([5, 2]), TensorShape([5, 4]))

    Reference: J. L. Elman, "Finding structure in time", Cognitive Science 14, 1990.
    """

    def __init__(
        self,
        units: int,
        output_units: int | None = None,
        activation: Any = "tanh",
        output_activation: Any = "linear",
        decay: Any = None,
        normalized: bool = False,
        preset: str | None = None,
        **kwargs: Any,
    ):
        chosen = with_preset(
            "Elman",
            preset,
            {"activation": "tanh", "output_activation": "linear", "decay": None},
            {
                "activation": activation,
                "output_activation": output_activation,
                "decay": decay,
            },
        )
        super().__init__(units=units, activation=chosen["activation"], **kwargs)
        self.output_units = checks.positive_integer(
            "output_units", self.units if output_units is None else output_units
        )
        self.output_activation = checks.activation(
            "output_activation", chosen["output_activation"]
        )
        self.decay = decay_rate(chosen["decay"], self.units)
        self.normalized = checks.flag("normalized", normalized)
        self.preset = preset

    @property
    def state_names(self) -> list[str]:
        """The name of the state in the equations."""
        return ["c"]

    @property
    def output_size(self) -> int:
        """The size of the output."""
        return self.output_units

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        self.kernel = self.add_kernel("kernel", (input_shape[-1], self.units))
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (self.units, self.units)
        )
        self.bias = self.add_bias("bias", (self.units,))
        self.output_kernel = self.add_kernel(
            "output_kernel", (self.units, self.output_units)
        )
        self.output_bias = self.add_bias("output_bias", (self.output_units,))

    def get_initial_state(self, batch_size: Any = None) -> list:
        """Return the context of the first step."""
        return [first_context(batch_size, self.units, self.preset, self.compute_dtype)]

    def drive(self, inputs: Any) -> Any:
        """Return W x_t + b."""
        return self.affine(inputs, self.kernel, self.bias)

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t and the next context."""
        (c,) = states
        c = ops.stop_gradient(c) if self.preset else c
        h = self.named("h", self.activation(drive + dot(c, self.recurrent_kernel)))
        return h, [next_context(c, h, self.decay, self.normalized)]

    def readout(self, emission: Any) -> Any:
        """Return y_t for h_t."""
        return self.output_activation(
            self.affine(emission, self.output_kernel, self.output_bias)
        )

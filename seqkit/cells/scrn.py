"""The structurally constrained recurrent network."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.base import RecurrentCell
from seqkit.cells.context import decay_rate


@keras.saving.register_keras_serializable("seqkit")
class SCRNCell(RecurrentCell):
    """Cell of the structurally constrained recurrent network: slow context units.

        s_t = α s_{t-1} + (1 − α) B x_t
        h_t = σ(P s_t + A x_t + R h_{t-1} + b)
        y_t = g(U h_t + V s_t + d)

    The context s follows a running mean of the input, the hidden layer h works as in
    the simple network. The paper has no biases, `use_bias=False`, and a softmax for g.

    Weights: `kernel` A `(features, units)`, `context_kernel` B `(features,
    context_units)`, `recurrent_kernel` R `(units, units)`, `context_recurrent_kernel` P
    `(context_units, units)`, `bias` b `(units,)`, `output_kernel` `(units +
    context_units, output_units)` with U above V, `output_bias` d `(output_units,)`. The
    states are h `(batch, units)` and s `(batch, context_units)`.

    Args:
        context_units: size of s; `None` takes `units`.
        output_units: size of the output; `None` takes `units`.
        activation: that of the hidden layer, σ above.
        output_activation: g, the function of the output.
        decay: α in [0, 1), a number or one for each context unit.

    Example:
    >>> cell = SCRNCell(8, context_units=3, output_units=2)
    >>> states = cell.get_initial_state(batch_size=5)
    >>> y, (h, s) = cell(np.ones((5, 4), "float32"), states)
    >>> y.shape, h.shape, s.shape
    (TensorShape([5, 2]), TensorShape([5, 8]), TensorShape([5, 3]))

    Reference: T. Mikolov et al., "Learning longer memory in recurrent neural networks",
    2014 (arXiv 1412.7753).
    """

    def __init__(
        self,
        units: int,
        context_units: int | None = None,
        output_units: int | None = None,
        activation: Any = "sigmoid",
        output_activation: Any = "linear",
        decay: Any = 0.95,
        **kwargs: Any,
    ):
        super().__init__(units=units, activation=activation, **kwargs)
        self.context_units = checks.positive_integer(
            "context_units", self.units if context_units is None else context_units
        )
        self.output_units = checks.positive_integer(
            "output_units", self.units if output_units is None else output_units
        )
        self.output_activation = checks.activation(
            "output_activation", output_activation
        )
        if decay is None:
            raise ValueError("`decay` must lie in [0, 1), got None.")
        self.decay = decay_rate(decay, self.context_units)

    @property
    def state_size(self) -> list[int]:
        """The sizes of h and s."""
        return [self.units, self.context_units]

    @property
    def output_size(self) -> int:
        """The size of the output."""
        return self.output_units

    @property
    def state_names(self) -> list[str]:
        """The names of the states in the equations."""
        return ["h", "s"]

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        features, context = input_shape[-1], self.context_units
        self.kernel = self.add_kernel("kernel", (features, self.units))
        self.context_kernel = self.add_kernel("context_kernel", (features, context))
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (self.units, self.units)
        )
        self.context_recurrent_kernel = self.add_recurrent_kernel(
            "context_recurrent_kernel", (context, self.units)
        )
        self.bias = self.add_bias("bias", (self.units,))
        self.output_kernel = self.add_kernel(
            "output_kernel", (self.units + context, self.output_units)
        )
        self.output_bias = self.add_bias("output_bias", (self.output_units,))

    def drive(self, inputs: Any) -> Any:
        """Return A x_t + b and (1 − α) B x_t."""
        product = self.affine(inputs, self.context_kernel, None)
        return [
            self.affine(inputs, self.kernel, self.bias),
            (1 - ops.convert_to_tensor(self.decay, product.dtype)) * product,
        ]

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t and s_t, side by side and as the new states."""
        (x_h, x_s), (h, s) = drive, states
        s = ops.convert_to_tensor(self.decay, s.dtype) * s + x_s
        of_context = dot(s, self.context_recurrent_kernel, dropout=False)
        h = self.activation(x_h + of_context + dot(h, self.recurrent_kernel))
        return ops.concatenate([h, s], axis=-1), [h, s]

    def readout(self, emission: Any) -> Any:
        """Return y_t for h_t and s_t."""
        return self.output_activation(
            self.affine(emission, self.output_kernel, self.output_bias)
        )

"""The Jordan network."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from seqkit.cells import checks
from seqkit.cells.base import RecurrentCell
from seqkit.cells.context import decay_rate, first_context, next_context, with_preset


@keras.saving.register_keras_serializable("seqkit")
class JordanCell(RecurrentCell):
    """Cell of the Jordan network: the output comes back through the state units.

        h_t = f(W x_t + U s_t + b)
        y_t = g(V h_t + d)
        s_{t+1} = y_t                            decay=None: variant A, s_1 = 0
        s_{t+1} = α s_t + y_t                    decay=α: variant B
        s_{t+1} = α s_t + (1 − α) y_t            decay=α, normalized=True

    The steady-state gain of the state units is 1 / (1 − α), or 1 if normalized. There
    are as many state units as output units, in any number beside the hidden units.

    Weights: `kernel` `(features, units)`, `recurrent_kernel` `(output_units, units)`,
    `bias` `(units,)`, `output_kernel` `(units, output_units)`, `output_bias`
    `(output_units,)`, and where the decay is trainable `decay_logit`, of which α is the
    logistic function, so that it stays in (0, 1). The state is s of the next step,
    `(batch, output_units)`.

    Args:
        output_units: size of the output; `None` takes `units`.
        output_activation: g, the function of the output. It bounds what comes back.
        decay: α in [0, 1), a number or one for each output unit; `None` for variant A.
        trainable_decay: whether α is learned from `decay` on, which must not be 0 then.
        normalized: whether the output enters the state units by 1 − α.
        preset: "rsnns" for the network of the SNNS simulator and the R package RSNNS:
            α = 0.3, s_1 = 0.5, logistic hidden units, linear output, no gradient
            through the state units. (Those programs feed targets back in training;
            this layer feeds back its own output, as they do in prediction.)

    Example:
    >>> cell = JordanCell(4, output_units=2, decay=0.5)
    >>> s = cell.get_initial_state(batch_size=5)
    >>> y, s = cell(np.ones((5, 3), "float32"), s)
    >>> y.shape, s[0].shape
    (TensorShape([5, 2]), TensorShape([5, 2]))

    Reference: M. I. Jordan, "Serial order: a parallel distributed processing approach",
    ICS report 8604, University of California, San Diego, 1986.
    """

    def __init__(
        self,
        units: int,
        output_units: int | None = None,
        activation: Any = "tanh",
        output_activation: Any = "tanh",
        decay: Any = None,
        trainable_decay: bool = False,
        normalized: bool = False,
        preset: str | None = None,
        **kwargs: Any,
    ):
        chosen = with_preset(
            "Jordan",
            preset,
            {"activation": "tanh", "output_activation": "tanh", "decay": None},
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
        self.decay = decay_rate(chosen["decay"], self.output_units)
        self.trainable_decay = checks.flag("trainable_decay", trainable_decay)
        self.normalized = checks.flag("normalized", normalized)
        self.preset = preset
        if trainable_decay and (self.decay is None or not np.all(self.decay)):
            raise ValueError(
                "`trainable_decay` needs a `decay` above 0 to start from, "
                f"got decay={decay!r}."
            )
        if trainable_decay and preset:
            raise ValueError(
                '`trainable_decay` must be False with preset="rsnns", whose '
                "coefficients are fixed, got True."
            )

    @property
    def state_size(self) -> int:
        """The number of state units: that of the outputs."""
        return self.output_units

    @property
    def output_size(self) -> int:
        """The size of the output."""
        return self.output_units

    @property
    def state_names(self) -> list[str]:
        """The name of the state in the equations."""
        return ["s"]

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        self.kernel = self.add_kernel("kernel", (input_shape[-1], self.units))
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (self.output_units, self.units)
        )
        self.bias = self.add_bias("bias", (self.units,))
        self.output_kernel = self.add_kernel(
            "output_kernel", (self.units, self.output_units)
        )
        self.output_bias = self.add_bias("output_bias", (self.output_units,))
        if self.trainable_decay:
            rates = np.asarray(self.decay)
            self.decay_logit = self.add_weight(
                shape=rates.shape,
                name="decay_logit",
                initializer=lambda _, dtype=None: ops.convert_to_tensor(
                    np.log(rates / (1 - rates)), dtype=dtype
                ),
            )

    def get_initial_state(self, batch_size: Any = None) -> list:
        """Return the state units of the first step."""
        size = self.output_units
        return [first_context(batch_size, size, self.preset, self.compute_dtype)]

    def drive(self, inputs: Any) -> Any:
        """Return W x_t + b."""
        return self.affine(inputs, self.kernel, self.bias)

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return y_t and the next state units."""
        (s,) = states
        s = ops.stop_gradient(s) if self.preset else s
        h = self.named("h", self.activation(drive + dot(s, self.recurrent_kernel)))
        y = dot(h, self.output_kernel, dropout=False)
        y = self.output_activation(
            y if self.output_bias is None else y + self.output_bias
        )
        decay = ops.sigmoid(self.decay_logit) if self.trainable_decay else self.decay
        return y, [next_context(s, y, decay, self.normalized)]

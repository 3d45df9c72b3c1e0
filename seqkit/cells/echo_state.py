"""The echo state network: a fixed reservoir and a readout of it."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, ClassVar

import keras
import numpy as np
from keras import ops

from seqkit.cells import checks
from seqkit.cells.base import RecurrentCell

HALF = {"class_name": "RandomUniform", "config": {"minval": -0.5, "maxval": 0.5}}


@keras.saving.register_keras_serializable("seqkit")
class EchoStateCell(RecurrentCell):
    """Cell of the echo state network: only what reads the state is ever trained.

        h_t = (1 − a) h_{t-1} + a f(W x_t + U h_{t-1} + b)
        y_t = V [h_t, x_t] + d

    W, U and b, the reservoir, are drawn and never trained. U is scaled so that its
    largest eigenvalue has the modulus `spectral_radius`: below one, the state as a rule
    forgets where it started.

    Weights, trained: `output_kernel` `(units + features, output_units)` (V),
    `output_bias` `(output_units,)` (d), both zero at the start; without `output_units`
    there are none, and the output is h. Fixed: `kernel` `(features, units)`,
    `recurrent_kernel` `(units, units)`, `bias` `(units,)`. `kernel_regularizer`,
    `kernel_constraint` and those of the bias act on what is trained.

    Args:
        output_units: size of the output; `None` for the state as the output.
        spectral_radius: positive number, the modulus of U's largest eigenvalue.
        leak: a in (0, 1], the share of the state that is new at each step.
        connectivity: share of the numbers in U that are not zero, in (0, 1].

    Example:
    >>> cell = EchoStateCell(20, output_units=2)
    >>> h = cell.get_initial_state(batch_size=5)
    >>> y, h = cell(np.ones((5, 3), "float32"), h)
    >>> y.shape, h[0].shape
    (TensorShape([5, 2]), TensorShape([5, 20]))

    Reference: H. Jaeger, "The 'echo state' approach to analysing and training recurrent
    neural networks", GMD report 148, 2001; M. Lukoševičius, "A practical guide to
    applying echo state networks", 2012.
    """

    without_arguments: ClassVar[Collection[str]] = (
        "recurrent_regularizer",
        "recurrent_constraint",
        "recurrent_dropout",
    )

    def __init__(
        self,
        units: int,
        output_units: int | None = None,
        spectral_radius: float = 0.9,
        leak: float = 1.0,
        connectivity: float = 1.0,
        kernel_initializer: Any = HALF,
        recurrent_initializer: Any = HALF,
        bias_initializer: Any = HALF,
        **kwargs: Any,
    ):
        super().__init__(
            units=units,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            **kwargs,
        )
        self.output_units = output_units
        if output_units is not None:
            self.output_units = checks.positive_integer("output_units", output_units)
        self.spectral_radius = checks.positive("spectral_radius", spectral_radius)
        self.leak = checks.share("leak", leak)
        self.connectivity = checks.share("connectivity", connectivity)

    @property
    def output_size(self) -> int:
        """The size of the output."""
        return self.output_units or self.units

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        features, units = input_shape[-1], self.units
        self.kernel = self._add_fixed("kernel", (features, units), "kernel")
        self.recurrent_kernel = self.add_weight(
            shape=(units, units),
            name="recurrent_kernel",
            initializer=self._reservoir,
            trainable=False,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self._add_fixed("bias", (units,), "bias")
        if self.output_units is not None:
            shape = (units + features, self.output_units)
            self.output_kernel = self.add_weight(
                shape=shape,
                name="output_kernel",
                initializer="zeros",
                regularizer=self.kernel_regularizer,
                constraint=self.kernel_constraint,
            )
            self.output_bias = self.add_bias("output_bias", shape[1:], "zeros")

    def _add_fixed(self, name: str, shape: tuple, kind: str) -> Any:
        initializer = getattr(self, f"{kind}_initializer")
        return self.add_weight(
            shape=shape, name=name, initializer=initializer, trainable=False
        )

    def _reservoir(self, shape: tuple, dtype: Any = None) -> Any:
        """Return U, with its share of zeros and its spectral radius."""
        drawn = self.recurrent_initializer(shape, dtype="float32")
        kept = keras.random.uniform(shape) < self.connectivity
        kernel = ops.convert_to_numpy(ops.where(kept, drawn, 0.0)).astype("float64")
        radius = np.abs(np.linalg.eigvals(kernel)).max()
        if radius < np.finfo("float32").eps:
            raise ValueError(
                "`connectivity` must leave loops in the reservoir, got "
                f"{self.connectivity} for {shape[0]} units."
            )
        return ops.convert_to_tensor(kernel * self.spectral_radius / radius, dtype)

    def drive(self, inputs: Any) -> Any:
        """Return W x_t + b, and x_t for the readout."""
        return self.affine(inputs, self.kernel, self.bias), inputs

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, beside x_t where a readout sees both, and h_t."""
        (h,), (from_input, x) = states, drive
        new = self.activation(from_input + dot(h, self.recurrent_kernel))
        h = (1 - self.leak) * h + self.leak * new
        if self.output_units is None:
            return h, [h]
        return ops.concatenate([h, x], axis=-1), [h]

    def readout(self, emission: Any) -> Any:
        """Return y_t for h_t and x_t."""
        if self.output_units is None:
            return emission
        return self.affine(emission, self.output_kernel, self.output_bias)

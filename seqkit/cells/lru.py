"""The linear recurrent unit."""

import math
from collections.abc import Collection
from typing import Any, ClassVar

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.linear import LinearCell, Parts


@keras.saving.register_keras_serializable("seqkit")
class LRUCell(LinearCell):
    """Cell of the linear recurrent unit: a diagonal, complex, stable linear network.

        λ   = exp(−exp(ν) + i exp(θ))                  |λ| < 1 whatever ν is
        h_t = λ ⊙ h_{t-1} + γ ⊙ (B x_t)                γ starts as sqrt(1 − |λ|²)
        y_t = Re(C h_t) + D x_t

    Nothing here is not linear; what is, stands between the layers of a model.

    Weights, of N units, H features and P outputs: `decay` `(N,)` (ν), `frequency`
    `(N,)` (θ), `scale` `(N,)` (log γ), `kernel` `(H, 2 N)` (the real parts of B, then
    the imaginary ones), `output_kernel` `(2 N, P)` (the real parts of C, then minus the
    imaginary ones), `skip_kernel` `(H, P)` (D), or `(H,)` where it is diagonal. There
    are no biases. The states are the real and the imaginary part of h.

    Args:
        units: N, the number of complex states.
        output_units: P; `None` takes `units`.
        min_radius: least |λ| at the start, in [0, 1).
        max_radius: greatest |λ| at the start, in (0, 1), above `min_radius`.
        max_angle: greatest angle of λ at the start, in (0, 2π].
        diagonal_skip: whether D is a vector, for as many outputs as features.

    |λ|² starts uniform between the squares of the radii, so that λ is uniform on a ring
    of the complex plane; B and C start normal, with the variances of the paper.

    Example:
    >>> cell = LRUCell(4, output_units=3)
    >>> states = cell.get_initial_state(batch_size=2)
    >>> y, (real, imaginary) = cell(np.ones((2, 5), "float32"), states)
    >>> y.shape, real.shape
    (TensorShape([2, 3]), TensorShape([2, 4]))

    Reference: A. Orvieto et al., "Resurrecting recurrent neural networks for long
    sequences", ICML 2023 (arXiv 2303.06349).
    """

    without_arguments: ClassVar[Collection[str]] = (
        "activation",
        "use_bias",
        "bias_initializer",
        "bias_regularizer",
        "bias_constraint",
    )

    def __init__(
        self,
        units: int,
        output_units: int | None = None,
        kernel_initializer: Any = None,
        min_radius: float = 0.0,
        max_radius: float = 0.99,
        max_angle: float = 2 * math.pi,
        diagonal_skip: bool = False,
        **kwargs: Any,
    ):
        super().__init__(units=units, kernel_initializer=kernel_initializer, **kwargs)
        self.output_units = checks.positive_integer(
            "output_units", self.units if output_units is None else output_units
        )
        self.min_radius = checks.rate("min_radius", min_radius)
        self.max_radius = checks.rate("max_radius", max_radius)
        if self.max_radius <= self.min_radius:
            raise ValueError(
                f"`max_radius` must be above `min_radius`, {min_radius!r}, "
                f"got {max_radius!r}."
            )
        self.max_angle = checks.positive("max_angle", max_angle)
        if self.max_angle > 2 * math.pi + 1e-6:  # as NumPy's float32 has it
            raise ValueError(f"`max_angle` must be at most 2π, got {max_angle!r}.")
        self.diagonal_skip = checks.flag("diagonal_skip", diagonal_skip)

    @property
    def state_size(self) -> list[int]:
        """The sizes of the real and the imaginary part of h."""
        return [self.units, self.units]

    @property
    def output_size(self) -> int:
        """The size of the output."""
        return self.output_units

    @property
    def state_names(self) -> list[str]:
        """The names of the states in the equations."""
        return ["Re h", "Im h"]

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        features, units, outputs = input_shape[-1], self.units, self.output_units
        if self.diagonal_skip and features != outputs:
            raise ValueError(
                "`output_units` of LRU with diagonal_skip=True must be the number of "
                f"features, {features}, got {outputs}."
            )

        def add(name: str, initializer: Any) -> Any:
            return self.add_weight(shape=(units,), name=name, initializer=initializer)

        self.decay = add("decay", self._first_decay)
        self.frequency = add("frequency", self._first_frequency)
        self.scale = add("scale", self._first_scale)
        self.kernel = self._add_normal("kernel", (features, 2 * units), 0.5)
        self.output_kernel = self._add_normal("output_kernel", (2 * units, outputs), 2)
        skip = (features,) if self.diagonal_skip else (features, outputs)
        self.skip_kernel = self._add_normal("skip_kernel", skip, 1)

    def _add_normal(self, name: str, shape: tuple, variance: float) -> Any:
        """Add a weight of that variance, divided by the number of its rows."""
        if self.kernel_initializer is None:
            rows = shape[0] if len(shape) > 1 else 1
            initializer: Any = keras.initializers.RandomNormal(
                stddev=math.sqrt(variance / rows)
            )
        else:
            initializer = self.kernel_initializer
        return self.add_weight(
            shape=shape,
            name=name,
            initializer=initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )

    def _first_decay(self, shape: tuple, dtype: Any = None) -> Any:
        low, high = self.min_radius**2, self.max_radius**2
        square = keras.random.uniform(shape, low, high, dtype="float32")
        square = ops.maximum(square, keras.config.epsilon())
        return ops.cast(ops.log(-0.5 * ops.log(square)), dtype)

    def _first_frequency(self, shape: tuple, dtype: Any = None) -> Any:
        angle = keras.random.uniform(shape, 0.0, self.max_angle, dtype="float32")
        return ops.cast(ops.log(ops.maximum(angle, keras.config.epsilon())), dtype)

    def _first_scale(self, shape: tuple, dtype: Any = None) -> Any:
        square = ops.exp(-2 * ops.exp(ops.cast(self.decay.value, "float32")))
        return ops.cast(0.5 * ops.log(1 - square), dtype)

    def drive(self, inputs: Any) -> Any:
        """Return the real and the imaginary part of B x_t, and D x_t."""
        real, imaginary = ops.split(self.affine(inputs, self.kernel, None), 2, axis=-1)
        if self.diagonal_skip:
            return real, imaginary, inputs * self.skip_kernel
        return real, imaginary, self.affine(inputs, self.skip_kernel, None)

    def coefficients(self, drive: Any) -> tuple[Parts, Parts]:
        """Return λ and γ ⊙ (B x_t)."""
        radius = ops.exp(-ops.exp(self.decay))
        angle, scale = ops.exp(self.frequency), ops.exp(self.scale)
        transition = [radius * ops.cos(angle), radius * ops.sin(angle)]
        return transition, [scale * part for part in drive[:2]]

    def emission(self, drive: Any, states: Parts) -> Any:
        """Return h_t and D x_t, side by side."""
        return ops.concatenate([*states, drive[2]], axis=-1)

    def readout(self, emission: Any) -> Any:
        """Return Re(C h_t) + D x_t."""
        h, skipped = ops.split(emission, [2 * self.units], axis=-1)
        return self.affine(h, self.output_kernel, skipped)

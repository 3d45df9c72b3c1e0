"""The neural history compressor of two levels."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.base import RecurrentCell


@keras.saving.register_keras_serializable("seqkit")
class HistoryCompressorCell(RecurrentCell):
    """Cell of two networks: the upper one sees only what the lower did not predict.

        u_t = 1 where max |p_{t-1} − x_t| > tolerance, and at the first step; else 0
        h_t = f(W x_t + U h_{t-1} + b)              lower level, at every step
        p_t = g(V h_t + d)                          the input it expects next
        H_t = f(W' x_t + T τ_t + U' H_{t-1} + b')   upper level, where u_t = 1
        H_t = H_{t-1}                               elsewhere
        P_t = g(V' H_t + d')                        the input it expects to see next
        q_t = Q h_t + c                             its guess at H_t, collapsed=True

    τ_t, the time code, is the number of steps since the upper level last saw an input,
    in binary digits. What the lower level learns to predict no longer goes up, so that
    the upper level spans long times with few steps. In the collapsed variant the lower
    level also learns to predict the upper one's state, and so comes to need it no more.
    No gradient passes u.

    The output is p, P and u, and in the collapsed variant q and H, side by side;
    `split_output` takes it apart. `seqkit.layers.HistoryCompressor` has the loss that
    trains both levels.

    Weights, of C features: `kernel` `(C, units)`, `recurrent_kernel` `(units, units)`,
    `bias` `(units,)`, `output_kernel` `(units, C)`, `output_bias` `(C,)`; the same of
    the upper level, `upper_…`; `time_kernel` `(time_digits, upper_units)` (T); and if
    collapsed `state_kernel` `(units, upper_units)` (Q) and `state_bias`
    `(upper_units,)`. The states are h, p, H and the number that τ is the code of.

    Args:
        upper_units: size of H; `None` takes `units`.
        output_activation: g.
        tolerance: positive number, up to which an input counts as predicted.
        time_digits: number of digits of τ, from 1 to 8. Times of 2^time_digits − 1 and
            more have one code.
        collapsed: whether the lower level predicts the state of the upper.

    Recurrent dropout acts on h.

    Example:
    >>> cell = HistoryCompressorCell(4)
    >>> cell.build((None, 3))
    >>> states = cell.get_initial_state(batch_size=2)
    >>> y, states = cell(np.eye(3, dtype="float32")[[0, 2]], states)
    >>> expected_next, upper, unexpected = cell.split_output(y)
    >>> expected_next.shape, np.ravel(unexpected).tolist()
    (TensorShape([2, 3]), [1.0, 1.0])

    Reference: J. Schmidhuber, "Learning complex, extended sequences using the principle
    of history compression", Neural Computation 4, 1992.
    """

    states_without_gradient = (1, 3)
    states_apart = (1, 3)  # the last prediction, and the time

    def __init__(
        self,
        units: int,
        upper_units: int | None = None,
        output_activation: Any = "softmax",
        tolerance: float = 0.5,
        time_digits: int = 8,
        collapsed: bool = False,
        **kwargs: Any,
    ):
        super().__init__(units=units, **kwargs)
        self.upper_units = checks.positive_integer(
            "upper_units", self.units if upper_units is None else upper_units
        )
        self.output_activation = checks.activation(
            "output_activation", output_activation
        )
        self.tolerance = checks.positive("tolerance", tolerance)
        self.time_digits = checks.positive_integer("time_digits", time_digits)
        if self.time_digits > 8:
            raise ValueError(f"`time_digits` must be at most 8, got {time_digits!r}.")
        self.collapsed = checks.flag("collapsed", collapsed)
        self.features: Any = None

    @property
    def state_size(self) -> list:
        """The sizes of h, p, H and the time; that of p is known once it is built."""
        return [self.units, self.features, self.upper_units, 1]

    @property
    def output_size(self) -> Any:
        """The size of the output, known once the cell is built."""
        if self.features is None:
            return None
        return 2 * self.features + 1 + self.collapsed * 2 * self.upper_units

    @property
    def state_names(self) -> list[str]:
        """The names of the states in the equations."""
        return ["h", "p", "H", "τ"]

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        features = self.features = input_shape[-1]
        self._build_level("", self.units, features)
        self._build_level("upper_", self.upper_units, features)
        self.time_kernel = self.add_kernel(
            "time_kernel", (self.time_digits, self.upper_units)
        )
        if self.collapsed:
            self.state_kernel = self.add_kernel(
                "state_kernel", (self.units, self.upper_units)
            )
            self.state_bias = self.add_bias("state_bias", (self.upper_units,))

    def _build_level(self, level: str, units: int, features: int) -> None:
        def keep(name: str, add: Callable, shape: tuple) -> None:
            setattr(self, level + name, add(level + name, shape))

        keep("kernel", self.add_kernel, (features, units))
        keep("recurrent_kernel", self.add_recurrent_kernel, (units, units))
        keep("bias", self.add_bias, (units,))
        keep("output_kernel", self.add_kernel, (units, features))
        keep("output_bias", self.add_bias, (features,))

    def split_output(self, outputs: Any) -> list:
        """Return p, P and u, and if collapsed q and H, of outputs `(..., size)`."""
        sizes = [self.features, self.features, 1]
        sizes += [self.upper_units] * 2 * self.collapsed
        ends = [sum(sizes[: i + 1]) for i in range(len(sizes) - 1)]
        return ops.split(outputs, ends, axis=-1)

    def drive(self, inputs: Any) -> Any:
        """Return x_t, W x_t + b and W' x_t + b'."""
        lower = self.affine(inputs, self.kernel, self.bias)
        return inputs, lower, self.affine(inputs, self.upper_kernel, self.upper_bias)

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, p_t, H_t and u_t side by side, and the new states."""
        (x, to_lower, to_upper), (h, p, upper, time) = drive, states
        time = ops.round(ops.stop_gradient(time))
        wrong = ops.abs(ops.stop_gradient(p - x)) > self.tolerance
        wrong = ops.any(wrong, axis=-1, keepdims=True)
        unexpected = ops.logical_or(wrong, time < 1)
        h = self.activation(to_lower + dot(h, self.recurrent_kernel))
        p = dot(h, self.output_kernel, dropout=False)
        p = self.output_activation(
            p if self.output_bias is None else p + self.output_bias
        )
        heard = to_upper + dot(self._digits(time), self.time_kernel, dropout=False)
        new = heard + dot(upper, self.upper_recurrent_kernel, dropout=False)
        upper = ops.where(unexpected, self.activation(new), upper)
        longest = 2**self.time_digits - 1
        time = ops.where(unexpected, 1.0, ops.minimum(time + 1, longest))
        time = ops.cast(time, h.dtype)
        seen = self.named("u", ops.cast(unexpected, h.dtype))
        return ops.concatenate([h, p, upper, seen], axis=-1), [h, p, upper, time]

    def _digits(self, time: Any) -> Any:
        """Return a whole number `(batch, 1)` in binary digits `(batch, digits)`."""
        # One by one: of a division by all powers at once, TensorFlow 2.21 makes zeros
        # as it simplifies an exported graph.
        digits = [ops.mod(ops.floor(time / 2**k), 2) for k in range(self.time_digits)]
        return ops.concatenate(digits, axis=-1)

    def readout(self, emission: Any) -> Any:
        """Return p_t, P_t and u_t, and if collapsed q_t and H_t."""
        ends = [self.units, self.units + self.features]
        ends.append(ends[-1] + self.upper_units)
        h, p, upper, seen = ops.split(emission, ends, axis=-1)
        expected = self.affine(upper, self.upper_output_kernel, self.upper_output_bias)
        expected = self.named("P", self.output_activation(expected))
        outputs = [p, expected, seen]
        if self.collapsed:
            guess = self.affine(h, self.state_kernel, self.state_bias)
            outputs += [self.named("q", guess), upper]
        return ops.concatenate(outputs, axis=-1)

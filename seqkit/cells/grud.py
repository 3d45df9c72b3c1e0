"""The gated recurrent unit for readings with gaps."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.base import RecurrentCell

SMALL = {"class_name": "RandomUniform", "config": {"minval": 0.0, "maxval": 0.1}}


@keras.saving.register_keras_serializable("seqkit")
class GRUDCell(RecurrentCell):
    """Cell of the GRU-D: a missing reading decays from the last one to the mean.

    A reading that is missing is NaN in the input. With m_t ∈ {0, 1} for where a reading
    is there, δ_t the time since each channel last had one before this step, 0 at the
    first step, and x' the last reading:

        γ = exp(−max(0, w ⊙ δ_t + b_w))            of the inputs, channel by channel
        γ_h = exp(−max(0, W_γ δ_t + b_γ))          of the state
        x̂_t = m_t ⊙ x_t + (1 − m_t) ⊙ (γ ⊙ x' + (1 − γ) ⊙ mean)
        ĥ = γ_h ⊙ h_{t-1}
        z_t = σ(W_z x̂_t + U_z ĥ + V_z m_t + b_z)
        r_t = σ(W_r x̂_t + U_r ĥ + V_r m_t + b_r)
        n_t = tanh(W_n x̂_t + U_n (r_t ⊙ ĥ) + V_n m_t + b_n)
        h_t = (1 − z_t) ⊙ ĥ + z_t ⊙ n_t

    z is the share that is new, as in the paper; in `GRUCell` it is the share that is
    kept. Before a channel's first reading x' is the mean.

    Weights, of C channels, blocks in the order z, r, n: `kernel` `(C, 3 units)` (W),
    `mask_kernel` `(C, 3 units)` (V), `recurrent_kernel` `(units, 3 units)` (U), `bias`
    `(3 units,)`, `input_decay` `(C,)` (w), `input_decay_bias` `(C,)`, `state_decay`
    `(C, units)` (W_γ), `state_decay_bias` `(units,)`, and the means `(C,)`, which are
    not trained. The states are h, x' − mean, and δ of the next step, the latter unless
    the inputs have it.

    Args:
        activation: function of n, tanh above.
        recurrent_activation: activation of the gates, σ above.
        deltas: whether the inputs hold δ_t, in any unit of time, after the readings:
            2 C features. Otherwise every step takes one unit of time.

    Example:
    >>> cell = GRUDCell(4)
    >>> cell.build((None, 2))
    >>> states = cell.get_initial_state(batch_size=1)
    >>> y, states = cell(np.array([[1.0, np.nan]], "float32"), states)
    >>> y.shape, bool(np.isfinite(y).all())
    (TensorShape([1, 4]), True)

    Reference: Z. Che, S. Purushotham, K. Cho, D. Sontag, Y. Liu, "Recurrent neural
    networks for multivariate time series with missing values", Scientific Reports 8,
    2018 (arXiv 1606.01865).
    """

    accepts_missing = True  # NaN in an input is a reading that is missing

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        deltas: bool = False,
        **kwargs: Any,
    ):
        super().__init__(units=units, activation=activation, **kwargs)
        self.recurrent_activation = checks.activation(
            "recurrent_activation", recurrent_activation
        )
        self.deltas = checks.flag("deltas", deltas)
        self.channels: int | None = None

    @property
    def state_size(self) -> list:
        """The sizes of h, of the last readings, and of δ where it is counted here.

        Those of the latter two are known once the cell is built.
        """
        sizes = [self.units, self.channels]
        return sizes if self.deltas else [*sizes, self.channels]

    @property
    def states_apart(self) -> range:  # type: ignore[override]
        """The places of the last readings, and of the time since."""
        return range(1, len(self.state_size))

    @property
    def output_size(self) -> int:
        """The size of the output."""
        return self.units

    @property
    def state_names(self) -> list[str]:
        """The names of the states in the equations."""
        names = ["h", "x' − mean"]
        return names if self.deltas else [*names, "δ"]

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        features, units = input_shape[-1], self.units
        if self.deltas and features % 2:
            raise ValueError(
                "`inputs` of GRUD with deltas=True must have a δ for each channel, got "
                f"{features} features."
            )
        channels = self.channels = features // 2 if self.deltas else features
        self.kernel = self.add_kernel("kernel", (channels, 3 * units))
        self.mask_kernel = self.add_kernel("mask_kernel", (channels, 3 * units))
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (units, 3 * units)
        )
        self.bias = self.add_bias("bias", (3 * units,))
        self.input_decay = self._add_decay("input_decay", (channels,))
        self.input_decay_bias = self.add_bias("input_decay_bias", (channels,))
        self.state_decay = self._add_decay("state_decay", (channels, units))
        self.state_decay_bias = self.add_bias("state_decay_bias", (units,))
        self.means = self.add_weight(
            shape=(channels,), name="means", initializer="zeros", trainable=False
        )

    def _add_decay(self, name: str, shape: tuple) -> Any:
        initializer = keras.initializers.get(SMALL)
        return self.add_weight(shape=shape, name=name, initializer=initializer)

    def get_initial_state(self, batch_size: Any = None) -> list:
        """Return states of zeros.

        Raises:
            ValueError: the cell is not built, so that its states' sizes are unknown.
        """
        if self.channels is None:
            raise ValueError(
                "The states of GRUD have a size for each channel: build it first."
            )
        return super().get_initial_state(batch_size)

    def get_dropout_mask(self, step_input: Any) -> Any:
        """Return the mask of the inputs' dropout, which leaves δ as it is."""
        mask = super().get_dropout_mask(step_input)
        if mask is None or not self.deltas:
            return mask
        readings, rest = ops.split(mask, 2, axis=-1)
        return ops.concatenate([readings, ops.ones_like(rest)], axis=-1)

    def drive(self, inputs: Any) -> Any:
        """Return m_t, m_t ⊙ (x_t − mean), V m_t + b, and δ_t where the input has it."""
        readings, *deltas = ops.split(inputs, 2, axis=-1) if self.deltas else [inputs]
        there, means = ops.logical_not(ops.isnan(readings)), self.means.value
        deviation = ops.where(there, readings, means) - means
        there = ops.cast(there, readings.dtype)
        return there, deviation, self.affine(there, self.mask_kernel, self.bias), deltas

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t; and h_t, the last readings and δ of the next step."""
        there, deviation, from_mask, deltas = drive
        h, last = states[:2]
        delta = deltas[0] if self.deltas else states[2]
        decay = self._decay(delta * self.input_decay, self.input_decay_bias)
        shrunk = self.named("γ", decay) * last
        estimate = there * deviation + (1 - there) * shrunk + self.means
        estimate = self.named("x̂", estimate)
        by_delta = dot(delta, self.state_decay, dropout=False)
        decay = self.named("γ_h", self._decay(by_delta, self.state_decay_bias))
        h = self.named("ĥ", decay * h)
        h = self._gated(dot(estimate, self.kernel, dropout=False) + from_mask, h, dot)
        last = there * deviation + (1 - there) * last
        return h, [h, last] if self.deltas else [h, last, 1 + (1 - there) * delta]

    def _decay(self, rate: Any, bias: Any) -> Any:
        return ops.exp(-ops.relu(rate if bias is None else rate + bias))

    def _gated(self, from_input: Any, h: Any, dot: Callable) -> Any:
        split = [2 * self.units]
        x_gates, x_n = ops.split(from_input, split, axis=-1)
        kernel, kernel_n = ops.split(self.recurrent_kernel, split, axis=-1)
        gates = ops.split(x_gates + dot(h, kernel), 2, axis=-1)
        z, r = map(self.recurrent_activation, gates)
        z, r = self.named("z", z), self.named("r", r)
        n = self.named("n", self.activation(x_n + dot(r * h, kernel_n)))
        return (1 - z) * h + z * n

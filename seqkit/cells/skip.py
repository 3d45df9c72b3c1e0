"""Skip RNN: steps that leave the state as it is."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.composite import WrapperCell


@keras.saving.register_keras_serializable("seqkit")
class SkipCell(WrapperCell):
    """A cell that learns at which steps to update its state.

        a_t  = a_{t-1} + min(Δ_{t-1}, 1 − a_{t-1})
        u_t  = round(a_t)                               0: the step is skipped
        s_t  = u_t cell(s_{t-1}, x_t) + (1 − u_t) s_{t-1}
        Δ_t  = u_t σ(w · c_t + b) + (1 − u_t) Δ_{t-1}
        and a_t is carried on as (1 − u_t) a_t

    c_t is the cell's last state: c of an LSTM, h of a GRU. The gradient of the rounding
    is that of the identity. The output of a step that is skipped is the one before.

    Weights: `update_kernel` w `(size, 1)`, `update_bias` b `(1,)`, at first 1; then
    those of the cell inside. The states are the cell's, its last output y, Δ, a, and
    how many steps were updates, exact up to 2,048 in float16 and 256 in bfloat16. Δ
    starts at 1, so that the first step is an update.

    Args:
        layer: a cell, or a layer over one.
        return_updates: whether u_t stands after the output, as one more feature.
        budget: λ, at least 0: layers add the loss λ Σ_t u_t, the mean over the rows, to
            the model's.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    Example:
    >>> from seqkit.cells import GRUCell
    >>> cell = SkipCell(GRUCell(4), return_updates=True)
    >>> y, states = cell(np.ones((1, 3), "float32"), cell.get_initial_state(1))
    >>> y.shape, float(y[0, -1])
    (TensorShape([1, 5]), 1.0)

    Reference: V. Campos et al., "Skip RNN: learning to skip state updates in recurrent
    neural networks", ICLR 2018 (arXiv 1708.06834).
    """

    part_names = ("cell",)

    def __init__(
        self,
        layer: Any,
        return_updates: bool = False,
        budget: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(layer=layer, **kwargs)
        self.return_updates = checks.flag("return_updates", return_updates)
        self.budget = checks.not_negative("budget", budget)

    @property
    def state_size(self) -> list[int]:
        """The sizes of the cell's states, of y, Δ, a, and the number of updates."""
        return [*super().state_size, super().output_size, 1, 1, 1]

    @property
    def state_names(self) -> list[str]:
        """The names of the states in the equations."""
        return [*super().state_names, "y", "Δ", "(1 − u) a", "Σ u"]

    @property
    def states_apart(self) -> list[int]:  # type: ignore[override]
        """The places of states that are no units: the last four, and some inside."""
        count = len(self.layer.state_sizes)
        return [*super().states_apart, *range(count, count + 4)]

    @property
    def output_size(self) -> int:
        """The size of the output, with u_t."""
        return super().output_size + self.return_updates

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        super().build(input_shape)
        size = self.layer.state_sizes[-1]
        self.update_kernel = self.add_weight(
            shape=(size, 1), initializer="glorot_uniform", name="update_kernel"
        )
        self.update_bias = self.add_weight(
            shape=(1,), initializer="ones", name="update_bias"
        )

    def get_initial_state(self, batch_size: Any = None) -> list:
        """Return the cell's first states; y = 0, Δ = 1, a = 0, no update."""
        dtype, size = self.compute_dtype, super().output_size
        return [
            *super().get_initial_state(batch_size),
            ops.zeros((batch_size, size), dtype),
            ops.ones((batch_size, 1), dtype),
            *(ops.zeros((batch_size, 1), dtype) for _ in range(2)),
        ]

    def step(
        self, drive: Any, states: Sequence, dot: Any, noise: Any = None
    ) -> tuple[Any, list]:
        """Return y_t and the new states."""
        *inside, y, delta, a, count = states
        a = self.named("a", a + ops.minimum(delta, 1 - a))
        rounded = ops.cast(a >= 0.5, a.dtype)
        u = self.named("u", a + ops.stop_gradient(rounded - a))
        emission, after = self.run_part(0, drive, inside, dot, noise)
        output = self.read_part(0, emission, dot)

        def mixed(new: Any, old: Any) -> Any:
            return u * new + (1 - u) * old

        new = [mixed(*pair) for pair in zip(after, inside, strict=True)]
        y = mixed(output, y)
        score = dot(new[-1], self.update_kernel) + self.update_bias
        delta = mixed(ops.sigmoid(score), delta)
        emitted = ops.concatenate([y, u], axis=-1) if self.return_updates else y
        return emitted, [*new, y, delta, (1 - u) * a, count + u]

    def sequence_loss(self, first: Sequence, last: Sequence) -> Any:
        """Return the loss of the updates, and what the cell inside adds, or None."""
        inside = super().sequence_loss(first, last)
        if not self.budget:
            return inside
        updates = ops.cast(last[-1] - first[-1], keras.config.floatx())
        loss = self.budget * ops.mean(updates)
        return loss if inside is None else loss + inside

    def readout(self, emission: Any) -> Any:
        """Return y_t as it is."""
        return emission

"""States to start from that are learned, or random."""

from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.composite import WrapperCell

KINDS = ("zeros", "random", "learned")


@keras.saving.register_keras_serializable("seqkit")
class LearnedInitialStateCell(WrapperCell):
    """A cell with another state before its first step.

        s_0 = θ               kind="learned": a weight for each state, at first zero
        s_0 ~ N(0, stddev²)   kind="random": drawn in every call, for each row
        s_0 = 0               kind="zeros"

    Weights: with "learned", `first_state_0` `(size,)` and so on, one for each state,
    then those of the cell inside.

    Args:
        layer: a cell, or a layer over one.
        kind: "learned", "random" or "zeros".
        stddev: standard deviation of random states, above 0; `None` takes 0.1. Only
            with "random".
        seed: integer that fixes random states.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    A stateful layer starts from the learned states where it is built or its states are
    reset, and no gradient reaches them.

    Raises:
        ValueError: an argument is out of its range.

    Example:
    >>> from seqkit.cells import GRUCell
    >>> cell = LearnedInitialStateCell(GRUCell(4))
    >>> cell.build((None, 3))
    >>> cell.weights[0].name, cell.get_initial_state(5)[0].shape
    ('first_state_0', TensorShape([5, 4]))

    Reference: M. Mozer, "Neural network music composition by prediction", 1994; as
    zeros, noise and a trained weight, H.-G. Zimmermann et al., "Forecasting with
    recurrent neural networks: 12 tricks", 2012.
    """

    def __init__(
        self,
        layer: Any,
        kind: str = "learned",
        stddev: float | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(layer=layer, **kwargs)
        self.kind = checks.one_of("kind", kind, KINDS)
        self.stddev = stddev
        if stddev is not None:
            self.stddev = checks.positive("stddev", stddev)
            if kind != "random":
                raise ValueError(
                    f'`stddev` goes with kind="random", got kind={kind!r}.'
                )
        self.seed = checks.seed(seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        super().build(input_shape)
        if self.kind == "learned":
            self.first_states = [
                self.add_weight(
                    shape=(size,), initializer="zeros", name=f"first_state_{k}"
                )
                for k, size in enumerate(self.state_sizes)
            ]

    def get_initial_state(self, batch_size: Any = None) -> list:
        """Return the states before the first step."""
        zeros = super().get_initial_state(batch_size)
        if self.kind == "zeros":
            return [ops.zeros_like(state) for state in zeros]
        if self.kind == "learned" and self.built:
            return [
                ops.zeros_like(zero) + ops.cast(first, zero.dtype)
                for zero, first in zip(zeros, self.first_states, strict=True)
            ]
        if self.kind == "learned":
            return zeros
        stddev = 0.1 if self.stddev is None else self.stddev
        return [
            keras.random.normal(
                ops.shape(zero),
                stddev=stddev,
                dtype=zero.dtype,
                seed=self.seed_generator,
            )
            for zero in zeros
        ]

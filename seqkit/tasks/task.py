"""What a task is."""

from dataclasses import dataclass
from typing import Any

import numpy as np

SQUARES = "mean_squared_error"
ENTROPY = "sparse_categorical_crossentropy"


@dataclass(frozen=True)
class Task:
    """Inputs, targets and the losses between which a model's lies.

    Args:
        inputs: (n, time, features), float32.
        targets: at every step, (n, time, values) or, of classes, (n, time); or at the
            end of a sequence, (n, values) or (n,).
        loss: "mean_squared_error"; or of classes "sparse_categorical_crossentropy", in
            nats, of probabilities or logits.
        outputs: how many values or classes a model gives.
        correct: the loss of a model that has solved the task.
        blind: the least loss of a model that does not see the inputs.
        weights: (n, time), 1 where a target counts and 0 elsewhere; None where all do.
    """

    inputs: np.ndarray
    targets: np.ndarray
    loss: str
    outputs: int
    correct: float
    blind: float
    weights: np.ndarray | None = None

    @property
    def at_every_step(self) -> bool:
        """Whether there is a target at every step, not at the end alone."""
        return self.targets.ndim == (2 if self.loss == ENTROPY else 3)


def checked(name: str, value: Any, least: int) -> int:
    """Return a whole number of at least so many.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__") or value < least:
        raise ValueError(f"`{name}` must be an integer from {least} on, got {value!r}.")
    return int(value)


def one_hot(symbols: np.ndarray, count: int) -> np.ndarray:
    """Return symbols (...) as vectors (..., count), float32."""
    return np.eye(count, dtype="float32")[symbols]

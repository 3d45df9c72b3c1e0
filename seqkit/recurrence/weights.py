"""A cell's weights as tensors that a compiled function is given."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import tensorflow as tf

from seqkit.keras_internals import AutocastScope


@contextlib.contextmanager
def reading(cell: Any, weights: Sequence[Any]) -> Iterator[None]:
    """Inside, the variables of a cell, or of its equations, have these values."""
    mapping = list(zip(cell.weights, weights, strict=True))
    scope = keras.StatelessScope(state_mapping=mapping)
    with scope, AutocastScope(cell.compute_dtype):
        yield


def values(cell: Any) -> list:
    """Return a cell's weights as tensors, in the dtype in which they are stored."""
    with AutocastScope(None):
        return [tf.convert_to_tensor(weight.value) for weight in cell.weights]

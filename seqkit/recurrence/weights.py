"""A cell's weights as tensors that a compiled function is given."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import tensorflow as tf

from seqkit.cells.base import RecurrentCell
from seqkit.keras_internals import AutocastScope


@contextlib.contextmanager
def reading(cell: RecurrentCell, weights: Sequence[Any]) -> Iterator[None]:
    """Inside, the cell's variables have the values of these tensors."""
    mapping = list(zip(cell.weights, weights, strict=True))
    scope = keras.StatelessScope(state_mapping=mapping)
    with scope, AutocastScope(cell.compute_dtype):
        yield


def values(cell: RecurrentCell) -> list:
    """Return the cell's weights as tensors, in the dtype in which they are stored."""
    with AutocastScope(None):
        return [tf.convert_to_tensor(weight.value) for weight in cell.weights]

"""A cell's weights as tensors that a compiled function is given."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import tensorflow as tf

from seqkit.cells.base import given_values
from seqkit.keras_internals import AutocastScope


@contextlib.contextmanager
def reading(cell: Any, weights: Sequence[Any]) -> Iterator[None]:
    """Inside, the variables of a cell, or of its equations, have these values."""
    with given_values(cell, weights), AutocastScope(cell.compute_dtype):
        yield


def values(cell: Any) -> list:
    """Return a cell's weights as tensors, in the dtype in which they are stored."""
    with AutocastScope(None):
        return [tf.convert_to_tensor(weight.value) for weight in cell.weights]

"""Which cells have the same equations and sizes, and can share compiled functions."""

import inspect
from collections.abc import Hashable
from typing import Any

import numpy as np

from seqkit.cells.base import Cell
from seqkit.signature import argument_names

# Arguments that change no equation: where first weights come from, and what acts on
# weights outside the loop.
_APART = ("initializer", "regularizer", "constraint", "seed")
_UNKNOWN = object()


def kind_of(cell: Cell) -> Hashable | None:
    """Return what is equal for cells whose compiled functions are the same.

    That is so for the cells of this package, which their arguments and their weights'
    shapes determine; None for a cell of which that is not known.
    """
    try:
        return _kind(cell)
    except _UnknownError:
        return None


class _UnknownError(Exception):
    """A value of which it is not known what makes another equal."""


def _kind(cell: Cell) -> Hashable:
    cls = type(cell)
    if cls.__module__.partition(".")[0] != "seqkit":
        raise _UnknownError
    arguments = tuple(
        (name, _value(getattr(cell, name, _UNKNOWN)))
        for name in argument_names(inspect.signature(cls))
        if not name.endswith(_APART)
    )
    weights = tuple((tuple(w.shape), w.dtype) for w in cell.weights)
    return cls, arguments, weights, cell.compute_dtype


def _value(value: Any) -> Hashable:
    if value is None or isinstance(value, (bool, int, float, complex, str)):
        return type(value), value
    if isinstance(value, np.generic):
        return type(value), value.item()
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, value.tobytes()
    if isinstance(value, (list, tuple)):
        return tuple(map(_value, value))
    if isinstance(value, dict):
        return tuple((key, _value(each)) for key, each in sorted(value.items()))
    if isinstance(value, Cell):
        return _kind(value)
    if inspect.isfunction(value) and value.__closure__ is None:
        return value
    raise _UnknownError

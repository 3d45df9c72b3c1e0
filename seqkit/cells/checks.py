"""Checks of constructor arguments: an argument out of its range raises.

NumPy's scalars are taken for numbers, and come back as Python's, fit for a config.
"""

import math
import reprlib
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from seqkit.keras_internals import call_error
from seqkit.scalars import is_number, plain


def positive_integer(name: str, value: Any) -> int:
    """Return the value if it is a positive integer."""
    number = plain(value)
    if not isinstance(number, int) or isinstance(number, bool) or number <= 0:
        raise ValueError(f"`{name}` must be a positive integer, got {value!r}.")
    return number


def rate(name: str, value: Any) -> float:
    """Return the value if it lies in [0, 1)."""
    number = plain(value)
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise ValueError(f"`{name}` must be a number in [0, 1), got {value!r}.")
    if not 0 <= number < 1:
        raise ValueError(f"`{name}` must lie in [0, 1), got {value!r}.")
    return number


def flag(name: str, value: Any) -> bool:
    """Return the value if it is True or False, or 1 or 0 for them."""
    if not isinstance(plain(value), int) or plain(value) not in (0, 1):
        raise ValueError(f"`{name}` must be True or False, got {value!r}.")
    return bool(value)


def seed(value: Any) -> int | None:
    """Return the value if it is an integer or None."""
    number = plain(value)
    if number is None or (isinstance(number, int) and not isinstance(number, bool)):
        return number
    raise ValueError(f"`seed` must be an integer or None, got {value!r}.")


def natural_number(name: str, value: Any) -> int:
    """Return the value if it is an integer from 0 on."""
    number = plain(value)
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise ValueError(f"`{name}` must be an integer from 0 on, got {value!r}.")
    return number


def number(name: str, value: Any) -> float:
    """Return the value if it is a finite number."""
    found = plain(value)
    if not is_number(found) or not math.isfinite(found):
        raise ValueError(f"`{name}` must be a finite number, got {value!r}.")
    return float(found)


def positive(name: str, value: Any) -> float:
    """Return the value if it is a positive, finite number."""
    number = plain(value)
    if not is_number(number) or not 0 < number < math.inf:
        raise ValueError(f"`{name}` must be a positive number, got {value!r}.")
    return float(number)


def not_negative(name: str, value: Any) -> float:
    """Return the value if it is a finite number from 0 on."""
    number = plain(value)
    if not is_number(number) or not 0 <= number < math.inf:
        raise ValueError(f"`{name}` must be a number from 0 on, got {value!r}.")
    return float(number)


def probability(name: str, value: Any) -> float:
    """Return the value if it lies in [0, 1]."""
    number = plain(value)
    if not is_number(number) or not 0 <= number <= 1:
        raise ValueError(f"`{name}` must be a number in [0, 1], got {value!r}.")
    return float(number)


def share(name: str, value: Any) -> float:
    """Return the value if it lies in (0, 1]."""
    number = plain(value)
    if not is_number(number) or not 0 < number <= 1:
        raise ValueError(f"`{name}` must be a number in (0, 1], got {value!r}.")
    return float(number)


def float_dtype(layer: Any) -> None:
    """Raise unless a layer computes in floating point."""
    if "float" not in layer.compute_dtype:
        raise ValueError(
            f"`dtype` must be a floating point dtype, or a policy over one, got "
            f"{layer.dtype_policy.name!r}."
        )


def array(name: str, values: Any, rank: int | None, finite: bool = True) -> np.ndarray:
    """Return the values as an array of float64 if they are numbers, with that rank.

    Args:
        name: what an error calls them.
        values: the values.
        rank: how many axes they must have; None for any number.
        finite: whether NaN and infinity are refused.
    """
    try:
        found = np.asarray(values)
        kind = found.dtype.kind
    except (TypeError, ValueError):  # rows of several lengths
        kind = "O"
    if kind not in "biuf":
        got = reprlib.repr(values).partition("\n")[0]
        raise ValueError(f"`{name}` must be an array of real numbers, got {got}.")
    if rank is not None and found.ndim != rank:
        raise ValueError(f"`{name}` must have {rank} axes, got {found.ndim}.")
    if finite and not np.isfinite(found).all():
        raise ValueError(f"`{name}` must be finite, got NaN or infinity.")
    return found.astype("float64")


def one_of(name: str, value: Any, choices: Sequence) -> Any:
    """Return the value if it is one of the choices."""
    value = plain(value)
    if isinstance(value, np.ndarray) or value not in choices:
        raise ValueError(f"`{name}` must be one of {list(choices)}, got {value!r}.")
    return value


def unroll(value: Any) -> bool | int:
    """Return the value if it is False, True or a positive integer."""
    number = plain(value)
    return number if isinstance(number, bool) else positive_integer("unroll", value)


def recompute(value: Any) -> bool | int:
    """Return the value if it is False, True or a positive integer."""
    number = plain(value)
    return number if isinstance(number, bool) else positive_integer("recompute", value)


def activation(name: str, value: Any) -> Any:
    """Return the activation that Keras knows by the value."""
    return _of_keras(name, value, keras.activations, "an activation")


def initializer(name: str, value: Any) -> Any:
    """Return the initializer that Keras knows by the value."""
    return _of_keras(name, value, keras.initializers, "an initializer")


def regularizer(name: str, value: Any) -> Any:
    """Return the regularizer that Keras knows by the value."""
    return _of_keras(name, value, keras.regularizers, "a regularizer")


def constraint(name: str, value: Any) -> Any:
    """Return the constraint that Keras knows by the value."""
    return _of_keras(name, value, keras.constraints, "a constraint")


def _of_keras(name: str, value: Any, module: Any, kind: str) -> Any:
    try:
        return module.get(value)
    except (TypeError, ValueError):
        raise ValueError(
            f"`{name}` must be {kind} of Keras, its name or a function, got {value!r}."
        ) from None


def product(vector: Any, kernel: Any) -> None:
    """Raise unless a vector `(batch, n)` and a kernel `(n, m)` can be multiplied."""
    shapes = tuple(vector.shape), tuple(kernel.shape)
    if any(len(shape) != 2 for shape in shapes) or (
        None not in (shapes[0][1], shapes[1][0]) and shapes[0][1] != shapes[1][0]
    ):
        raise call_error(
            f"`dot` takes a vector (batch, n) and a kernel (n, m), got the shapes "
            f"{shapes[0]} and {shapes[1]}."
        )


def step(cell: Any, found: Any, states: Sequence) -> tuple[Any, list]:
    """Return what a cell's step emits and its new states, which must be like the old.

    Args:
        cell: the cell.
        found: what its `step` returned.
        states: the states before the step.
    """
    rule = f"`step` of {type(cell).__name__} must return"
    pair = isinstance(found, (tuple, list)) and len(found) == 2
    new = found[1] if pair else None
    if not isinstance(new, (tuple, list)):
        raise call_error(
            f"{rule} what it emits and a list of states, got {reprlib.repr(found)}."
        )
    if len(new) != len(states):
        raise call_error(f"{rule} {len(states)} states, as it gets, got {len(new)}.")
    for one, other in zip(new, states, strict=True):
        (shape, dtype), (wanted, wanted_dtype) = map(_shape_and_dtype, (one, other))
        sizes = zip(shape, wanted, strict=False)
        if (len(shape), dtype) != (len(wanted), wanted_dtype) or any(
            None not in pair and pair[0] != pair[1] for pair in sizes
        ):
            raise call_error(
                f"{rule} states of the shape {wanted} in {wanted_dtype}, as it gets, "
                f"got {shape} in {dtype}."
            )
    return found[0], list(new)


def _shape_and_dtype(tensor: Any) -> tuple[tuple, str]:
    return tuple(tensor.shape), keras.backend.standardize_dtype(tensor.dtype)

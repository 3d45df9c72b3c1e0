"""Rules that arguments of this package must keep; each error says what came."""

from typing import Any

import numpy as np

from seqkit.errors import InputError
from seqkit.scalars import is_number, plain


def numbers(name: str, values: Any, dimensions: str) -> np.ndarray:
    """Give values as float64; NaN, or what is masked, is a missing reading.

    Args:
        name: Of the argument, for the message.
        values: Anything that NumPy makes an array of; infinity is an error.
        dimensions: What the dimensions must be: `"time, channels"`.

    Raises:
        InputError: Not numbers, infinite, or of another number of dimensions.

    Example:
        >>> numbers("values", [[1, 2]], "time, channels").dtype
        dtype('float64')
        >>> numbers("values", [1, 2], "time, channels")
        Traceback (most recent call last):
        ...
        seqkit.errors.InputError: values must be of shape (time, channels); got (2,)
    """
    try:
        if isinstance(values, np.ma.MaskedArray):
            values = np.ma.filled(values.astype(np.float64), np.nan)
        array = np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must be numbers: {error}") from error
    if array.ndim != len(dimensions.split(", ")):
        raise InputError(f"{name} must be of shape ({dimensions}); got {array.shape}")
    if np.isinf(array).any():
        first = tuple(int(i) for i in np.argwhere(np.isinf(array))[0])
        raise InputError(f"{name} must be finite or missing; infinite at {first}")
    return array


def some(name: str, values: np.ndarray, least: int = 1) -> np.ndarray:
    """Give the values that are not missing, of which there must be some: (n,).

    Raises:
        InputError: There are fewer than `least`.
    """
    found = values[~np.isnan(values)]
    if len(found) < least:
        raise InputError(
            f"{name} must hold at least {least} values that are not missing; "
            f"got {len(found)}"
        )
    return found


def between(name: str, value: float, low: float, high: float) -> None:
    """Check low < value < high.

    Raises:
        InputError: It is not so.
    """
    if not is_number(value) or not low < value < high:
        raise InputError(
            f"{name} must be more than {low:g} and less than {high:g}; got "
            f"{plain(value)!r}"
        )


def flags(name: str, values: Any) -> np.ndarray:
    """Give values of 0 and 1, or of truth, as booleans: (time,).

    Raises:
        InputError: Other values, or another number of dimensions.
    """
    array = np.asarray(values)
    if array.ndim != 1 or not np.isin(array, (0, 1)).all():
        raise InputError(f"{name} must be of shape (time,) and hold only 0 and 1")
    return array.astype(bool)


def same_length(**arrays: Any) -> None:
    """Check that all have the same length.

    Raises:
        InputError: They have not; the message has every length.
    """
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise InputError(f"lengths must be equal; got {said}")

"""Numbers that come from NumPy."""

from typing import Any

import numpy as np

from seqkit.errors import InputError


def plain(value: Any) -> Any:
    """Return a NumPy scalar as a number of Python, anything else as it is.

    Example:
    >>> plain(np.float32(0.5)), plain(np.array(3)), plain("three")
    (0.5, 3, 'three')
    """
    if isinstance(value, (np.generic, np.ndarray)) and value.ndim == 0:
        return value.item()
    return value


def is_number(value: Any) -> bool:
    """Return whether a value is a number of Python or NumPy, and no boolean.

    Example:
    >>> [is_number(value) for value in (1, np.float32(0.5), True, "1", None)]
    [True, True, False, False, False]
    """
    value = plain(value)
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def at_least(name: str, value: Any, least: float) -> Any:
    """Return the value if it is a number not below that.

    Raises:
        InputError: It is not so.

    Example:
    >>> at_least("size", 0, 1)
    Traceback (most recent call last):
    ...
    seqkit.errors.InputError: size must be at least 1; got 0
    """
    if not is_number(value) or not value >= least:
        raise InputError(f"{name} must be at least {least}; got {plain(value)!r}")
    return value

"""Checks of constructor arguments: an argument out of its range raises."""

from collections.abc import Sequence
from typing import Any


def positive_integer(name: str, value: Any) -> int:
    """Return the value if it is a positive integer."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or value <= 0:
        raise ValueError(f"`{name}` must be a positive integer, got {value!r}.")
    return int(value)


def rate(name: str, value: Any) -> float:
    """Return the value if it lies in [0, 1)."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"`{name}` must be a number in [0, 1), got {value!r}.")
    if not 0 <= value < 1:
        raise ValueError(f"`{name}` must lie in [0, 1), got {value!r}.")
    return value


def one_of(name: str, value: Any, choices: Sequence) -> Any:
    """Return the value if it is one of the choices."""
    if value not in choices:
        raise ValueError(f"`{name}` must be one of {list(choices)}, got {value!r}.")
    return value


def unroll(value: Any) -> bool | int:
    """Return the value if it is False, True or a positive integer."""
    return value if isinstance(value, bool) else positive_integer("unroll", value)

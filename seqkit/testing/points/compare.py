"""Comparisons that say what differs, where and by how much."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqkit.testing.subject import arrays

# Largest difference allowed, relative to values of the order of one. Sums of a few
# products and a handful of steps stay well inside.
TOLERANCE = {"float32": 2e-5, "float64": 1e-9}


def same(found: Any, expected: Any, what: str, tolerance: float | None = None) -> None:
    """Raise unless two results hold the same arrays.

    Args:
        found: What the layer gave: arrays, tensors, nested as it likes.
        expected: What it should have given.
        what: What is compared, for the message.
        tolerance: Largest difference allowed, relative to one or to the value;
            by default that of the dtype.

    Raises:
        AssertionError: If number, shapes or values differ.

    Example:
        >>> same([np.zeros(2)], [np.zeros(2)], "nothing")
        >>> same([np.zeros(2)], [np.ones(2)], "outputs")
        Traceback (most recent call last):
            ...
        AssertionError: outputs: value 0 of 1 differs by 1, at (0,): 0.0, expected 1.0
    """
    found, expected = arrays(found), arrays(expected)
    if len(found) != len(expected):
        raise AssertionError(f"{what}: {len(found)} values, expected {len(expected)}")
    for i, (a, b) in enumerate(zip(found, expected, strict=True)):
        name = f"{what}: value {i} of {len(found)}"
        if a.shape != b.shape:
            raise AssertionError(f"{name} has shape {a.shape}, expected {b.shape}")
        _same_values(a, b, name, tolerance)


def _same_values(
    a: np.ndarray, b: np.ndarray, name: str, tolerance: float | None
) -> None:
    if tolerance is None:
        tolerance = max(TOLERANCE.get(v.dtype.name, 0.0) for v in (a, b))
    a, b = a.astype("float64"), b.astype("float64")
    wrong = ~(np.abs(a - b) <= tolerance * np.maximum(1.0, np.abs(b)))  # NaN is wrong
    if wrong.any():
        distance = np.where(np.isnan(a - b), np.inf, np.abs(a - b)) * wrong
        at = tuple(int(i) for i in np.unravel_index(distance.argmax(), a.shape))
        raise AssertionError(
            f"{name} differs by {distance.max():.3g}, at {at}: {a[at]}, "
            f"expected {b[at]}"
        )


def different(a: Any, b: Any, what: str) -> None:
    """Raise if two results are equal in every value."""
    pairs: Sequence = list(zip(arrays(a), arrays(b), strict=True))
    if all(np.array_equal(x, y) for x, y in pairs):
        raise AssertionError(f"{what}: no difference, where there must be one")


def require(condition: Any, message: str) -> None:
    """Raise an AssertionError with the message unless the condition holds."""
    if not condition:
        raise AssertionError(message)

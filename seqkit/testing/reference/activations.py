"""Elementwise activations beside their derivatives, NumPy."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Activation(NamedTuple):
    """A function y = f(a), and its slope f'(a) written in terms of y."""

    value: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]


ACTIVATIONS = {
    "hard_sigmoid": Activation(
        lambda a: np.clip(a / 6.0 + 0.5, 0.0, 1.0),
        lambda y: np.where((y > 0.0) & (y < 1.0), 1.0 / 6.0, 0.0),
    ),
    "linear": Activation(lambda a: a, np.ones_like),
    "relu": Activation(lambda a: np.maximum(a, 0.0), lambda y: np.float64(y > 0.0)),
    "sigmoid": Activation(lambda a: 1.0 / (1.0 + np.exp(-a)), lambda y: y * (1.0 - y)),
    "softsign": Activation(
        lambda a: a / (1.0 + np.abs(a)), lambda y: (1.0 - np.abs(y)) ** 2
    ),
    "tanh": Activation(np.tanh, lambda y: 1.0 - y * y),
}


def activation_named(name: str) -> Activation:
    """Return the activation of that Keras name.

    Args:
        name: One of `ACTIVATIONS`.

    Returns:
        The function and its slope.

    Raises:
        ValueError: If there is no such activation here.

    Example:
        >>> f = activation_named("sigmoid")
        >>> float(f.value(np.float64(0.0))), float(f.slope(np.float64(0.5)))
        (0.5, 0.25)
    """
    if name not in ACTIVATIONS:
        raise ValueError(
            f"`name` must be one of {sorted(ACTIVATIONS)}. Received: name={name!r}"
        )
    return ACTIVATIONS[name]

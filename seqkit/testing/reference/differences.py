"""Finite differences: what every derivative here is measured against."""

from collections.abc import Callable

import numpy as np


def numerical_gradient(
    function: Callable[[np.ndarray], float], point: np.ndarray, step: float = 1e-6
) -> np.ndarray:
    """Estimate the gradient of a function by central differences, in float64.

        ∂f/∂x_i ≈ (f(x + ε e_i) − f(x − ε e_i)) / 2ε

    Args:
        function: From an array of the shape of `point` to a number.
        point: Where, any shape; left as it is.
        step: ε.

    Returns:
        The gradient, in the shape of `point`; its error is of the order of ε².

    Example:
        >>> numerical_gradient(lambda x: (x**2).sum(), np.array([1.0, 3.0])).round(6)
        array([2., 6.])
    """
    gradient = np.zeros(point.shape)
    for index in np.ndindex(point.shape):
        shift = np.zeros(point.shape)
        shift[index] = step
        gradient[index] = (function(point + shift) - function(point - shift)) / (
            2.0 * step
        )
    return gradient

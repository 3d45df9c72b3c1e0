"""Ridge regression from sums over rows, so that a long series needs no long table."""

from dataclasses import dataclass

import numpy as np

_STRENGTHS = (1e-6, 1e-4, 1e-2, 1.0)


@dataclass
class Moments:
    """What least squares needs to know of rows x and y: their sums and products.

    Args:
        inputs: Number of entries of x.
        outputs: Number of entries of y.
    """

    inputs: int
    outputs: int

    def __post_init__(self) -> None:
        self.count = 0
        self.sum = np.zeros(self.inputs + self.outputs)
        self.products = np.zeros((self.inputs + self.outputs,) * 2)

    def add(self, x: np.ndarray, y: np.ndarray) -> None:
        """Take rows (n, inputs) and (n, outputs)."""
        both = np.concatenate([x, y], axis=1)
        self.count += len(both)
        self.sum += both.sum(axis=0)
        self.products += both.T @ both

    def __add__(self, other: "Moments") -> "Moments":
        found = Moments(self.inputs, self.outputs)
        found.count = self.count + other.count
        found.sum = self.sum + other.sum
        found.products = self.products + other.products
        return found

    def solve(self, strength: float) -> tuple[np.ndarray, np.ndarray]:
        """Give weights (inputs, outputs) and offsets (outputs,) of least

        Σ (y - x W - b)² + strength n |W|²
        """
        n, k = max(self.count, 1), self.inputs
        mean = self.sum / n
        centred = self.products / n - np.outer(mean, mean)
        penalised = centred[:k, :k] + strength * np.eye(k)
        weights = np.linalg.solve(penalised, centred[:k, k:])
        return weights, mean[k:] - mean[:k] @ weights

    def errors(self, weights: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        """Give the mean square error of each output: (outputs,)."""
        n = max(self.count, 1)
        full = np.concatenate([-weights, np.eye(self.outputs)])  # of y - x W
        square = np.einsum("io,ij,jo->o", full, self.products, full) / n
        mean = self.sum @ full / n
        return np.maximum(square - 2 * offsets * mean + offsets**2, 0.0)

    def variance(self) -> np.ndarray:
        """Give the mean square of each output about its mean: (outputs,)."""
        n, k = max(self.count, 1), self.inputs
        return np.maximum(np.diag(self.products)[k:] / n - (self.sum[k:] / n) ** 2, 0.0)


def ridge(first: Moments, last: Moments) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fit ridge regression, its strength chosen on rows that are held out.

    Args:
        first: Of the rows to fit.
        last: Of those on which the strength is chosen; then all are fitted.

    Returns:
        Weights (inputs, outputs), offsets (outputs,), and the mean square error of each
        output on the rows held out, before they were fitted too.

    Example:
        >>> x = np.random.default_rng(0).normal(size=(100, 2))
        >>> parts = Moments(2, 1), Moments(2, 1)
        >>> for part, rows in zip(parts, (x[:80], x[80:])):
        ...     part.add(rows, rows @ [[2.0], [-1.0]] + 3)
        >>> weights, offset, _ = ridge(*parts)
        >>> weights.ravel().round(3).tolist(), offset.round(3).tolist()
        ([2.0, -1.0], [3.0])
    """
    strength, errors = best_strength(first, last)
    return *(first + last).solve(strength), errors


def best_strength(first: Moments, last: Moments) -> tuple[float, np.ndarray]:
    """Find the strength with which rows fitted foretell others best.

    Args:
        first: Of the rows to fit.
        last: Of the others.

    Returns:
        The strength, and the mean square error of each output on the others.
    """
    tried = []
    for strength in _STRENGTHS:
        errors = last.errors(*first.solve(strength))
        tried.append((float(errors.sum()), strength, errors))
    _, strength, errors = min(tried, key=lambda each: each[0])
    return strength, errors

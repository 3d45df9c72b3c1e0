"""Probabilities that mean what they say."""

from typing import NamedTuple

import numpy as np

_BINS = 15
_TEMPERATURES = (0.01, 100.0)  # where the best one is looked for
_SPREAD = 0.3  # of the logarithm of a temperature around 0, and of a bias


def softmax(logits: np.ndarray) -> np.ndarray:
    """Give probabilities (n, classes) from logits (n, classes), in float64.

    Example:
        >>> softmax(np.array([[0.0, 0.0]])).tolist()
        [[0.5, 0.5]]
    """
    powers = np.exp(np.float64(logits) - np.max(logits, axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Find the temperature T at which softmax(logits / T) fits the labels.

    Least is the sum of the cross-entropies and (log T)^2 / (2 * 0.3^2): without
    evidence T is 1, and few texts that are all right do not make it small. Bisection
    finds where the slope is zero. Accuracy stays as it is.

    Args:
        logits: Shape (n, classes), of data that was not trained on.
        labels: Class indices (n,).

    Returns:
        T, between 0.01 and 100 (an end of it when the best is beyond).

    Example:
        >>> logits = np.array([[4.0, 0.0]] * 4000)
        >>> temperature = fit_temperature(logits, np.array([0, 0, 0, 1] * 1000))
        >>> softmax(logits[:1] / temperature).round(2).tolist()
        [[0.75, 0.25]]
        >>> round(fit_temperature(logits[:10], np.zeros(10, int)), 2)
        0.95

    Reference:
        Guo et al. 2017, On Calibration of Modern Neural Networks.
    """
    logits = np.float64(logits)
    true = logits[np.arange(len(labels)), labels]
    low, high = (float(np.log(1 / t)) for t in reversed(_TEMPERATURES))
    for _ in range(60):
        middle = (low + high) / 2  # log (1 / T)
        factor = np.exp(middle)
        expected = (softmax(logits * factor) * logits).sum(axis=1)
        if factor * (expected - true).sum() + middle / _SPREAD**2 < 0:
            low = middle
        else:
            high = middle
    return float(np.exp(-(low + high) / 2))


def fit_bias(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Find what to add to logits so that no class is answered too often.

    Least is the sum of the cross-entropies of softmax(logits + b) and
    |b|^2 / (2 * 0.3^2), found by Newton's method.

    Args:
        logits: Shape (n, classes), of data that was not trained on.
        labels: Class indices (n,).

    Returns:
        b, of shape (classes,).

    Example:
        >>> labels = np.array([0, 0, 0, 1] * 200)
        >>> softmax(fit_bias(np.zeros((800, 2)), labels)).round(1).tolist()
        [0.7, 0.3]
    """
    classes = logits.shape[1]
    bias = np.zeros(classes)
    counts = np.bincount(labels, minlength=classes)
    for _ in range(30):
        probabilities = softmax(logits + bias)
        slope = probabilities.sum(axis=0) - counts + bias / _SPREAD**2
        curvature = np.diag(probabilities.sum(axis=0) + 1 / _SPREAD**2)
        curvature -= probabilities.T @ probabilities
        step = np.linalg.solve(curvature, slope)
        bias -= step
        if np.abs(step).max() < 1e-9:
            break
    return bias


class Calibration(NamedTuple):
    """What fits logits to labels, and how well it does."""

    temperature: float
    bias: np.ndarray  # (classes,)
    quality: dict[str, float]  # cross-entropy and accuracy


def calibrate(logits: np.ndarray, labels: np.ndarray) -> Calibration:
    """Fit temperature and bias to data that was not trained on.

    Example:
        >>> calibrate(np.zeros((8, 2)), np.array([0, 1] * 4)).quality["accuracy"]
        0.5
    """
    temperature = fit_temperature(logits, labels)
    bias = fit_bias(logits / temperature, labels)
    probabilities = softmax(logits / temperature + bias)
    of_truth = probabilities[np.arange(len(labels)), labels]
    quality = {
        "cross_entropy": float(-np.log(np.maximum(of_truth, 1e-12)).mean()),
        "accuracy": float((probabilities.argmax(axis=1) == labels).mean()),
    }
    return Calibration(temperature, bias, quality)


class Reliability(NamedTuple):
    """Texts sorted by confidence into bins of equal width; arrays (bins,)."""

    edges: np.ndarray  # (bins + 1,)
    counts: np.ndarray
    confidence: np.ndarray  # mean in the bin; NaN in an empty one
    accuracy: np.ndarray  # share right in the bin; NaN in an empty one


def reliability(
    probabilities: np.ndarray, labels: np.ndarray, bins: int = _BINS
) -> Reliability:
    """Compare confidence and accuracy, bin by bin.

    Args:
        probabilities: Shape (n, classes).
        labels: Class indices (n,).
        bins: Number of bins between 0 and 1.

    Example:
        >>> found = reliability(np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([0, 1]), 2)
        >>> found.counts.tolist(), float(found.accuracy[1])
        ([0, 2], 0.5)
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    edges = np.linspace(0, 1, bins + 1)
    bin_of = np.digitize(confidence, edges[1:-1], right=True)
    counts = np.bincount(bin_of, minlength=bins)
    some = np.where(counts > 0, counts, np.nan)
    return Reliability(
        edges,
        counts,
        np.bincount(bin_of, confidence, bins) / some,
        np.bincount(bin_of, right, bins) / some,
    )


def expected_calibration_error(
    probabilities: np.ndarray, labels: np.ndarray, bins: int = _BINS
) -> float:
    """Give the mean of |accuracy - confidence| over bins, weighted by their texts.

    Example:
        >>> expected_calibration_error(np.array([[0.75, 0.25]] * 4), np.array([0] * 4))
        0.25
    """
    found = reliability(probabilities, labels, bins)
    gaps = np.nan_to_num(np.abs(found.accuracy - found.confidence))
    return float((gaps * found.counts).sum() / max(1, found.counts.sum()))

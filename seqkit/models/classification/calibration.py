"""Probabilities that mean what they say."""

from typing import NamedTuple

import numpy as np

_BINS = 15
_TEMPERATURES = (0.01, 100.0)  # where the best one is looked for


def softmax(logits: np.ndarray) -> np.ndarray:
    """Give probabilities (n, classes) from logits (n, classes), in float64.

    Example:
        >>> softmax(np.array([[0.0, 0.0]])).tolist()
        [[0.5, 0.5]]
    """
    powers = np.exp(np.float64(logits) - np.max(logits, axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Find the temperature T whose softmax(logits / T) has the least cross-entropy.

    With b = 1 / T the cross-entropy is convex, its slope
    sum over n of (E_p[z_n] - z_n,label) with p = softmax(b z_n); bisection finds
    where the slope is zero. Accuracy stays as it is.

    Args:
        logits: Shape (n, classes), of data that was not trained on.
        labels: Class indices (n,).

    Returns:
        T, between 0.01 and 100 (an end of it when the best is beyond).

    Example:
        >>> logits = np.array([[4.0, 0.0]] * 4)
        >>> temperature = fit_temperature(logits, np.array([0, 0, 0, 1]))
        >>> softmax(logits[:1] / temperature).round(2).tolist()
        [[0.75, 0.25]]

    Reference:
        Guo et al. 2017, On Calibration of Modern Neural Networks.
    """
    logits = np.float64(logits)
    true = logits[np.arange(len(labels)), labels]
    low, high = (float(np.log(1 / t)) for t in reversed(_TEMPERATURES))
    for _ in range(60):
        middle = (low + high) / 2
        expected = (softmax(logits * np.exp(middle)) * logits).sum(axis=1)
        if (expected - true).sum() < 0:
            low = middle
        else:
            high = middle
    return float(np.exp(-(low + high) / 2))


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

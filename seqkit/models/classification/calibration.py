"""Probabilities that mean what they say."""

from typing import NamedTuple

import numpy as np

_BINS = 15
_TEMPERATURES = (0.01, 100.0)  # where the best one is looked for
_SPREAD = 0.3  # of weights, biases and the logarithm of a temperature


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


class Calibration(NamedTuple):
    """How much each part of a model has to say, and how good they are together.

        z = sum over the parts p of w_p z_p, + b

    Args:
        weights: w (parts,).
        bias: b (classes,).
        quality: Cross-entropy and accuracy of what it was fitted to.
    """

    weights: np.ndarray
    bias: np.ndarray
    quality: dict[str, float]

    def __call__(self, parts: np.ndarray) -> np.ndarray:
        """Give the logits (n, classes) of those of the parts (n, parts, classes)."""
        return np.einsum("npc,p->nc", np.float64(parts), self.weights) + self.bias


def neutral(parts: int, classes: int) -> Calibration:
    """Give the mean of the parts: what is taken where there is no evidence."""
    return Calibration(np.full(parts, 1 / parts), np.zeros(classes), {})


def calibrate(parts: np.ndarray, labels: np.ndarray) -> Calibration:
    """Fit the weights of parts, and a bias for each class.

    Least is the sum of the cross-entropies of softmax(z) and |v - v0|^2 / (2 * 0.3^2),
    of weights and biases v, where v0 is the mean of the parts without bias: few texts
    that are all right do not make the model sure. No weight is below 0. Needs SciPy.

    Args:
        parts: Logits of each part, (n, parts, classes), of data that was not trained
            on.
        labels: Class indices (n,).

    Example:
        >>> useful = np.array([[2.0, 0.0], [0.0, 2.0]] * 500)
        >>> noise = np.random.default_rng(0).normal(size=(1000, 2))
        >>> labels = np.array([0, 1] * 480 + [1, 0] * 20)
        >>> found = calibrate(np.stack([useful, noise], axis=1), labels)
        >>> found.weights.round(1).tolist(), found.quality["accuracy"]
        ([1.5, 0.0], 0.96)
    """
    from scipy.optimize import minimize

    parts, rows = np.float64(parts), np.arange(len(labels))
    count = parts.shape[1]
    before = neutral(*parts.shape[1:])
    middle = np.concatenate([before.weights, before.bias])

    def loss(values: np.ndarray) -> tuple[float, np.ndarray]:
        """Give the mean of what is to be least, and its gradient."""
        wrong = softmax(Calibration(values[:count], values[count:], {})(parts))
        entropy = -np.log(np.maximum(wrong[rows, labels], 1e-300)).sum()
        wrong[rows, labels] -= 1
        slopes = [np.einsum("nc,npc->p", wrong, parts), wrong.sum(axis=0)]
        far = (values - middle) / _SPREAD
        slope = np.concatenate(slopes) + far / _SPREAD
        return (entropy + far @ far / 2) / len(rows), slope / len(rows)

    bounds = [(0, None)] * count + [(None, None)] * len(before.bias)
    found = minimize(
        loss, middle, jac=True, method="L-BFGS-B", bounds=bounds,
        options={"ftol": 1e-13, "gtol": 1e-8},
    ).x  # fmt: skip
    fitted = Calibration(found[:count], found[count:], {})
    probabilities = softmax(fitted(parts))
    of_truth = np.maximum(probabilities[rows, labels], 1e-12)
    return fitted._replace(
        quality={
            "cross_entropy": float(-np.log(of_truth).mean()),
            "accuracy": float((probabilities.argmax(axis=1) == labels).mean()),
        }
    )


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

"""Range-based precision and recall: how much of each event, where, in one piece."""

from collections.abc import Callable, Sequence

import numpy as np

from seqkit.errors import InputError
from seqkit.series.metrics.points import Quality, pair, quality
from seqkit.series.thresholds import runs

Range = tuple[int, int]  # first, and first after

# δ(i, n): the weight of the i-th of n readings, from 1.
_BIASES: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "flat": lambda i, n: np.ones(n),
    "front": lambda i, n: n - i + 1.0,
    "middle": lambda i, n: np.where(i <= n / 2, i, n - i + 1.0),
    "back": lambda i, n: i * 1.0,
}
# γ(x): the factor of a range that x others overlap.
_CARDINALITIES: dict[str, Callable[[int], float]] = {
    "one": lambda x: 1.0,
    "reciprocal": lambda x: 1.0 / x,
}
BIASES, CARDINALITIES = tuple(_BIASES), tuple(_CARDINALITIES)


def range_quality(
    labels: np.ndarray,
    exceeded: np.ndarray,
    existence: float = 0.0,
    bias: str = "flat",
    cardinality: str = "reciprocal",
) -> Quality:
    """Give range-based precision and recall.

    For the ranges R_i of true anomalies and P_j of those that were found:

        recall = mean over i of α [R_i is overlapped] + (1 - α) overlap(R_i, P)
        precision = mean over j of overlap(P_j, R)
        overlap(A, B) = γ(number of B_k that overlap A) Σ_k ω(A, A ∩ B_k)
        ω(A, C) = Σ over C of δ / Σ over A of δ

    Args:
        labels: 0 and 1, or booleans (time,): where anomalies are.
        exceeded: The same: where they were found.
        existence: α, what it counts that an anomaly was found at all; 0 to 1.
        bias: δ, the part of a true anomaly that counts most: `flat`, `front`, `middle`
            or `back`. Precision is always flat, as the paper advises.
        cardinality: γ, what is left of an overlap with x ranges: `reciprocal` (1/x) or
            `one` (all).

    Raises:
        InputError: An argument is not in its range, or lengths differ.

    Example:
        >>> labels = [0, 1, 1, 1, 1, 0, 0, 0]
        >>> range_quality(labels, [0, 0, 0, 1, 1, 1, 1, 0])[:2]
        (0.5, 0.5)
        >>> range_quality(labels, [0, 0, 0, 1, 1, 1, 1, 0], bias="front").recall
        0.3
        >>> range_quality(labels, [0, 1, 0, 1, 0, 0, 0, 0], existence=0.5).recall
        0.625

    Reference:
        Tatbul et al. 2018, Precision and Recall for Time Series.
    """
    labels, exceeded = pair(labels, exceeded)
    for name, value, known in (
        ("bias", bias, BIASES),
        ("cardinality", cardinality, CARDINALITIES),
    ):
        if value not in known:
            raise InputError(f"{name} must be one of {', '.join(known)}; got {value!r}")
    if not 0 <= existence <= 1:
        raise InputError(f"existence must be from 0 to 1; got {existence}")
    truth, found = runs(labels), runs(exceeded)
    recalls = [
        existence * exceeded[start:end].any()
        + (1 - existence) * _overlap((start, end), found, bias, cardinality)
        for start, end in truth
    ]
    precisions = [_overlap(each, truth, "flat", cardinality) for each in found]
    return quality(
        float(np.mean(precisions)) if precisions else 0.0,
        float(np.mean(recalls)) if recalls else 0.0,
    )


def _overlap(of: Range, others: Sequence[Range], bias: str, cardinality: str) -> float:
    start, end = of
    length = end - start
    weights = _BIASES[bias](np.arange(1, length + 1), length)
    common = [(max(start, a), min(end, b)) for a, b in others if a < end and b > start]
    if not common:
        return 0.0
    overlapped = sum(weights[a - start : b - start].sum() for a, b in common)
    return _CARDINALITIES[cardinality](len(common)) * overlapped / weights.sum()

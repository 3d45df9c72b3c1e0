"""Affiliation precision and recall: how near what was found is to the truth."""

from itertools import pairwise

import numpy as np

from seqkit.errors import InputError
from seqkit.series.metrics.points import Quality, pair, quality
from seqkit.series.thresholds import runs

Span = tuple[float, float]


def affiliation_quality(labels: np.ndarray, exceeded: np.ndarray) -> Quality:
    """Compare what was found with the nearest anomaly, by distance in time.

    The series is cut into zones E_j, one for each anomaly A_j, half-way between them.
    With X drawn evenly from a zone, what was found there (P_j) and the anomaly are
    compared by the probability that X would be no nearer:

        precision_j = mean over x in P_j of Pr(d(X, A_j) >= d(x, A_j))
        recall_j = mean over a in A_j of Pr(|X - a| >= d(a, P_j))

    Time is continuous: a reading t is the interval from t to t + 1. Precision is the
    mean over zones in which something was found, recall over all zones, 0 where
    nothing was. Something found at random has a precision of about 1/2 and, if it is
    found often, a recall near 1: F1 up to 2/3. `above_chance` takes that away.

    Args:
        labels: 0 and 1, or booleans (time,): where anomalies are; at least one is 1.
        exceeded: The same: where they were found.

    Raises:
        InputError: There is no anomaly, other values, or lengths that differ.

    Example:
        >>> found = affiliation_quality(
        ...     [0, 0, 0, 1, 0, 0, 0, 1, 1, 1], [0, 0, 0, 0, 1, 0, 0, 0, 1, 0]
        ... )
        >>> round(found.precision, 2), round(found.recall, 2)
        (0.82, 0.84)

    Reference:
        Huet, Navarro & Rossi 2022, Local Evaluation of Time Series Anomaly Detection
        Algorithms.
    """
    labels, exceeded = pair(labels, exceeded)
    truth, found = runs(labels), runs(exceeded)
    if not truth:
        raise InputError("labels must have at least one anomaly; got none")
    ends = [(a + b) / 2 for (_, a), (b, _) in pairwise(truth)]
    edges = [0.0, *ends, float(len(labels))]
    precisions, recalls = [], []
    for anomaly, zone in zip(truth, pairwise(edges), strict=True):
        inside = [
            (max(start, zone[0]), min(end, zone[1]))
            for start, end in found
            if end > zone[0] and start < zone[1]
        ]
        if inside:
            precisions.append(_precision(inside, anomaly, zone))
        recalls.append(_recall(inside, anomaly, zone) if inside else 0.0)
    precision = float(np.mean(precisions)) if precisions else 0.0
    return quality(precision, float(np.mean(recalls)))


def above_chance(found: Quality) -> Quality:
    """Give precision as it is above that of chance, of which about 1/2 is: 2 P - 1.

    So something found at random has a precision, and an F1, of about 0.

    Args:
        found: As `affiliation_quality` gives it.

    Example:
        >>> above_chance(Quality(0.75, 1.0, 0.86)).precision
        0.5
    """
    return quality(max(0.0, 2 * found.precision - 1), found.recall)


def _precision(found: list[Span], anomaly: Span, zone: Span) -> float:
    """The mean over what was found of the share of the zone that is no nearer."""
    start, end = anomaly
    left, right = start - zone[0], zone[1] - end  # rooms beside the anomaly
    size = zone[1] - zone[0]
    total = 0.0
    for first, last in found:
        total += max(0.0, min(last, end) - max(first, start))  # inside: 1
        for near, far in (
            (start - min(last, start), start - min(first, start)),
            (max(first, end) - end, max(last, end) - end),
        ):
            total += (
                _triangle(far, left) + _triangle(far, right)
                - _triangle(near, left) - _triangle(near, right)
            ) / size  # fmt: skip
    return total / sum(last - first for first, last in found)


def _triangle(distance: float, room: float) -> float:
    """The integral of max(0, room - u) for u from 0 to a distance."""
    reached = min(distance, room)
    return room * reached - reached**2 / 2


def _recall(found: list[Span], anomaly: Span, zone: Span) -> float:
    """The mean over the anomaly of the share of the zone that is no nearer to it."""
    start, end = anomaly
    size, total, before = zone[1] - zone[0], 0.0, -np.inf
    for first, last in [*found, (np.inf, np.inf)]:
        middle = (before + first) / 2 if np.isfinite(before + first) else first
        middle = middle if np.isfinite(middle) else np.inf
        if np.isfinite(before):  # after what was found before, up to the middle
            a, b = max(start, before), min(end, middle)
            total += _behind(a, b, before, zone) / size
        if np.isfinite(first):  # from the middle on, before what is found next
            low = middle if np.isfinite(before) else -np.inf
            a, b = max(start, low), min(end, first)
            total += _behind(-b, -a, -first, (-zone[1], -zone[0])) / size
            total += max(0.0, min(end, last) - max(start, first))
        before = last
    return total / (end - start)


def _behind(start: float, end: float, point: float, zone: Span) -> float:
    """The integral of the part of a zone that is at least as far from y as a point.

    For y from start to end, all after the point: (point - zone's start) on one side,
    max(0, zone's end - 2 y + point) on the other.
    """
    if end <= start:
        return 0.0
    one = (point - zone[0]) * (end - start)
    turn = (zone[1] + point) / 2  # from here on nothing is left on the other side
    last = min(end, turn)
    if last <= start:
        return one
    return one + (zone[1] + point) * (last - start) - (last**2 - start**2)

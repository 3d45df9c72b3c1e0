"""Precision and recall reading by reading."""

import warnings
from typing import NamedTuple

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_fscore_support

from seqkit.errors import InputError
from seqkit.series.checks import flags, numbers, same_length
from seqkit.series.thresholds import runs


class Quality(NamedTuple):
    """How much of what was found is true, and how much of the truth was found.

    Args:
        precision: 0 where nothing was found.
        recall: 0 where there was nothing to find.
        f1: Their harmonic mean; 0 where both are 0.
    """

    precision: float
    recall: float
    f1: float


def quality(precision: float, recall: float) -> Quality:
    """Add F1 to precision and recall.

    Example:
        >>> quality(0.5, 1.0).f1
        0.6666666666666666
    """
    both = precision + recall
    return Quality(precision, recall, 2 * precision * recall / both if both else 0.0)


def point_quality(labels: np.ndarray, exceeded: np.ndarray) -> Quality:
    """Compare each reading with its label.

    Args:
        labels: 0 and 1, or booleans (time,): where an anomaly is.
        exceeded: The same: where one was found.

    Raises:
        InputError: Other values, or lengths that differ.

    Example:
        >>> point_quality([0, 1, 1, 0], [0, 0, 1, 0])[:2]
        (1.0, 0.5)
    """
    labels, exceeded = pair(labels, exceeded)
    precision, recall, f1, _ = precision_recall_fscore_support(
        labels, exceeded, average="binary", zero_division=0
    )
    return Quality(float(precision), float(recall), float(f1))


def area_under_precision_recall(labels: np.ndarray, scores: np.ndarray) -> float:
    """Give the average precision over all thresholds (AUC-PR).

        sum over thresholds of (R_n - R_{n-1}) P_n

    Args:
        labels: 0 and 1, or booleans (time,); at least one is 1.
        scores: Shape (time,); a missing score (NaN) counts as the lowest.

    Raises:
        InputError: There is no anomaly, or lengths differ.

    Example:
        >>> round(area_under_precision_recall([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 2)
        0.83
    """
    labels, scores = labelled_scores(labels, scores)
    return float(average_precision_score(labels, scores))


def point_adjusted(labels: np.ndarray, exceeded: np.ndarray) -> np.ndarray:
    """Count all of an anomaly as found where any of its readings was.

    It makes a detector that fires at random look excellent; figures of it say little
    and compare with nothing but other adjusted ones. A warning says so each time.

    Args:
        labels: 0 and 1, or booleans (time,): where an anomaly is.
        exceeded: The same: where one was found.

    Returns:
        Booleans (time,).

    Example:
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore")
        ...     point_adjusted([0, 1, 1, 1], [1, 0, 1, 0]).tolist()
        [True, True, True, True]

    Reference:
        Xu et al. 2018, Unsupervised Anomaly Detection via Variational Auto-Encoder;
        against it: Kim et al. 2022, Towards a Rigorous Evaluation of Time-Series
        Anomaly Detection.
    """
    labels, exceeded = pair(labels, exceeded)
    warnings.warn(
        "point adjustment makes even random scores look good: never compare adjusted "
        "figures with others",
        stacklevel=2,
    )
    adjusted = exceeded.copy()
    for start, end in runs(labels):
        adjusted[start:end] = exceeded[start:end].any()
    return adjusted


def pair(labels: np.ndarray, exceeded: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Check labels and what was found: booleans of one length."""
    labels, exceeded = flags("labels", labels), flags("exceeded", exceeded)
    same_length(labels=labels, exceeded=exceeded)
    return labels, exceeded


def labelled_scores(
    labels: np.ndarray, scores: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Check labels and scores; missing scores become the lowest of all.

    Raises:
        InputError: There is no anomaly or no score, or lengths differ.
    """
    labels, scores = flags("labels", labels), numbers("scores", scores, "time")
    same_length(labels=labels, scores=scores)
    if not labels.any():
        raise InputError("labels must have at least one anomaly; got none")
    if np.isnan(scores).all():
        raise InputError("scores must have at least one value; all are missing")
    return labels, np.where(np.isnan(scores), np.nanmin(scores), scores)

"""Precision, recall and delay event by event."""

from typing import NamedTuple

import numpy as np

from seqkit.series.metrics.points import Quality, pair, quality
from seqkit.series.thresholds import runs


class EventQuality(NamedTuple):
    """Events found, missed and false, and what follows from them.

    Args:
        found: True events of which any reading was found.
        missed: The other true events.
        false: Events found that overlap no true one.
        quality: Precision, recall and F1.
    """

    found: int
    missed: int
    false: int
    quality: Quality


def event_quality(labels: np.ndarray, exceeded: np.ndarray) -> EventQuality:
    """Compare unbroken stretches: any overlap is a hit.

        precision = found / (found + false)        recall = found / (found + missed)

    Add the counts of several series for the quality of all (`of_counts`).

    Args:
        labels: 0 and 1, or booleans (time,): where anomalies are.
        exceeded: The same: where they were found.

    Raises:
        InputError: Other values, or lengths that differ.

    Example:
        >>> event_quality([0, 1, 1, 0, 1, 0, 0], [0, 1, 0, 0, 0, 0, 1])
        EventQuality(found=1, missed=1, false=1, quality=Quality(precision=0.5, \
recall=0.5, f1=0.5))

    Reference:
        Hundman et al. 2018, Detecting Spacecraft Anomalies Using LSTMs and
        Nonparametric Dynamic Thresholding, section 4.1.
    """
    labels, exceeded = pair(labels, exceeded)
    truth, claims = runs(labels), runs(exceeded)
    found = sum(bool(exceeded[start:end].any()) for start, end in truth)
    false = sum(not labels[start:end].any() for start, end in claims)
    return of_counts(found, len(truth) - found, false)


def of_counts(found: int, missed: int, false: int) -> EventQuality:
    """Give precision, recall and F1 of counts of events.

    Args:
        found: True events of which any reading was found.
        missed: The other true events.
        false: Events found that overlap no true one.

    Example:
        >>> of_counts(found=3, missed=1, false=0).quality.recall
        0.75
    """
    precision = found / (found + false) if found + false else 0.0
    recall = found / (found + missed) if found + missed else 0.0
    return EventQuality(found, missed, false, quality(precision, recall))


def detection_delays(labels: np.ndarray, exceeded: np.ndarray) -> np.ndarray:
    """Count, for each true event, the readings before the first that was found.

    Args:
        labels: 0 and 1, or booleans (time,): where anomalies are.
        exceeded: The same: where they were found.

    Returns:
        Shape (events,); NaN for an event that was missed.

    Raises:
        InputError: Other values, or lengths that differ.

    Example:
        >>> detection_delays([0, 1, 1, 1, 0, 1], [1, 0, 0, 1, 0, 0]).tolist()
        [2.0, nan]
    """
    labels, exceeded = pair(labels, exceeded)
    delays = [
        float(np.argmax(exceeded[start:end])) if exceeded[start:end].any() else np.nan
        for start, end in runs(labels)
    ]
    return np.array(delays)

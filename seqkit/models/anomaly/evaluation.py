"""How good detections are, beside scores that cost nothing. Needs the `apps` extra."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from seqkit.models.anomaly.detector import AnomalyDetector
from seqkit.models.anomaly.settings import DetectorSettings
from seqkit.models.anomaly.thresholds import fit_threshold, judge
from seqkit.series.baselines import (
    autoregressive_errors,
    random_scores,
    windowed_deviation,
)
from seqkit.series.events import without_gaps
from seqkit.series.metrics import (
    area_under_precision_recall,
    detection_delays,
    event_quality,
    point_quality,
    range_quality,
    volume_under_surface,
)

MOVING = 100  # readings of the moving mean and deviation


def measure(
    labels: np.ndarray, scores: np.ndarray, is_anomaly: np.ndarray, gap: int = 0
) -> dict[str, Any]:
    """Compare scores and decisions with labels, all of shape (time,).

    Args:
        labels: Booleans: where anomalies are.
        scores: Of each reading.
        is_anomaly: Booleans: the decisions.
        gap: Decisions with so many others between them are one event.

    Returns:
        Precision, recall and F1 of readings, of events and of ranges; areas under
        curves, which need no threshold; the mean delay of the events found, in
        readings.

    Example:
        >>> labels = np.array([0, 0, 1, 1, 0, 0, 1, 0])
        >>> found = measure(labels, labels * 2.0, labels * [1, 1, 0, 1, 1, 1, 0, 1] > 0)
        >>> found["events"]["recall"], found["points"]["precision"], found["delay"]
        (0.5, 1.0, 1.0)
    """
    events = event_quality(labels, without_gaps(is_anomaly, gap))
    delays = detection_delays(labels, is_anomaly)
    known = delays[~np.isnan(delays)]
    return {
        "points": point_quality(labels, is_anomaly)._asdict(),
        "events": {
            "found": events.found,
            "missed": events.missed,
            "false": events.false,
            **events.quality._asdict(),
        },
        "ranges": range_quality(labels, is_anomaly)._asdict(),
        "auc_pr": area_under_precision_recall(labels, scores),
        "vus_pr": volume_under_surface(labels, scores),
        "delay": float(known.mean()) if len(known) else None,
    }


def untrained(detector: AnomalyDetector, training: np.ndarray) -> AnomalyDetector:
    """Make the same detector of networks with their first weights.

    Args:
        detector: A trained one.
        training: Targets and exogenous (time, channels).
    """
    settings = replace(detector.settings, epochs=0)
    targets = detector.features.targets
    return AnomalyDetector.fit(
        training[:, :targets],
        settings,
        training[:, targets:] if training.shape[1] > targets else None,
        detector.channels,
        verbose=0,
    )


def simple_scores(
    training: np.ndarray, values: np.ndarray, seed: int
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Score readings by methods that cost nothing.

    Args:
        training: Targets (time, C).
        values: Targets (time, C).
        seed: Of the random scores.

    Returns:
        By name, scores of the training readings and of the others.
    """
    return {
        "random score": (
            random_scores(len(training), seed), random_scores(len(values), seed + 1)
        ),
        "moving mean and deviation": (
            windowed_deviation(training, MOVING), windowed_deviation(values, MOVING)
        ),
        "one-step autoregression": (
            autoregressive_errors(training, training),
            autoregressive_errors(training, values),
        ),
    }  # fmt: skip


def decide(
    scores: Mapping[str, tuple[np.ndarray, np.ndarray]], settings: DetectorSettings
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Apply the detector's kind of threshold to other scores.

    Args:
        scores: By name, of training readings and of others.
        settings: Of the detector.

    Returns:
        By name, scores of the others and which are anomalous.
    """
    return {
        name: (
            found,
            judge(found, fit_threshold(clean, settings), settings).is_anomaly,
        )
        for name, (clean, found) in scores.items()
    }


def compare(
    detector: AnomalyDetector,
    training: np.ndarray,
    values: np.ndarray,
    labels: np.ndarray,
) -> dict[str, dict[str, Any]]:
    """Measure a detector beside its untrained self and methods that cost nothing.

    All are given the same kind of threshold, without labels.

    Args:
        detector: A trained one.
        training: What it was trained on: targets and exogenous (time, channels).
        values: Others (time, channels).
        labels: Booleans (time,): where anomalies are.

    Returns:
        By name, what `measure` gives; the detector first.
    """
    settings, targets = detector.settings, detector.features.targets
    found = {}
    for name, each in (
        (settings.network, detector),
        ("untrained network", untrained(detector, training)),
    ):
        detection = each.detect(values)
        found[name] = (detection.scores, detection.is_anomaly)
    simple = simple_scores(training[:, :targets], values[:, :targets], settings.seed)
    found |= decide(simple, settings)
    return {name: measure(labels, *each, settings.gap) for name, each in found.items()}

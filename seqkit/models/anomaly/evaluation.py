"""How good detections are, beside methods of a few lines. Needs the `apps` extra."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from seqkit.models.anomaly.detector import AnomalyDetector
from seqkit.models.anomaly.settings import DetectorSettings
from seqkit.models.anomaly.thresholds import fit_threshold, judge
from seqkit.series import Alarm, Multiscale, TimeSeries
from seqkit.series.baselines import (
    autoregressive_errors,
    left_discord,
    nearest_windows,
    random_scores,
    window_components,
    windowed_deviation,
)
from seqkit.series.events import without_gaps
from seqkit.series.metrics import (
    above_chance,
    affiliation_quality,
    area_under_precision_recall,
    detection_delays,
    event_quality,
    point_quality,
    range_quality,
    volume_under_surface,
)

RIDGE_LAGS = 32
OURS = "seqkit"


class Decided(NamedTuple):
    """What a method says of a series, all (time,)."""

    scores: np.ndarray
    severity: np.ndarray  # score over threshold: above 1 is an alarm
    is_anomaly: np.ndarray  # readings of events, with hysteresis


def measure(labels: np.ndarray, decided: Decided, gap: int = 0) -> dict[str, Any]:
    """Compare scores and decisions with labels, all of shape (time,).

    Args:
        labels: Booleans: where anomalies are.
        decided: What a method says.
        gap: Anomalous readings with so many others between them are one event.

    Returns:
        Precision, recall and F1 of readings, events, alarms and ranges, and by
        affiliation, as it is and above chance; areas under curves, which need no
        threshold; the mean delay of the events found, in readings. Events are readings
        joined over short gaps; an alarm is an unbroken stretch above the threshold:
        there, many alarms close to each other are as many false ones. Readings, ranges
        and affiliation are of events.

    Example:
        >>> labels = np.array([0, 0, 1, 1, 0, 0, 1, 0])
        >>> flags = labels * [1, 1, 0, 1, 1, 1, 0, 1] > 0
        >>> found = measure(labels, Decided(labels * 2.0, flags * 2.0, flags))
        >>> found["events"]["recall"], found["points"]["precision"], found["delay"]
        (0.5, 1.0, 1.0)
    """
    is_anomaly, raised = without_gaps(decided.is_anomaly, gap), decided.severity > 1
    near = affiliation_quality(labels, is_anomaly)
    delays = detection_delays(labels, is_anomaly)
    known = delays[~np.isnan(delays)]
    found: dict[str, Any] = {
        name: {"found": each.found, "missed": each.missed, "false": each.false}
        | each.quality._asdict()
        for name, each in (
            ("events", event_quality(labels, is_anomaly)),
            ("alarms", event_quality(labels, raised)),
        )
    }
    return found | {
        "points": point_quality(labels, is_anomaly)._asdict(),
        "ranges": range_quality(labels, is_anomaly)._asdict(),
        "affiliation": near._asdict(),
        "affiliation_above_chance": above_chance(near)._asdict(),
        "auc_pr": area_under_precision_recall(labels, decided.scores),
        "vus_pr": volume_under_surface(labels, decided.scores),
        "delay": float(known.mean()) if len(known) else None,
    }


def simple_scores(
    training: np.ndarray, values: np.ndarray, seed: int
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Score readings by methods of a few lines.

    Args:
        training: Targets (time, C).
        values: Targets (time, C).
        seed: Of the random scores.

    Yields:
        The name, scores of the training readings and of the others.
    """
    yield (
        "ridge, 32 lags",
        autoregressive_errors(training, training, RIDGE_LAGS),
        autoregressive_errors(training, values, RIDGE_LAGS),
    )
    yield "nearest windows", *nearest_windows(training, values)
    yield "left discord", left_discord(training), left_discord(values)
    yield (
        "sub-PCA",
        window_components(training, training),
        window_components(training, values),
    )
    yield "windowed Gaussian", windowed_deviation(training), windowed_deviation(values)
    yield (
        "one-step autoregression",
        autoregressive_errors(training, training),
        autoregressive_errors(training, values),
    )
    yield (
        "random score",
        random_scores(len(training), seed),
        random_scores(len(values), seed + 1),
    )


def decide(
    clean: np.ndarray, scores: np.ndarray, settings: DetectorSettings
) -> Decided:
    """Apply the detector's kind of threshold to other scores.

    Args:
        clean: Scores of training readings; where all are NaN there are no alarms.
        scores: Of others.
        settings: Of the detector.
    """
    if np.isnan(clean).all():
        nothing = np.zeros(len(scores))
        return Decided(np.nan_to_num(scores), nothing, nothing > 0)
    unit = max(float(np.nanquantile(clean, 0.5)), 1e-9)
    clean, scores = clean / unit, scores / unit
    threshold = fit_threshold(clean, settings)
    severity = np.nan_to_num(judge(scores, threshold, settings).severity)
    alone = severity / settings.low  # no score here is kept as the detector's are
    alarm = Alarm(settings.gap, settings.low, memory=0)
    events = alarm.run(np.stack([severity, alone], axis=1))
    return Decided(scores, severity, events)


def answers(
    detector: AnomalyDetector, training: TimeSeries, series: TimeSeries
) -> dict[str, Decided]:
    """Judge a series by a detector, by its parts alone, and by other methods.

    All are given the same kind of threshold, without labels.

    Args:
        detector: A trained one.
        training: What it was trained on.
        series: Others.

    Returns:
        By name; the detector first, then its parts.
    """
    settings, targets = detector.settings, detector.features.targets
    found = detector.detect(series)
    decided = {OURS: Decided(found.scores, found.severity, found.is_anomaly)}
    clean = detector.training_errors(training)
    for number, name in enumerate(found.sources if len(found.sources) > 1 else []):
        of_training, of_series = (
            errors[:, number : number + 1] for errors in (clean, found.errors)
        )
        if np.isnan(of_training).all():
            continue
        scorer = Multiscale.fit(of_training, past=settings.past)
        decided[f"{name} alone"] = decide(
            scorer.score(of_training), scorer.score(of_series), settings
        )
    simple = simple_scores(
        training.values[:, :targets], series.values[:, :targets], settings.seed
    )
    for name, before, after in simple:
        decided[name] = decide(before, after, settings)
    return decided


def compare(
    detector: AnomalyDetector,
    training: TimeSeries,
    series: TimeSeries,
) -> Mapping[str, dict[str, Any]]:
    """Measure a detector beside its parts and methods of a few lines.

    Args:
        detector: A trained one.
        training: What it was trained on.
        series: Others, with labels.

    Returns:
        By name, what `measure` gives; the detector first.
    """
    labels, gap = series.labels, detector.settings.gap
    assert labels is not None
    return {
        name: measure(labels, each, gap)
        for name, each in answers(detector, training, series).items()
    }

"""A detector and methods that cost nothing, on one series after the other."""

from typing import NamedTuple

import numpy as np

from benchmarks.anomaly.sets import Labelled
from seqkit.models import AnomalyDetector, DetectorSettings
from seqkit.models.anomaly.evaluation import simple_scores, untrained
from seqkit.models.anomaly.thresholds import fit_threshold, judge
from seqkit.series.baselines import windowed_deviation
from seqkit.series.events import without_gaps

WINDOWED_GAUSSIAN = "windowed Gaussian"


class Answer(NamedTuple):
    """What a method says of a series, all (time,)."""

    scores: np.ndarray
    severity: np.ndarray  # score over threshold: above 1 is an alarm
    is_anomaly: np.ndarray  # events with short gaps filled


def answers(labelled: Labelled, settings: DetectorSettings) -> dict[str, Answer]:
    """Train on the series' own training part, and judge: by name of the method."""
    training, values, targets = labelled.training, labelled.values, labelled.targets
    exogenous = training[:, targets:] if training.shape[1] > targets else None
    detector = AnomalyDetector.fit(
        training[:, :targets], settings, exogenous, verbose=0
    )
    found = {}
    for name, each in (
        (f"seqkit {settings.network}", detector),
        ("untrained network", untrained(detector, training)),
    ):
        seen = each.detect(values)
        found[name] = _answer(seen.scores, seen.levels, seen.is_anomaly, settings)
    simple = simple_scores(training[:, :targets], values[:, :targets], settings.seed)
    simple[WINDOWED_GAUSSIAN] = (
        windowed_deviation(training[:, :targets]),
        windowed_deviation(values[:, :targets]),
    )
    for name, (clean, scores) in simple.items():
        judged = judge(scores, fit_threshold(clean, settings), settings)
        found[name] = _answer(scores, judged.levels, judged.is_anomaly, settings)
    return found


def _answer(
    scores: np.ndarray,
    levels: np.ndarray,
    is_anomaly: np.ndarray,
    settings: DetectorSettings,
) -> Answer:
    severity = np.divide(
        scores, levels, out=np.full(len(scores), np.nan), where=levels > 0
    )
    return Answer(scores, severity, without_gaps(is_anomaly, settings.gap))

"""A detector, its parts and methods of a few lines, on one series after the other."""

from benchmarks.anomaly.sets import Labelled
from seqkit.models import AnomalyDetector, DetectorSettings
from seqkit.models.anomaly.evaluation import Decided, answers
from seqkit.series import TimeSeries


def answers_of(labelled: Labelled, settings: DetectorSettings) -> dict[str, Decided]:
    """Train on the series' own training part, and judge: by name of the method."""
    training = TimeSeries(labelled.training, targets=labelled.targets)
    series = TimeSeries(labelled.values, targets=labelled.targets)
    detector = AnomalyDetector.fit(training, settings, verbose=0)
    return answers(detector, training, series)

import numpy as np

from seqkit.models.anomaly.evaluation import compare, measure, untrained
from seqkit.recurrence import portable
from tests.models.anomaly.conftest import quick_fit, waves


def test_perfect_and_useless_decisions():
    labels = np.zeros(200, bool)
    labels[50:60] = labels[120:125] = True
    perfect = measure(labels, labels * 1.0, labels)
    assert perfect["points"]["f1"] == perfect["events"]["f1"] == 1
    assert perfect["ranges"]["f1"] == 1
    assert perfect["auc_pr"] == 1
    assert perfect["delay"] == 0
    nothing = measure(labels, np.zeros(200), np.zeros(200, bool))
    assert nothing["events"]["f1"] == 0
    assert nothing["delay"] is None


def test_alarms_close_to_each_other_are_one_event():
    labels, alarms = np.zeros(200, bool), np.zeros(200, bool)
    labels[50:60] = alarms[[55, 63]] = True
    assert measure(labels, alarms * 1.0, alarms)["events"]["false"] == 1
    assert measure(labels, alarms * 1.0, alarms, gap=7)["events"]["false"] == 0
    assert measure(labels, alarms * 1.0, alarms, gap=6)["events"]["false"] == 1


def test_a_detector_beside_baselines():
    training, test = waves(300), waves(300, seed=2)
    test[150] += 4
    labels = np.arange(300) == 150
    with portable():
        found = compare(quick_fit(training), training, test, labels)
    assert list(found) == [
        "GRU", "untrained network", "random score", "moving mean and deviation",
        "one-step autoregression",
    ]  # fmt: skip
    assert found["GRU"]["events"]["recall"] == 1
    assert found["random score"]["auc_pr"] < found["GRU"]["auc_pr"]


def test_an_untrained_detector_has_other_weights(detector):
    other = untrained(detector, waves(300))
    assert other.history == {}
    same = [
        np.array_equal(a, b)
        for a, b in zip(
            detector.forecaster.network.get_weights(),
            other.forecaster.network.get_weights(),
            strict=True,
        )
    ]
    assert not all(same)

import numpy as np

from seqkit.models.anomaly.evaluation import Decided, compare, measure
from seqkit.series import TimeSeries
from tests.models.anomaly.conftest import quick_fit, waves


def decided(flags):
    flags = np.asarray(flags, bool)
    return Decided(flags * 2.0, flags * 2.0, flags)


def test_perfect_and_useless_decisions():
    labels = np.zeros(200, bool)
    labels[50:60] = labels[120:125] = True
    perfect = measure(labels, decided(labels))
    assert perfect["points"]["f1"] == perfect["events"]["f1"] == 1
    assert perfect["ranges"]["f1"] == perfect["alarms"]["f1"] == 1
    assert perfect["delay"] == 0
    nothing = measure(labels, decided(np.zeros(200)))
    assert nothing["events"]["f1"] == 0
    assert nothing["delay"] is None


def test_alarms_close_to_each_other_are_one_event():
    labels, alarms = np.zeros(200, bool), np.zeros(200, bool)
    labels[50:60] = alarms[[55, 63]] = True
    assert measure(labels, decided(alarms))["events"]["false"] == 1
    assert measure(labels, decided(alarms), gap=7)["events"]["false"] == 0
    assert measure(labels, decided(alarms), gap=6)["events"]["false"] == 1


def test_an_alarm_at_every_ninetieth_reading_gains_nothing_where_alarms_count():
    labels, alarms = np.zeros(8000, bool), np.zeros(8000, bool)
    labels[4000:4100], alarms[::90] = True, True
    found = measure(labels, decided(alarms), gap=100)
    assert found["events"]["f1"] == 1  # so it is not what the tables go by
    assert found["alarms"]["f1"] < 0.03
    assert found["ranges"]["f1"] < 0.03


def test_a_detector_beside_its_parts_and_simple_methods():
    training, test = waves(300), waves(300, seed=2)
    test[150] += 4
    series = TimeSeries(test, labels=np.arange(300) == 150)
    found = compare(quick_fit(training), TimeSeries(training), series)
    assert list(found)[:4] == [
        "seqkit", "forecast alone", "shapes alone", "long shapes alone"
    ]  # fmt: skip
    assert list(found)[-7:] == [
        "ridge, 32 lags", "nearest windows", "left discord", "sub-PCA",
        "windowed Gaussian", "one-step autoregression", "random score",
    ]  # fmt: skip
    assert found["seqkit"]["alarms"]["recall"] == 1
    assert found["random score"]["alarms"]["f1"] == 0
    assert found["random score"]["auc_pr"] < 0.2 < found["seqkit"]["auc_pr"]

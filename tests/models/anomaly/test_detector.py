import json

import numpy as np
import pytest
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.models import AnomalyDetector
from tests.models.anomaly.conftest import quick_fit, waves

KINDS = {
    "as it is": {},
    "recursive, smoothed, adaptive": {
        "strategy": "recursive", "smoothing": 5.0, "adapt": 50.0
    },
    "both, absolute": {"method": "both", "scorer": "absolute", "network": "LSTM"},
    "reconstruction": {"method": "reconstruction", "threshold": "quantile"},
    "the first step alone": {"scored_steps": 1, "scorer": "absolute"},
    "two layers, fixed": {"layers": 2, "threshold": "fixed", "level": 1.5},
}  # fmt: skip


def with_holes(values):
    values = values.copy()
    values[40:43] = np.nan
    values[60, 0] = np.nan
    values[100, 0] += 9
    return values


@pytest.fixture(scope="module", params=list(KINDS))
def each(request):
    """A detector of two targets and an exogenous channel."""
    values = waves(260, channels=3)
    values[30:33] = np.nan
    return quick_fit(values[:, :2], values[:, 2:], **KINDS[request.param])


def test_a_stream_says_what_the_whole_series_says(each):
    values = with_holes(waves(150, channels=3, seed=5))
    found = each.detect(values)
    assert np.isfinite(found.scores).sum() > 60
    assert found.is_anomaly.any()
    for row, value in enumerate(values):
        scored = each.update(value)
        np.testing.assert_allclose(
            scored.score, found.scores[row], rtol=1e-4, atol=1e-6
        )
        np.testing.assert_allclose(scored.threshold, found.levels[row], rtol=1e-4)
        assert scored.is_anomaly == found.is_anomaly[row]
    each.restore(each.graph.first)


def test_a_state_goes_into_json_and_on_elsewhere(each):
    values = waves(80, channels=3, seed=5)
    for value in values[:50]:
        each.update(value)
    kept = json.loads(json.dumps(each.state.tolist()))
    expected = [each.update(value).score for value in values[50:]]
    each.restore(kept)
    np.testing.assert_array_equal([each.update(v).score for v in values[50:]], expected)
    each.restore(each.graph.first)
    with pytest.raises(InputError, match="state must be of"):
        each.restore([1.0, 2.0])


def test_it_is_read_as_it_was_written(each, tmp_path):
    values = with_holes(waves(120, channels=3, seed=5))
    each.save(tmp_path)
    again = AnomalyDetector.load(tmp_path)
    assert again.settings == each.settings
    assert again.channels == each.channels
    assert str(again.threshold) == str(each.threshold)
    one, other = each.detect(values), again.detect(values)
    np.testing.assert_array_equal(one.scores, other.scores)
    np.testing.assert_array_equal(one.expected.upper, other.expected.upper)
    assert one.events() == other.events()


@pytest.mark.parametrize(
    "each",
    ["recursive, smoothed, adaptive"]
    + [
        pytest.param(kind, marks=pytest.mark.slow)
        for kind in KINDS
        if kind != "recursive, smoothed, adaptive"
    ],
    indirect=True,
)
def test_the_savedmodel_says_the_same(each, tmp_path):
    values = with_holes(waves(120, channels=3, seed=5))
    each.export(tmp_path / "1")  # raises where a fresh process differs
    signatures = tf.saved_model.load(str(tmp_path / "1")).signatures
    found = each.detect(values)
    answer = signatures["serving_default"](values=tf.constant(values))
    np.testing.assert_allclose(answer["score"], found.scores, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(answer["is_anomaly"], found.is_anomaly)
    state = signatures["start"]()["state"]
    for row, value in enumerate(values[:70]):
        answer = signatures["step"](value=tf.constant(value), state=state)
        state = answer["state"]
        np.testing.assert_allclose(
            answer["score"], found.scores[row], rtol=1e-4, atol=1e-6
        )
    assert signatures["channels"]()["channels"].numpy().tolist() == [b"0", b"1", b"2"]


def test_an_anomaly_is_found_where_it_is(detector):
    values = waves(200, seed=3)
    values[120] += 3
    [event, *others] = sorted(
        detector.detect(values).events(), key=lambda e: -e.severity
    )
    assert event.start <= 120 < event.end
    assert event.shares == {"0": 1.0}
    assert all(other.severity < event.severity for other in others)


def test_the_threshold_says_why(detector):
    assert "a clean score is above it with probability 0.0001" in str(
        detector.threshold
    )


def test_readings_that_never_change():
    detector = quick_fit(np.full((120, 1), 7.0))
    values = np.full((80, 1), 7.0)
    assert not detector.detect(values).is_anomaly.any()
    values[60] = 8.0
    assert detector.detect(values).is_anomaly[60]


def test_a_dynamic_threshold_is_of_the_scores_at_hand():
    detector = quick_fit(waves(300), threshold="dynamic")
    values = waves(300, seed=4)
    values[200] += 4
    found = detector.detect(values)
    assert np.flatnonzero(found.is_anomaly)[0] == 200
    assert found.threshold.value != detector.threshold.value


def test_drift_is_noticed(detector):
    calm, other = waves(400, seed=6), waves(400, seed=6)
    other[200:] += np.random.default_rng(1).normal(size=(200, 1))
    assert not detector.detect(calm).drifting.any()
    assert detector.detect(other).drifting[-1]


def test_what_is_refused(detector, tmp_path):
    with pytest.raises(InputError, match=r"value must be of shape \(1,\); got \(2,\)"):
        detector.update(np.zeros(2))
    with pytest.raises(InputError, match=r"must be of shape \(time, 1\)"):
        detector.detect(np.zeros((50, 2)))
    with pytest.raises(InputError, match="channels must name all 1 channels"):
        AnomalyDetector.fit(waves(100), detector.settings, channels=["a", "b"])
    detector.save(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    del config["judgement"]
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="not the configuration of a detector"):
        AnomalyDetector.load(tmp_path)

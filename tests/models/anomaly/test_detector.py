import json
from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.models import AnomalyDetector
from seqkit.series import TimeSeries, faulty_machine
from tests.models.anomaly.conftest import TINY, quick_fit, waves

KINDS = {
    "as it is": {},
    "with a network": {"recurrent": "always", "layers": 2},
    "forecasts alone": {"relations": False, "shapes": False, "seasons": False},
    "fixed, several steps": {"threshold": "fixed", "level": 15.0, "horizon": 3},
}


def with_holes(values):
    values = values.copy()
    values[40:43] = np.nan
    values[60, 0] = np.nan
    values[100, 0] += 9
    return values


def related(length, seed=0):
    """Two targets, of which one follows the other, and an exogenous channel."""
    values = waves(length, channels=3, seed=seed)
    values[:, 1] += values[:, 0]
    return values


@pytest.fixture(scope="module", params=list(KINDS))
def each(request):
    """A detector of two targets and an exogenous channel."""
    values = related(360)
    values[30:33] = np.nan
    return quick_fit(values[:, :2], values[:, 2:], **KINDS[request.param])


def test_a_stream_says_what_the_whole_series_says(each):
    values = with_holes(related(150, seed=5))
    found = each.detect(values)
    assert np.isfinite(found.scores).sum() > 60
    assert found.is_anomaly.any()
    for row, value in enumerate(values):
        scored = each.update(value)
        np.testing.assert_allclose(
            scored.score, found.scores[row], rtol=1e-3, atol=1e-4
        )
        np.testing.assert_allclose(scored.severity, found.severity[row], rtol=1e-3)
        assert scored.is_anomaly == found.is_anomaly[row]
    each.begin()


def test_a_state_goes_into_json_and_on_elsewhere(each):
    values = related(80, seed=5)
    for value in values[:50]:
        each.update(value)
    kept = json.loads(json.dumps(each.state.tolist()))
    expected = [each.update(value).score for value in values[50:]]
    each.restore(kept)
    np.testing.assert_array_equal([each.update(v).score for v in values[50:]], expected)
    each.begin()
    with pytest.raises(InputError, match="state must be of"):
        each.restore([1.0, 2.0])


def test_it_is_read_as_it_was_written(each, tmp_path):
    values = with_holes(related(120, seed=5))
    each.save(tmp_path)
    again = AnomalyDetector.load(tmp_path)
    assert again.settings == each.settings
    assert again.channels == each.channels
    assert str(again.threshold) == str(each.threshold)
    one, other = each.detect(values), again.detect(values)
    np.testing.assert_allclose(one.scores, other.scores, rtol=1e-5)
    np.testing.assert_allclose(one.expected.upper, other.expected.upper, rtol=1e-5)
    assert [e.start for e in one.events()] == [e.start for e in other.events()]


@pytest.mark.parametrize(
    "each",
    [
        "with a network",
        *(
            pytest.param(kind, marks=pytest.mark.slow)
            for kind in KINDS
            if kind != "with a network"
        ),
    ],
    indirect=True,
)
def test_the_savedmodel_says_the_same(each, tmp_path):
    values = with_holes(related(120, seed=5))
    each.export(tmp_path / "1")  # raises where a fresh process differs
    signatures = tf.saved_model.load(str(tmp_path / "1")).signatures
    found = each.detect(values)
    answer = signatures["serving_default"](values=tf.constant(values))
    np.testing.assert_allclose(answer["score"], found.scores, rtol=1e-3, atol=1e-4)
    np.testing.assert_array_equal(answer["is_anomaly"], found.is_anomaly)
    state = signatures["start"]()["state"]
    for row, value in enumerate(values[:70]):
        answer = signatures["step"](value=tf.constant(value), state=state)
        state = answer["state"]
        np.testing.assert_allclose(
            answer["score"], found.scores[row], rtol=1e-3, atol=1e-4
        )
    answer = signatures["run"](values=tf.constant(values[70:]), state=state)
    np.testing.assert_allclose(answer["score"], found.scores[70:], rtol=1e-3, atol=1e-4)
    begun = signatures["start_at"](first=tf.constant(75.0, tf.float64))["state"]
    np.testing.assert_allclose(begun, each.graph.begin(75))
    assert signatures["channels"]()["channels"].numpy().tolist() == [b"0", b"1", b"2"]


def test_an_anomaly_is_found_where_it_is(detector):
    values = waves(200, seed=3)
    values[120] += 3
    [event, *others] = sorted(
        detector.detect(values).events(), key=lambda e: -e.severity
    )
    assert event.start == 120
    assert event.shares == {"0": 1.0}
    assert all(other.severity < event.severity for other in others)


def test_a_machine_is_understood():
    """What no single reading shows: relations, missing work, work that goes on."""
    made = faulty_machine(each=1, length=6000, seed=4)
    found = quick_fit(made.values[:3000], lags=32).detect(made.values)
    assert {"relations", "long shapes", "season"} <= set(found.sources)
    events = found.events()
    assert all(event.start >= 3000 for event in events)
    for fault in made.faults:
        near = [e for e in events if e.start < fault.end + 10 and e.end > fault.start]
        assert near, fault
        if fault.kind == "broken_relation":
            assert str(fault.channel) in list(near[0].shares)[:2]


def test_the_threshold_says_why(detector):
    assert "clean scores" in str(detector.threshold) or "false alarms in" in str(
        detector.threshold
    )


def test_readings_that_never_change():
    """One deviation is one event."""
    detector = quick_fit(np.full((300, 1), 7.0))
    values = np.full((300, 1), 7.0)
    assert not detector.detect(values).is_anomaly.any()
    values[60] = 8.0
    [event] = detector.detect(values).events()
    assert event.start == 60


def test_a_gap_in_training_hides_nothing():
    values = waves(600)
    whole = quick_fit(values)
    values[300:305] = np.nan
    gapped = quick_fit(values)
    assert gapped.threshold.value < 1.5 * whole.threshold.value
    test = waves(300, seed=3)
    test[200] += 1.5
    assert [e.start for e in gapped.detect(test).events()] == [200]


def test_one_impossible_reading_in_training_hides_nothing():
    values = waves(600)
    whole = quick_fit(values)
    values[300] = -9999
    struck = quick_fit(values)
    assert struck.threshold.value < 1.5 * whole.threshold.value
    np.testing.assert_allclose(
        struck.features.scaler.scale, whole.features.scaler.scale, rtol=0.01
    )


def test_silence_is_an_event(detector):
    values = waves(300, seed=3)
    values[100:150] = np.nan
    [event] = detector.detect(values).events()
    assert 100 < event.start < 130
    assert event.shares == {"0": 1.0}
    flags = [detector.update(value).is_anomaly for value in values]
    np.testing.assert_array_equal(flags, detector.detect(values).is_anomaly)
    detector.begin()


def test_a_season_begins_at_its_place_where_times_are_known():
    random = np.random.default_rng(0)
    day = random.normal(size=24)
    times = np.datetime64("2024-01-01T00", "ns") + np.arange(480) * np.timedelta64(
        1, "h"
    )
    values = (np.tile(day, 20) + 0.1 * random.normal(size=480))[:, None]
    detector = quick_fit(TimeSeries(values[:360], times=times[:360]), shapes=False)
    assert detector.forecaster.normal.season.period == 24
    later = TimeSeries(values[367:], times=times[367:])
    season = detector.detect(later).errors[:, -1, 0]
    assert np.isfinite(season).all()
    assert np.abs(season).mean() < 0.2
    unknown = detector.detect(later.values).errors[:, -1, 0]
    assert np.isnan(unknown[:24]).all()
    found = detector.detect(later)
    counted = detector.detect(later.values, first=367)
    np.testing.assert_array_equal(counted.scores, found.scores)
    seconds = later.times[0].astype(np.int64) / 1e9
    for first in (later.times[0], 367, tf.constant(seconds)):
        state = detector.graph.begin(first)
        np.testing.assert_allclose(state, detector.graph.begin(367))
    detector.restore(state.numpy())
    for row in range(60):
        score = detector.update(later.values[row]).score
        np.testing.assert_allclose(score, found.scores[row], rtol=1e-6)
    detector.begin(367)
    np.testing.assert_array_equal(detector.state, state)
    detector.begin()


def test_where_a_season_begins_is_a_time_or_a_number():
    values = np.tile(np.random.default_rng(0).normal(size=24), 20)[:, None]
    detector = quick_fit(values, shapes=False)
    assert detector.forecaster.normal.season
    for wrong in (-1, 0.5, "monday"):
        with pytest.raises(InputError, match="first must be a time or a number from 0"):
            detector.begin(wrong)
    with pytest.raises(InputError, match="for training had no even times; got 2024"):
        detector.begin(np.datetime64("2024-01-01"))
    untimed = tf.constant(7.0, tf.float64)
    np.testing.assert_array_equal(
        detector.graph.begin(untimed), detector.graph.begin(7 + 24)
    )


def test_a_dynamic_threshold_is_of_the_scores_at_hand():
    detector = quick_fit(waves(300), threshold="dynamic", buffer=0)
    values = waves(300, seed=4)
    values[200] += 4
    found = detector.detect(values)
    assert np.flatnonzero(found.is_anomaly)[0] == 200
    assert found.threshold.value != detector.threshold.value


def test_drift_is_noticed():
    detector = quick_fit(waves(2000))
    calm, other = waves(1500, seed=6), waves(1500, seed=6)
    other[500:] += np.random.default_rng(1).normal(size=(1000, 1))
    assert not detector.detect(calm).drifting.any()
    assert detector.detect(other).drifting[-1]


def test_a_series_in_a_series_out():
    times = np.datetime64("2024-01-01", "ns") + np.arange(300) * np.timedelta64(1, "m")
    series = TimeSeries(waves(300, 2), ("heat", "load"), times=times)
    detector = quick_fit(series)
    found = detector.detect(series)
    assert found.channels == ("heat", "load")
    np.testing.assert_array_equal(found.times, times)


def test_masked_readings_are_missing(detector):
    values = np.ma.masked_array(waves(200, seed=3), mask=np.zeros((200, 1), bool))
    values[50] = -999
    values.mask[50] = True
    assert np.isnan(detector.detect(values).scores[50])


def test_the_errors_of_training_are_those_of_the_fit(detector):
    errors = detector.training_errors(waves(300))
    np.testing.assert_allclose(
        np.nanmean(np.abs(errors), axis=0)[:2], detector.judgement.scorer.scale[:2]
    )


def test_what_is_refused(detector, tmp_path):
    with pytest.raises(InputError, match=r"value must be of shape \(1,\); got \(2,\)"):
        detector.update(np.zeros(2))
    with pytest.raises(InputError, match=r"must be of shape \(time, 1\)"):
        detector.detect(np.zeros((50, 2)))
    with pytest.raises(InputError, match="channels must name all 1 channels"):
        AnomalyDetector.fit(waves(100), detector.settings, channels=["a", "b"])
    for short in (waves(2), np.zeros((0, 1))):
        with pytest.raises(InputError, match="training needs at least 4 readings"):
            AnomalyDetector.fit(short, replace(TINY))
    detector.save(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    del config["fitted"]
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="not the configuration of a detector"):
        AnomalyDetector.load(tmp_path)

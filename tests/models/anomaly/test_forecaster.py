import json
from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.models import Forecaster, ForecasterSettings
from seqkit.recurrence import portable
from seqkit.series import TimeSeries
from tests.models.anomaly.conftest import waves

CLOSED = ForecasterSettings(horizon=3, lags=8, recurrent="never")
SMALL = ForecasterSettings(
    horizon=3,
    lags=8,
    recurrent="always",
    network="GRU",
    units=6,
    window=24,
    epochs=2,
    batch_size=8,
)
HOURS = np.datetime64("2024-01-01T00", "ns") + np.arange(240) * np.timedelta64(1, "h")


def fit(values, **settings):
    base = SMALL if settings.get("recurrent") == "always" else CLOSED
    with portable():
        return Forecaster.fit(values, replace(base, **settings), verbose=0)


def test_it_works_without_settings():
    forecaster = Forecaster.fit(waves(200))
    assert forecaster.forecast().mean.shape == (10, 1)
    assert forecaster.report.startswith("no recurrent network")


def test_a_forecast_goes_on_where_the_training_ended():
    values = 10 + 3 * waves(200)
    forecaster = fit(values)
    forecast = forecaster.forecast(2)
    again = forecaster.forecast(2, after=values)
    np.testing.assert_allclose(forecast.mean, again.mean)
    assert forecast.mean.shape == (2, 1)
    assert (forecast.lower < forecast.mean).all()
    assert (forecast.mean < forecast.upper).all()
    assert np.abs(forecast.mean - values[-1]).max() < 6


def test_forecasts_have_times():
    forecaster = fit(TimeSeries(waves(200), times=HOURS[:200]))
    np.testing.assert_array_equal(forecaster.forecast().times, HOURS[200:203])
    later = TimeSeries(waves(40, seed=1), times=HOURS[200:])
    after = forecaster.forecast(1, after=later)
    assert after.times[0] == HOURS[-1] + np.timedelta64(1, "h")
    assert forecaster.forecast(1, after=later.values).times is None


@pytest.mark.parametrize("recurrent", ["never", "always"])
def test_it_is_saved_loaded_and_exported(recurrent, tmp_path):
    values = waves(200, channels=2)
    values[50:55, 0] = np.nan
    forecaster = fit(TimeSeries(values, ("a", "b"), 1), recurrent=recurrent)
    tmp_path = tmp_path / "made" / "here"
    forecaster.save(tmp_path)
    again = Forecaster.load(tmp_path)
    assert again.channels == ("a", "b")
    assert again.settings == forecaster.settings
    expected = forecaster.forecast(3, after=values[:120])
    found = again.forecast(3, after=values[:120])
    np.testing.assert_allclose(found.mean, expected.mean, rtol=1e-5)
    forecaster.export(tmp_path / "1")  # raises where a fresh process differs
    served = tf.saved_model.load(str(tmp_path / "1")).signatures["serving_default"]
    answer = served(values=tf.constant(values[:120]))
    np.testing.assert_allclose(answer["mean"], expected.mean, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(answer["upper"], expected.upper, rtol=1e-4, atol=1e-5)
    config = json.loads((tmp_path / "config.json").read_text())
    del config["outlook"]
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="not the configuration of a forecaster"):
        Forecaster.load(tmp_path)


@pytest.mark.slow
def test_intervals_cover_what_they_promise():
    values = waves(6000)
    forecaster = fit(values[:3000], horizon=5, coverage=0.9, lags=32)
    read = forecaster.normal.read(values[3000:])
    forecasts = forecaster.forecasts(read)
    for step in range(5):
        off = np.abs(read.truth[200:, 0] - forecasts[199 - step : -1 - step, step, 0])
        inside = np.mean(off <= forecaster.outlook.half_width[step, 0])
        assert 0.86 < inside < 0.94


def test_what_is_refused():
    forecaster = fit(waves(100))
    for n in (0, 4, 2.0, True, "two"):
        with pytest.raises(InputError, match=f"n must be from 1 to 3; got {n!r}"):
            forecaster.forecast(n)
    with pytest.raises(InputError, match="after must have at least 8 readings"):
        forecaster.forecast(1, after=waves(7))
    with pytest.raises(InputError, match="network must be"):
        fit(waves(100), network="Transformer")

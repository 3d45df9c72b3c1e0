from dataclasses import replace

import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.models import Forecaster
from seqkit.models.anomaly.settings import ForecasterSettings
from seqkit.recurrence import portable
from tests.models.anomaly.conftest import TINY, waves


def fit(values, exogenous=None, **settings):
    with portable():
        return Forecaster.fit(values, replace(TINY, **settings), exogenous, verbose=0)


@pytest.mark.parametrize("network", ["GRU", "LSTM", "Jordan"])
@pytest.mark.parametrize("layers", [1, 2])
def test_step_by_step_is_as_the_network_says_at_once(network, layers):
    values = waves(90, channels=2)
    forecaster = fit(values, network=network, layers=layers, epochs=0)
    features = forecaster.features(values)
    at_once = forecaster.network(features[None]).numpy()[0]
    found = forecaster.forecasts(values)
    first = TINY.window - 1
    assert np.isnan(found[:first]).all()
    np.testing.assert_allclose(found[first:], at_once[first:], atol=1e-5)


def test_the_recursive_strategy_reads_its_own_forecasts():
    values, outside = waves(90, channels=1), waves(90, channels=2)[:, 1:]
    values[40] = np.nan
    forecaster = fit(values, outside, strategy="recursive", epochs=1)
    found = forecaster.forecasts(np.concatenate([values, outside], 1))
    features = forecaster.features(np.concatenate([values, outside], 1))
    for t in (40, 70):  # each by its own run of the whole network
        seen = features[: t + 1]
        for step in range(TINY.horizon):
            ahead = forecaster.network(seen[None]).numpy()[0, -1, 0]
            np.testing.assert_allclose(found[t, step], ahead, atol=1e-5)
            believed = [ahead, features[t, 1:2], np.ones(2)]
            seen = np.concatenate([seen, np.concatenate(believed)[None]], dtype="f4")


def test_a_forecast_goes_on_where_the_training_ended():
    values = 10 + 3 * waves(200)
    forecaster = fit(values, epochs=5)
    forecast = forecaster.forecast(2)
    again = forecaster.forecast(2, after=values)
    for one, other in zip(forecast, again, strict=True):
        assert one.shape == (2, 1)
        np.testing.assert_allclose(one, other)
    assert (forecast.lower < forecast.mean).all()
    assert (forecast.mean < forecast.upper).all()
    assert np.abs(forecast.mean - values[-1]).max() < 6


@pytest.mark.slow
def test_intervals_cover_what_they_promise():
    values = waves(6000)
    settings = ForecasterSettings(network="GRU", units=12, horizon=5, coverage=0.9)
    forecaster = Forecaster.fit(values[:3000], settings, verbose=0)
    scaled = forecaster.features.truth(values[3000:])
    forecasts = forecaster.forecasts(values[3000:])
    for step in range(5):
        off = np.abs(scaled[200:, 0] - forecasts[199 - step : -1 - step, step, 0])
        inside = np.mean(off <= forecaster.outlook.half_width[step, 0])
        assert 0.86 < inside < 0.94


def test_what_is_refused(detector):
    forecaster = detector.forecaster
    for n in (0, 4):
        with pytest.raises(InputError, match=f"n must be from 1 to 3; got {n}"):
            forecaster.forecast(n)
    with pytest.raises(InputError, match="after must have at least 24 readings"):
        forecaster.forecast(1, after=waves(23))
    with pytest.raises(InputError, match="network must be one of"):
        fit(waves(100), network="Transformer")

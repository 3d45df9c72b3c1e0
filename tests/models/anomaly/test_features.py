import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.models.anomaly.features import Features, joined
from seqkit.models.anomaly.normal import Normal
from seqkit.models.anomaly.settings import ForecasterSettings
from tests.models.anomaly.conftest import waves


def test_the_past_is_bounded_and_the_truth_is_not():
    values = waves(100)
    features = Features.fit(values, 1)
    wild = values.copy()
    wild[50] = 1e6
    assert features.truth(wild)[50] > 1e5
    assert abs(features.kept(features.scaled(wild))[50]) < 20


def test_what_is_missing_is_forecast():
    values = waves(500)
    normal, _ = Normal.fit(values, 1, ForecasterSettings(lags=16))
    hidden = values.copy()
    hidden[300:310] = np.nan
    read = normal.read(hidden)
    assert np.isnan(read.truth[300:310]).all()
    expected = normal.features.truth(values)[300:310]
    assert np.abs(read.past[300:310] - expected).mean() < 0.2


def test_exogenous_channels_are_held_and_nothing_is_known_before():
    values = np.concatenate([waves(200), waves(200, seed=1)], axis=1)
    values[:3] = np.nan
    values[100:105, 1] = np.nan
    _, read = Normal.fit(values, 1, ForecasterSettings(lags=8))
    assert (read.past[:3] == 0).all()
    assert (read.past[100:105, 1] == read.past[99, 1]).all()
    assert np.isfinite(read.past).all()


def test_joined():
    everything, targets = joined(np.zeros((5, 2)), np.ones((5, 1)))
    assert everything.shape == (5, 3)
    assert targets == 2
    with pytest.raises(InputError, match="lengths must be equal"):
        joined(np.zeros((5, 2)), np.ones((4, 1)))
    with pytest.raises(InputError, match=r"values must be of shape \(time, channels\)"):
        joined(np.zeros(5), None)
    with pytest.raises(InputError, match=r"values must be of shape \(time, 1\)"):
        Features.fit(np.arange(5.0)[:, None], 1).truth(np.zeros((3, 2)))

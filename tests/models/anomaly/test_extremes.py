import numpy as np
import pytest

from seqkit.models.anomaly.extremes import without_extremes
from seqkit.models.anomaly.training_checks import check_training
from seqkit.series import TimeSeries
from tests.models.anomaly.conftest import waves


def left_out(values):
    return np.flatnonzero(np.isnan(without_extremes(values)).any(axis=1)).tolist()


@pytest.mark.parametrize("wrong", [-9999.0, 1e9])
def test_a_few_extremes_are_left_out(wrong):
    values = waves(1000)
    values[[10, 20]] = wrong
    assert left_out(values) == [10, 20]


def test_many_extremes_are_readings():
    values = waves(1000)
    values[::50] = 1e9
    assert left_out(values) == []


@pytest.mark.parametrize("wrong", [-9999, 999.9, 99, -1, 65535, -32768])
@pytest.mark.parametrize("rows", [slice(None, None, 50), slice(300, 330), slice(0, 40)])
def test_placeholders_are_left_out_however_many(wrong, rows):
    values = 20 + waves(1000)
    values[rows] = wrong
    assert left_out(values) == np.arange(1000)[rows].tolist()
    [remark] = check_training(TimeSeries(values, ("heat",)))
    assert f"extreme readings ({wrong:g}) left out of the training" in remark


def test_several_placeholders_and_a_constant_channel():
    values = np.concatenate([20 + waves(1000), np.full((1000, 1), 7.0)], axis=1)
    values[100:110, 0], values[200:230, 0], values[300:305, 1] = -9999, 9999, -999
    expected = [*range(100, 110), *range(200, 230), *range(300, 305)]
    assert left_out(values) == expected


def test_what_is_no_placeholder():
    random = np.random.default_rng(0)
    state = (random.uniform(size=(1000, 1)) < 0.03) * 1.0
    heating = np.where(
        random.uniform(size=1000) < 0.2, 0, 2000 + random.normal(size=1000)
    )
    below = random.normal(size=(1000, 1))
    below[::40] = -1  # among others below 0
    ramp = np.linspace(0, 99, 1000)[:, None]
    for values in (state, state * 99, heating[:, None], below, ramp):
        assert left_out(values) == []

import json

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from seqkit.errors import InputError
from seqkit.series import Fitted, Scaler


@pytest.fixture
def values():
    found = np.random.default_rng(0).normal([3, -5], [2, 0.1], (500, 2))
    found[10:40, 0] = np.nan
    return found


def test_equals_scikit_learn(values):
    ours = Scaler.fit(values).transform(values)
    np.testing.assert_allclose(ours, StandardScaler().fit_transform(values))


def test_robust_scale_hardly_moves_with_outliers(values):
    spoilt = values.copy()
    spoilt[::50] = 1e6
    clean, robust = Scaler.fit(values), Scaler.fit(spoilt, robust=True)
    np.testing.assert_allclose(robust.center, clean.center, rtol=0.05)
    np.testing.assert_allclose(robust.scale, clean.scale, rtol=0.1)


@pytest.mark.parametrize("robust", [False, True])
@pytest.mark.parametrize("value", [0.1, -1e6, 0.0])
def test_any_change_of_a_constant_channel_is_large(value, robust):
    # 0.1 has no exact float: the mean of many of them is a little off.
    scaler = Scaler.fit(np.full((1000, 1), value), robust)
    same, other = scaler.transform(np.array([[value], [value + 1e-3]]))[:, 0]
    assert abs(same) < 1e-3
    assert other > 0.9


def test_a_channel_whose_quartiles_are_equal():
    values = np.zeros((100, 1))
    values[::10] = 1.0
    assert Scaler.fit(values, robust=True).scale[0] == pytest.approx(values.std())


def test_nothing_is_filled_in(values):
    scaler = Scaler.fit(values)
    scaled = scaler.transform(values)
    assert np.isnan(scaled).sum() == 30
    np.testing.assert_allclose(scaler.inverse(scaled), values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            [[np.nan, 1.0]],
            r"every channel must have a reading to be scaled; none in \[",
        ),
        (np.zeros((0, 1)), "every channel must have a reading"),
        ([1.0, 2.0], r"values must be of shape \(time, channels\); got \(2,\)"),
        ([[np.inf]], r"values must be finite or missing; infinite at \(0, 0\)"),
        ([["a"]], "values must be numbers: could not convert"),
    ],
)
def test_what_cannot_be_scaled(values, message):
    with pytest.raises(InputError, match=message):
        Scaler.fit(values)


def test_saved_exactly(values):
    scaler = Scaler.fit(values)
    again = Fitted.from_dict(json.loads(json.dumps(scaler.to_dict())))
    assert type(again) is Scaler
    np.testing.assert_array_equal(again.center, scaler.center)
    np.testing.assert_array_equal(again.scale, scaler.scale)


def test_saved_by_something_else():
    with pytest.raises(
        InputError, match=r"type must be one of .*Scaler.*; got 'Other'"
    ):
        Fitted.from_dict({"type": "Other"})

import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.models.anomaly.features import Features, joined


def test_a_missing_reading_is_held_and_marked():
    training = np.array([[0.0, 5], [2, np.nan], [np.nan, np.nan], [4, 7]])
    features = Features.fit(training, targets=1)
    values = np.array([[np.nan, 6.0], [2, np.nan], [np.nan, np.nan]])
    expected = np.array([[0, 0, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0]])
    np.testing.assert_array_equal(features(values), expected)
    assert np.isnan(features.truth(values)).ravel().tolist() == [True, False, True]


def test_without_missing_training_readings_there_is_no_mask():
    features = Features.fit(np.arange(8.0).reshape(4, 2), targets=2)
    assert features.size == features.channels == 2
    held = features(np.array([[6.0, 7.0], [np.nan, 1.0]]))
    assert held[1, 0] == held[0, 0]


def test_a_constant_channel_keeps_its_size():
    features = Features.fit(np.full((5, 1), 3.0), targets=1)
    assert features(np.array([[3.0], [5.0]])).ravel().tolist() == [0.0, 2.0]


def test_what_is_refused():
    with pytest.raises(InputError, match="every channel must have a reading"):
        Features.fit(np.full((5, 1), np.nan), targets=1)
    features = Features.fit(np.arange(8.0).reshape(4, 2), targets=2)
    with pytest.raises(InputError, match=r"of shape \(time, 2\); got \(3, 1\)"):
        features(np.zeros((3, 1)))
    with pytest.raises(InputError, match="lengths must be equal"):
        joined(np.zeros((3, 1)), np.zeros((4, 1)))
    with pytest.raises(InputError, match="must be finite or missing"):
        joined(np.array([[np.inf]]), None)

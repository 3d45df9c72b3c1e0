import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.series import forecast_errors, forecast_windows, windows


def test_windows_are_views():
    values = np.arange(24.0).reshape(12, 2)
    found = windows(values, 4, stride=3)
    assert np.shares_memory(found, values)
    assert found.tolist() == [values[i : i + 4].tolist() for i in (0, 3, 6)]


def test_a_window_as_long_as_the_series():
    assert windows(np.arange(3), 3).tolist() == [[0, 1, 2]]


@pytest.mark.parametrize(
    ("length", "stride", "message"),
    [
        (4, 1, "at least as long as a window of 4; got 3"),
        (0, 1, "length must be at least 1; got 0"),
        (2, 0, "stride must be at least 1; got 0"),
    ],
)
def test_impossible_windows(length, stride, message):
    with pytest.raises(InputError, match=message):
        windows(np.arange(3), length, stride)


def test_what_follows_a_window():
    values = np.arange(20.0).reshape(10, 2)
    past, future = forecast_windows(values, 3, 2, stride=2)
    for index, start in enumerate((0, 2, 4)):
        assert past[index].tolist() == values[start : start + 3].tolist()
        assert future[index].tolist() == values[start + 3 : start + 5].tolist()


@pytest.mark.parametrize(("time", "steps"), [(9, 4), (3, 5), (1, 2), (0, 1)])
def test_errors_of_each_reading_one_by_one(time, steps):
    random = np.random.default_rng(0)
    values = random.normal(size=(time, 2))
    forecasts = random.normal(size=(time, steps, 2))
    found = forecast_errors(values, forecasts)
    for t in range(time):
        for h in range(steps):
            made = t - 1 - h
            expected = values[t] - forecasts[made, h] if made >= 0 else [np.nan] * 2
            np.testing.assert_array_equal(found[t, h], expected)


def test_errors_of_other_shapes():
    with pytest.raises(InputError, match="forecasts must be of shape"):
        forecast_errors(np.zeros((5, 2)), np.zeros((4, 3, 2)))

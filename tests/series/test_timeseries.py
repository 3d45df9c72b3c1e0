import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.series import TimeSeries

TIMES = np.datetime64("2024-01-01T00:00", "ns") + np.arange(4) * np.timedelta64(5, "m")


def test_what_is_known_of_readings():
    series = TimeSeries(np.arange(8.0).reshape(4, 2), times=TIMES, targets=1)
    assert series.channels == ("0", "1")
    assert series.seconds == 300
    part = series[1:3]
    assert len(part) == 2
    assert part.index[0] == TIMES[1]
    assert part.seconds == 300
    assert TimeSeries.of(series) is series


def test_masked_readings_are_missing():
    values = np.ma.masked_equal(np.array([[1.0], [-9], [3]]), -9)
    series = TimeSeries(values)
    assert series.missing.ravel().tolist() == [False, True, False]


def test_uneven_times_have_no_step():
    assert TimeSeries(np.zeros((3, 1)), times=TIMES[[0, 1, 3]]).step is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"values": np.zeros(3)}, r"values must be of shape \(time, channels\)"),
        ({"channels": ("a",)}, "channels must name all 2 channels; got"),
        ({"channels": ("a", "a")}, "channels must differ; twice: a"),
        ({"targets": 3}, "targets must be from 1 to 2; got 3"),
        ({"times": TIMES[:2]}, "lengths must be equal; got values 4, times 2"),
        ({"times": TIMES[::-1]}, "times must increase"),
        ({"times": np.arange(4)}, "times must be datetime64"),
    ],
)
def test_what_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        TimeSeries(**({"values": np.zeros((4, 2))} | given))


def test_exogenous_readings_go_with_arrays():
    series = TimeSeries.of(np.zeros((4, 1)), np.ones((4, 2)))
    assert (series.targets, len(series.channels)) == (1, 3)
    with pytest.raises(InputError, match="exogenous goes with arrays"):
        TimeSeries.of(series, np.ones((4, 1)))

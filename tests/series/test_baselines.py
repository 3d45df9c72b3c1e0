import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.series.baselines import (
    autoregressive_errors,
    random_scores,
    windowed_deviation,
)


@pytest.mark.parametrize("window", [1, 7, 300, 1000])
def test_windowed_deviation_one_by_one(window):
    values = np.random.default_rng(0).normal([0, 5], [1, 3], (600, 2))
    values[50:60, 0] = np.nan
    values[100] = np.nan
    found = windowed_deviation(values, window)
    for time in range(600):
        past = values[max(0, time - window) : time]
        off = [
            abs(values[time, c] - np.nanmean(past[:, c]))
            / max(np.nanstd(past[:, c]), 1e-6)
            for c in range(2)
            if np.isfinite(past[:, c]).any() and np.isfinite(values[time, c])
        ]
        assert found[time] == pytest.approx(max(off, default=np.nan), nan_ok=True)


def test_autoregression_finds_the_step_that_does_not_follow():
    random = np.random.default_rng(0)
    values = np.zeros((1000, 1))
    for time in range(1, 1000):
        values[time] = 0.9 * values[time - 1] + 0.1 * random.normal()
    values[800:] += 2  # only the step is unusual, not what follows it
    scores = autoregressive_errors(values[:500], values)
    assert np.isnan(scores[0])
    assert np.nanargmax(scores) == 800
    assert np.nanstd(scores[1:500]) < 1


def test_a_channel_that_never_changes():
    scores = autoregressive_errors(np.ones((9, 1)), np.array([[1.0], [1.0], [2.0]]))
    assert scores[1] == pytest.approx(0, abs=1e-6)
    assert scores[2] > 1e5


def test_random_scores_are_the_same_again():
    assert random_scores(5).tolist() == random_scores(5).tolist()
    assert random_scores(5).tolist() != random_scores(5, seed=1).tolist()


def test_no_window():
    with pytest.raises(InputError, match="window must be at least 1; got 0"):
        windowed_deviation(np.zeros((3, 1)), 0)

import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.series.baselines import (
    autoregressive_errors,
    left_discord,
    nearest_windows,
    random_scores,
    window_components,
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
            if np.isfinite(past[:, c]).sum() >= min(30, window)
            and np.isfinite(values[time, c])
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


def test_of_two_readings_the_third_is_not_a_million_deviations_off():
    assert np.isnan(windowed_deviation(np.array([[1.0], [1.0], [2.0]]))).all()
    values = np.random.default_rng(0).normal(size=(2000, 1))
    assert np.nanmax(windowed_deviation(values)) < 6


@pytest.mark.parametrize(
    "score",
    [
        lambda training, values: nearest_windows(training, values)[1],
        lambda training, values: left_discord(values, 32),
        window_components,
        lambda training, values: autoregressive_errors(training, values, 32),
    ],
    ids=["nearest windows", "left discord", "sub-PCA", "ridge"],
)
def test_a_strange_form_is_found(score):
    values = np.sin(np.arange(1500) / 5)[:, None]
    values = values + 0.05 * np.random.default_rng(0).normal(size=values.shape)
    values[1200:1210] = values[1199]
    values[300] = np.nan
    found = score(values[:1000], values)
    assert 1200 <= np.nanargmax(found[100:]) + 100 < 1245


def test_left_discord_is_the_distance_to_what_was_before():
    values = np.random.default_rng(0).normal(size=(120, 1)).cumsum(axis=0)
    found, window = left_discord(values, 16), 16
    seen = np.lib.stride_tricks.sliding_window_view(values[:, 0], window)
    deviation = np.maximum(seen.std(axis=1), 0.01 * values.std())
    seen = (seen - seen.mean(axis=1, keepdims=True)) / deviation[:, None]
    for end in (40, 77, 119):
        at = end - window + 1
        distances = [
            np.sqrt(((seen[at] - seen[b]) ** 2).mean()) for b in range(at - window + 1)
        ]
        assert found[end] == pytest.approx(min(distances), rel=1e-3)


def test_components_give_the_mahalanobis_distance_where_all_are_kept():
    random = np.random.default_rng(0)
    training, values = random.normal(size=(2, 3000, 1)).cumsum(axis=1)
    found = window_components(training, values, window=4, share=1.0)
    seen, now = (
        each - each.mean(axis=1, keepdims=True)
        for each in (
            np.lib.stride_tricks.sliding_window_view(part[:, 0], 4)
            for part in (training, values)
        )
    )
    inverse = np.linalg.pinv(seen.T @ seen / len(seen), rcond=1e-5)
    expected = np.sqrt(np.einsum("ti,ij,tj->t", now, inverse, now) / 4)
    np.testing.assert_allclose(found[3:], expected, rtol=1e-5)


def test_random_scores_are_the_same_again():
    assert random_scores(5).tolist() == random_scores(5).tolist()
    assert random_scores(5).tolist() != random_scores(5, seed=1).tolist()


def test_no_window():
    with pytest.raises(InputError, match="window must be at least 1; got 0"):
        windowed_deviation(np.zeros((3, 1)), 0)

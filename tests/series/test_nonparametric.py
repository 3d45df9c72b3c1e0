import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.series import dynamic, dynamic_anomalies, prune


def dynamic_by_the_formula(scores, deviations):
    """Hundman et al., (3): the z of the greatest gain, written out."""
    mean, deviation, gains = scores.mean(), scores.std(), {}
    for z in deviations:
        epsilon = mean + z * deviation
        above = [i for i, score in enumerate(scores) if score > epsilon]
        if not above:
            continue
        below = np.array([score for score in scores if not score > epsilon])
        sequences = sum(1 for i in above if i - 1 not in above)
        gains[z] = (
            (mean - below.mean()) / mean + (deviation - below.std()) / deviation
        ) / (len(above) + sequences**2)
    best = max(gains.values(), default=0)
    return max(
        (z for z, gain in gains.items() if gain == best), default=max(deviations)
    )


@pytest.mark.parametrize("seed", range(20))
def test_dynamic_equals_its_formula(seed):
    random = np.random.default_rng(seed)
    scores = random.exponential(size=400)
    for start in random.integers(0, 380, seed % 4):
        scores[start : start + random.integers(1, 20)] += random.uniform(2, 10)
    deviations = tuple(np.arange(2, 10.5, 0.5).tolist())
    z = dynamic_by_the_formula(scores, deviations)
    expected = scores.mean() + z * scores.std()
    assert dynamic(scores).value == pytest.approx(expected)


def test_dynamic_where_nothing_stands_out():
    threshold = dynamic(np.array([1.0, 2.0] * 50))
    assert threshold.value == 1.5 + 10 * 0.5
    assert threshold.reason.endswith("of 100 scores; no other leaves a calmer rest")


def test_dynamic_of_scores_that_are_all_zero():
    assert not dynamic(np.zeros(50)).exceeded(np.zeros(50)).any()


def test_prune_by_hand():
    """Peaks 0.40 and 0.30, 0.28 below: 25% is a step, 6.7% is none (p = 13%)."""
    scores = np.array([0.1, 0.4, 0.35, 0.1, 0.3, 0.1, 0.28])
    exceeded = scores > 0.29
    assert prune(scores, exceeded).tolist() == [False, True, True] + [False] * 4
    assert prune(scores, exceeded, decrease=0.05).tolist() == exceeded.tolist()
    assert not prune(scores, exceeded, decrease=0.3).any()


def test_a_small_step_before_a_great_one_keeps_both():
    """Peaks 0.42, 0.40 and 0.1 below: the first step is small, the second is not."""
    scores = np.array([0.1, 0.42, 0.1, 0.4, 0.1])
    exceeded = scores > 0.2
    assert prune(scores, exceeded).tolist() == exceeded.tolist()


def test_prune_nothing_and_all():
    assert not prune(np.ones(5), np.zeros(5, bool)).any()
    assert prune(np.ones(5), np.ones(5, bool)).all()


def smooth_scores(length=1000):
    scores = np.random.default_rng(0).gamma(4, 0.25, length)
    for start in (150, 420, 700):
        scores[start : start + 15] += 6
    scores[600:] *= 3  # the usual level changes
    return scores


def test_one_window_is_the_whole_series():
    scores = smooth_scores(500)
    found, levels = dynamic_anomalies(scores, window=500)
    threshold = dynamic(scores)
    assert (levels == threshold.value).all()
    assert found.tolist() == prune(scores, threshold.exceeded(scores)).tolist()
    shorter, _ = dynamic_anomalies(scores, window=2000)
    assert shorter.tolist() == found.tolist()


@pytest.mark.parametrize("length", [1000, 973])
def test_each_batch_by_the_window_that_ends_with_it(length):
    scores = smooth_scores(length)
    scores[300:320] = np.nan
    found, levels = dynamic_anomalies(scores, window=200, stride=50)
    for end in [*range(200, length, 50), length]:
        start = end - (200 if end == 200 else (end - 1) % 50 + 1)
        recent = scores[end - 200 : end]
        threshold = dynamic(recent)
        kept = prune(recent, threshold.exceeded(recent))
        assert (levels[start:end] == threshold.value).all()
        assert found[start:end].tolist() == kept[start - end :].tolist()
    assert found[150:165].any()
    assert found[420:435].any()
    assert not found[300:320].any()


def test_windows_without_a_score():
    scores = np.append([np.nan] * 100, np.random.default_rng(0).gamma(4, 0.25, 100))
    found, levels = dynamic_anomalies(np.append(scores, [np.nan] * 60), 50, 10)
    assert np.isinf(levels[:100]).all()
    assert np.isfinite(levels[110:]).all()
    assert not found[200:].any()
    assert dynamic_anomalies(np.zeros(0))[0].shape == (0,)


@pytest.mark.parametrize(
    ("find", "message"),
    [
        (lambda s: dynamic(s, ()), "deviations must name at least one"),
        (lambda s: dynamic(s * np.nan), "scores must hold at least 1 values that are"),
        (lambda s: prune(s, s > 0.5, 1.0), "decrease must be at least 0 and less tha"),
        (lambda s: dynamic_anomalies(s, 50, 0), "stride must be at least 1; got 0"),
        (lambda s: dynamic_anomalies(s, 50, 60), "window must be at least 60; got 50"),
    ],
)
def test_bad_arguments(find, message):
    with pytest.raises(InputError, match=message):
        find(np.random.default_rng(0).uniform(size=100))


def test_a_buffer_joins_what_it_reaches():
    scores = np.array([1.0, 1.2] * 300)
    scores[[100, 130, 160]] = 9.0
    found, _ = dynamic_anomalies(scores, buffer=20)
    assert np.flatnonzero(found)[[0, -1]].tolist() == [80, 180]
    assert found.sum() == 101
    assert "in 1 sequence" in dynamic(scores, buffer=20).reason
    assert "in 3 sequences" in dynamic(scores).reason


def test_with_a_buffer_few_sequences_may_be_above():
    scores = np.array([1.0, 1.2] * 1000)
    scores[::300] = 9.0
    assert dynamic(scores).exceeded(scores).sum() == 7
    threshold = dynamic(scores, buffer=20)  # 7 sequences are more than 5
    assert threshold.value == pytest.approx(scores.mean() + 12 * scores.std())

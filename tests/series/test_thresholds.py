import json

import numpy as np
import pytest
from scipy import stats

from seqkit.errors import InputError
from seqkit.series import (
    Fitted,
    Threshold,
    dynamic,
    peaks_over_threshold,
    prune,
    quantile,
)
from seqkit.series.pareto import fit_pareto
from seqkit.series.thresholds import runs


def test_quantile_leaves_its_share_above():
    scores = np.append(np.random.default_rng(0).normal(size=10_000), np.nan)
    threshold = quantile(scores, 0.99)
    assert threshold.exceeded(scores).sum() == 100
    assert threshold.reason == "0.99 of 10000 clean scores are not above it"


def test_a_threshold_is_kept_as_it_is():
    threshold = quantile(np.arange(1000.0) / 7, 0.9)
    assert Fitted.from_dict(json.loads(json.dumps(threshold.to_dict()))) == threshold
    assert threshold.step(5.0, threshold.start())[0] == threshold.value


@pytest.mark.parametrize("shape", [-0.7, -0.3, 0.0, 0.2, 0.8])
@pytest.mark.parametrize("count", [50, 2000])
def test_pareto_is_as_likely_as_by_scipy_or_likelier(shape, count):
    excesses = stats.genpareto.rvs(shape, scale=3.0, size=count, random_state=1)
    ours = fit_pareto(excesses)
    theirs = stats.genpareto.fit(excesses, floc=0)[::2]
    likelihoods = [
        stats.genpareto.logpdf(excesses, c, scale=scale).sum()
        for c, scale in (ours, theirs)
    ]
    assert likelihoods[0] >= likelihoods[1] - 1e-3


@pytest.mark.parametrize("shape", [-0.5, -0.1, 0.0, 0.3, 1.0])
def test_pareto_finds_what_was_drawn(shape):
    excesses = stats.genpareto.rvs(shape, scale=3.0, size=20_000, random_state=2)
    assert fit_pareto(excesses) == pytest.approx((shape, 3.0), abs=0.1)


def test_pareto_does_not_depend_on_the_unit():
    excesses = np.random.default_rng(0).exponential(size=300)
    shape, scale = fit_pareto(excesses)
    assert fit_pareto(1e9 * excesses) == pytest.approx((shape, 1e9 * scale))


@pytest.mark.parametrize(
    "distribution",
    [stats.norm(5, 2), stats.expon(scale=3), stats.t(4)],
    ids=["normal", "exponential", "t"],
)
def test_peaks_over_threshold_finds_what_is_rarer_than_the_data(distribution):
    """Of many samples of 5,000, the threshold for 1 in 100,000 is right on average."""
    found = [
        distribution.sf(
            peaks_over_threshold(
                distribution.rvs(5000, random_state=seed), risk=1e-5
            ).value
        )
        for seed in range(30)
    ]
    assert 1e-6 < np.mean(found) < 1e-4


def test_the_formula_of_peaks_over_threshold():
    scores = stats.t(3).rvs(3000, random_state=0)
    threshold = peaks_over_threshold(scores, risk=1e-3, level=0.95)
    high = np.quantile(scores, 0.95)
    shape, scale = fit_pareto(scores[scores > high] - high)
    expected = high + scale / shape * ((1e-3 * 3000 / 150) ** -shape - 1)
    assert threshold.value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("find", "message"),
    [
        (
            lambda s: peaks_over_threshold(s[:100]),
            "at least 10 scores above .* got 2 of",
        ),
        (lambda s: peaks_over_threshold(s * 0), "got 0 of 1000"),
        (
            lambda s: peaks_over_threshold(s, risk=0.03),
            "risk must be more than 0 and le",
        ),
        (lambda s: peaks_over_threshold(s, level=1.0), "level must be more than 0 and"),
        (
            lambda s: quantile(s, 1.0),
            "share must be more than 0 and less than 1; got 1",
        ),
        (lambda s: quantile(s * np.nan), "scores must hold at least 1 values that are"),
        (lambda s: dynamic(s, ()), "deviations must name at least one"),
        (lambda s: prune(s, s > 0.5, 1.0), "decrease must be at least 0 and less tha"),
    ],
)
def test_what_has_no_threshold(find, message):
    with pytest.raises(InputError, match=message):
        find(np.random.default_rng(0).uniform(size=1000))


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
    assert threshold.reason.endswith("of 100 scores; no score is above it")


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


@pytest.mark.parametrize("flags", [[], [0], [1], [1, 1], [0, 1, 1, 0, 1], [1, 0, 0, 1]])
def test_runs(flags):
    found = np.zeros(len(flags), bool)
    for start, end in runs(np.array(flags, bool)):
        assert start == 0 or not flags[start - 1]
        assert end == len(flags) or not flags[end]
        found[start:end] = True
    assert found.tolist() == [bool(flag) for flag in flags]


def test_a_score_at_the_threshold_is_normal():
    assert Threshold(2.0).exceeded(np.array([2.0, np.nan])).tolist() == [False, False]

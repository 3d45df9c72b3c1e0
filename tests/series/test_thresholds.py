import json

import numpy as np
import pytest
from scipy import stats

from seqkit.errors import InputError
from seqkit.series import Fitted, Threshold, peaks_over_threshold, quantile
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
    """To four standard errors, (1 + γ)/√n and σ √(2 (1 + γ)/n)."""
    excesses = stats.genpareto.rvs(shape, scale=3.0, size=10_000, random_state=2)
    found = fit_pareto(excesses)
    assert found[0] == pytest.approx(shape, abs=0.04 * (1 + shape))
    assert found[1] == pytest.approx(3.0, abs=0.12 * np.sqrt(2 * (1 + shape)))


def test_pareto_does_not_depend_on_the_unit():
    excesses = np.random.default_rng(0).exponential(size=300)
    shape, scale = fit_pareto(excesses)
    assert fit_pareto(1e9 * excesses) == pytest.approx((shape, 1e9 * scale))


@pytest.mark.parametrize(
    ("distribution", "low", "high"),
    [
        (stats.norm(5, 2), 1, 30),
        (stats.expon(scale=3), 1, 30),
        (stats.t(4), 1, 100),  # its tail is heavier than is believed
    ],
    ids=["normal", "exponential", "t"],
)
def test_false_alarms_are_as_many_as_were_asked_for(distribution, low, high):
    """Of many samples of 20,000, with 10 asked for in 100,000, on average."""
    found = [
        1e5
        * distribution.sf(
            peaks_over_threshold(
                distribution.rvs(20_000, random_state=seed), 10, gap=0
            ).value
        )
        for seed in range(20)
    ]
    assert low < np.mean(found) < high


def test_scores_close_to_each_other_are_one_alarm():
    """Every exceedance lasts ten scores: a tenth as many are alarms."""
    scores = np.repeat(np.random.default_rng(0).exponential(size=5000), 10)
    apart = np.random.default_rng(0).exponential(size=50_000)
    joined = peaks_over_threshold(scores, 10, gap=0).value
    assert joined == pytest.approx(peaks_over_threshold(apart, 100, 0).value, rel=0.1)


@pytest.mark.parametrize(
    "scores",
    [
        np.r_[
            np.abs(np.random.default_rng(0).normal(size=9930)),
            10 + 0.5 * np.random.default_rng(1).normal(size=70),
        ],
        np.random.default_rng(0).pareto(0.8, size=5000),
        np.r_[np.zeros(5000), np.random.default_rng(0).pareto(0.5, size=300)],
        np.random.default_rng(0).exponential(size=40),
        np.ones(500),
    ],
)
@pytest.mark.parametrize("false_alarms", [0.001, 0.1, 10])
def test_a_threshold_cannot_run_away(scores, false_alarms):
    for order in (scores, np.random.default_rng(0).permutation(scores)):
        found = peaks_over_threshold(order, false_alarms).value
        assert found <= 1.25 * scores.max() + 1e-12
        assert found >= np.quantile(scores, 0.95)


def test_the_formula_of_peaks_over_threshold():
    scores = np.random.default_rng(0).exponential(size=20_000)
    threshold = peaks_over_threshold(scores, 100, gap=0)
    high = np.quantile(scores, 0.95)
    peaks = np.array([scores[a:b].max() for a, b in runs(scores > high)])
    shape, _ = fit_pareto(peaks - high)
    assert shape < 0
    shape *= len(peaks) / (len(peaks) + 100)  # drawn to an exponential tail
    scale = (peaks - high).mean() * (1 - shape)
    rarer = 1e-3 * 20_000 / len(peaks)
    expected = high + scale / shape * (rarer**-shape - 1)
    assert threshold.value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("find", "message"),
    [
        (lambda s: peaks_over_threshold(s, 0.0), "false_alarms must be more than 0"),
        (lambda s: peaks_over_threshold(s, gap=-1), "gap must be at least 0; got -1"),
        (lambda s: quantile(s, 1.1), "share must be more than 0 and less than 1"),
        (lambda s: quantile(s * np.nan), "scores must hold at least 1 values that are"),
    ],
)
def test_what_has_no_threshold(find, message):
    with pytest.raises(InputError, match=message):
        find(np.random.default_rng(0).uniform(size=1000))


def test_the_greatest_score_may_be_the_threshold():
    assert quantile(np.arange(10.0), 1).value == 9


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

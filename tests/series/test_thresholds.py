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
    ],
)
def test_what_has_no_threshold(find, message):
    with pytest.raises(InputError, match=message):
        find(np.random.default_rng(0).uniform(size=1000))


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

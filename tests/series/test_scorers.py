import json

import numpy as np
import pandas as pd
import pytest

from seqkit.errors import InputError
from seqkit.series import (
    AbsoluteError,
    Fitted,
    MahalanobisDistance,
    Smoothed,
    shares,
)

STEPS, CHANNELS = 2, 3
SIZE = STEPS * CHANNELS


def gaussian_errors(count, seed=0):
    """Errors of a Gaussian with strong correlations, and its mean and covariance."""
    random = np.random.default_rng(seed)
    mixing = np.random.default_rng(9).normal(size=(SIZE, SIZE)) * np.logspace(
        0, 1, SIZE
    )
    mean = np.arange(SIZE) / 10
    errors = mean + random.normal(size=(count, SIZE)) @ mixing
    return errors.reshape(count, STEPS, CHANNELS), mean, mixing.T @ mixing


def scorers():
    clean, _, _ = gaussian_errors(400)
    absolute, distance = AbsoluteError.fit(clean), MahalanobisDistance.fit(clean)
    return [absolute, distance, Smoothed(absolute, 10), Smoothed(distance, 5)]


def with_missing(errors):
    errors = errors.copy()
    errors[3, :, 1] = np.nan
    errors[5:8] = np.nan
    errors[9, 0, 2] = np.nan
    return errors


@pytest.mark.parametrize("scorer", scorers(), ids=lambda s: type(s).__name__)
class TestEveryScorer:
    def test_one_after_the_other_as_all_together(self, scorer):
        errors = with_missing(gaussian_errors(40, seed=1)[0])
        together = scorer.contributions(errors)
        state = scorer.start()
        for time, error in enumerate(errors):
            contributions, state = scorer.step(error, state)
            assert state.shape == scorer.start().shape
            np.testing.assert_allclose(contributions, together[time], rtol=1e-12)

    def test_the_sum_of_contributions_gives_the_score(self, scorer):
        errors = with_missing(gaussian_errors(40, seed=1)[0])
        contributions = scorer.contributions(errors)
        seen = np.isfinite(contributions[:, 0])
        assert np.flatnonzero(~seen).tolist() == [5, 6, 7]
        assert (contributions[seen] >= 0).all()
        expected = scorer.finish(contributions.sum(axis=1))
        np.testing.assert_array_equal(scorer.score(errors), expected)
        np.testing.assert_allclose(shares(contributions[seen]).sum(axis=1), 1)

    def test_about_one_on_clean_errors(self, scorer):
        score = scorer.score(gaussian_errors(4000, seed=2)[0])
        assert 0.8 < score.mean() < 1.2

    def test_the_channel_at_fault_has_the_greatest_share(self, scorer):
        errors = gaussian_errors(50, seed=3)[0]
        errors[30:, :, 2] += 500
        assert (
            shares(scorer.contributions(errors))[30:].argmax(axis=1).tolist()
            == [2] * 20
        )

    def test_saved_exactly(self, scorer):
        again = Fitted.from_dict(json.loads(json.dumps(scorer.to_dict())))
        errors = gaussian_errors(20, seed=4)[0]
        np.testing.assert_array_equal(again.score(errors), scorer.score(errors))

    def test_errors_of_other_channels(self, scorer):
        with pytest.raises(InputError, match=r"must be of shape \(time, 2, 3\); got"):
            scorer.contributions(np.zeros((5, 2, 4)))


def test_the_marginal_distance_where_errors_are_missing():
    """The definition: invert the covariance of those entries that are there."""
    clean, _, _ = gaussian_errors(3000)
    scorer = MahalanobisDistance.fit(clean, shrinkage=0.0, floor=0.0)
    flat = clean.reshape(-1, SIZE)
    mean, covariance = flat.mean(axis=0), np.cov(flat.T, bias=True)
    errors = gaussian_errors(60, seed=5)[0]
    errors[np.random.default_rng(6).uniform(size=errors.shape) < 0.4] = np.nan
    for error, score in zip(
        errors.reshape(-1, SIZE), scorer.score(errors), strict=True
    ):
        there = ~np.isnan(error)
        if not there.any():
            assert np.isnan(score)
            continue
        off = (error - mean)[there]
        squared = off @ np.linalg.inv(covariance[np.ix_(there, there)]) @ off
        assert score == pytest.approx(np.sqrt(squared / there.sum()), rel=1e-8)


def test_a_missing_channel_has_no_share():
    clean, _, _ = gaussian_errors(500)
    errors = gaussian_errors(5, seed=1)[0]
    errors[:, :, 0] = np.nan
    found = MahalanobisDistance.fit(clean).contributions(errors)
    assert (found[:, 0] == 0).all()
    assert (found[:, 1:] > 0).all()


def test_a_correlated_channel_gone_is_no_alarm():
    """Filled with its mean it would be one: the other then has erred alone."""
    random = np.random.default_rng(0)
    both = random.normal(size=(2000, 1, 1)) + 0.05 * random.normal(size=(2000, 1, 2))
    scorer = MahalanobisDistance.fit(both, shrinkage=0.0)
    assert scorer.score(np.array([[[2.0, np.nan]]]))[0] == pytest.approx(2.0, rel=0.1)
    assert scorer.score(np.array([[[2.0, 0.0]]]))[0] > 15


def test_shrinkage_shrinks_the_correlations_only():
    clean, _, _ = gaussian_errors(3000)
    flat = clean.reshape(-1, SIZE)
    scorer = MahalanobisDistance.fit(clean, shrinkage=0.3, floor=0.0)
    deviation, correlation = flat.std(axis=0), np.corrcoef(flat.T)
    shrunk = 0.7 * correlation + 0.3 * np.eye(SIZE)
    expected = np.linalg.inv(shrunk * np.outer(deviation, deviation))
    np.testing.assert_allclose(scorer.precision, expected, rtol=1e-8)


def test_equal_channels_do_not_break_the_gaussian():
    once = np.random.default_rng(0).normal(size=(500, 1, 1))
    twice = np.repeat(once, 2, axis=2)
    for shrinkage in (0.0, 0.1):
        score = MahalanobisDistance.fit(twice, shrinkage).score(twice)
        assert np.isfinite(score).all()
        assert 0.5 < score.mean() < 1.5


@pytest.mark.parametrize("scorer", [AbsoluteError, MahalanobisDistance])
def test_perfect_forecasts(scorer):
    clean = np.zeros((100, 1, 2))
    clean[:, 0, 0] = np.random.default_rng(0).normal(size=100)
    for errors in (clean, np.zeros_like(clean)):
        fitted = scorer.fit(errors)
        assert np.isfinite(fitted.score(errors)).all()
        assert fitted.score(np.array([[[0.0, 5.0]]]))[0] > 1.5


def test_smoothing_equals_pandas():
    errors = np.random.default_rng(0).normal(size=(200, 1, 1))
    errors[[0, 50, 51]] = np.nan
    smoothed = Smoothed(AbsoluteError(np.ones((1, 1))), 7).score(errors)
    expected = pd.Series(np.abs(errors.ravel())).ewm(span=7, ignore_na=True).mean()
    seen = ~np.isnan(errors.ravel())
    np.testing.assert_allclose(smoothed[seen], expected[seen])
    assert np.isnan(smoothed[~seen]).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda e: MahalanobisDistance.fit(e, shrinkage=1.0),
            "shrinkage must be at le",
        ),
        (
            lambda e: AbsoluteError.fit(e[:, :, 0]),
            r"of shape \(time, steps, channels\)",
        ),
        (lambda e: AbsoluteError.fit(e[:0]), "every step and channel must have an err"),
        (
            lambda e: AbsoluteError.fit(np.where(e == e[0, 0, 1], np.nan, np.nan)),
            "none",
        ),
        (lambda e: Smoothed(AbsoluteError.fit(e), 0.5), "span must be at least 1; got"),
    ],
)
def test_what_cannot_be_fitted(make, message):
    with pytest.raises(InputError, match=message):
        make(gaussian_errors(10)[0])

import numpy as np
import pytest
import tensorflow as tf

from seqkit.models.anomaly.scoring_steps import score, threshold_level
from seqkit.series import (
    AbsoluteError,
    AdaptiveThreshold,
    MahalanobisDistance,
    Smoothed,
    Threshold,
)

CLEAN = np.random.default_rng(0).normal(0, [[1, 3], [2, 4], [1, 1]], (300, 3, 2))
ERRORS = 2 * np.random.default_rng(1).normal(size=(40, 3, 2))
ERRORS[3] = np.nan
ERRORS[5, 0], ERRORS[7, :, 1], ERRORS[9, 1, 0] = np.nan, np.nan, np.nan
SCORERS = [
    AbsoluteError.fit(CLEAN),
    MahalanobisDistance.fit(CLEAN),
    Smoothed(AbsoluteError.fit(CLEAN), 4),
    Smoothed(MahalanobisDistance.fit(CLEAN), 4),
]


@pytest.mark.parametrize("scorer", SCORERS, ids=repr)
def test_a_scorer_in_a_graph_is_the_scorer(scorer):
    state = tf.constant(scorer.start())
    contributions = scorer.contributions(ERRORS)
    for row, expected in zip(ERRORS, contributions, strict=True):
        value, found, state = score(scorer, tf.constant(row), state)
        np.testing.assert_allclose(found, expected, rtol=1e-9)
        np.testing.assert_allclose(value, scorer.finish(expected.sum()), rtol=1e-9)


@pytest.mark.parametrize("deviation", [0.5, 0.0])
def test_an_adaptive_threshold_in_a_graph_is_the_threshold(deviation):
    threshold = AdaptiveThreshold(3.0, 1.0, deviation, 5.0, "a test")
    scores = np.abs(np.random.default_rng(2).normal(2, 2, 50))
    scores[4] = np.nan
    scores[[10, 20]] = 50.0  # above the threshold
    state, levels = tf.constant(threshold.start()), threshold.levels(scores)
    for each, expected in zip(scores, levels, strict=True):
        level, state = threshold_level(threshold, tf.constant(each), state)
        np.testing.assert_allclose(level, expected, rtol=1e-9)


def test_a_threshold_that_stays():
    level, state = threshold_level(Threshold(2.5), tf.constant(1.0), tf.constant([]))
    assert float(level) == 2.5
    assert state.shape == (0,)


def test_what_has_no_graph_is_named():
    with pytest.raises(TypeError, match="no graph for a scorer of type str"):
        score("other", tf.constant(ERRORS[0]), tf.constant([]))
    with pytest.raises(TypeError, match="no graph for a threshold of type int"):
        threshold_level(3, tf.constant(1.0), tf.constant([]))

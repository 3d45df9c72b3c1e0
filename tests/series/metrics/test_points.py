import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.series.metrics import (
    area_under_precision_recall,
    point_adjusted,
    point_quality,
)


def test_by_counting():
    random = np.random.default_rng(0)
    labels, exceeded = random.integers(0, 2, (2, 200))
    found = point_quality(labels, exceeded)
    true = int((labels & exceeded).sum())
    assert found.precision == true / exceeded.sum()
    assert found.recall == true / labels.sum()
    assert found.f1 == pytest.approx(2 * true / (exceeded.sum() + labels.sum()))


@pytest.mark.parametrize(("labels", "exceeded"), [([0, 0], [0, 0]), ([0, 1], [0, 0])])
def test_nothing_found(labels, exceeded):
    assert point_quality(labels, exceeded) == (0, 0, 0)


def test_area_by_hand():
    """The true ones rank 1st and 3rd: (1/2) 1 + (1/2) 2/3."""
    labels, scores = [0, 1, 0, 1, 0], [0.1, 0.9, 0.5, 0.4, 0.3]
    assert area_under_precision_recall(labels, scores) == pytest.approx(5 / 6)


def test_a_missing_score_is_the_lowest():
    labels, scores = [0, 1, 0, 1], [0.1, 0.9, 0.5, np.nan]
    expected = area_under_precision_recall(labels, [0.1, 0.9, 0.5, 0.1])
    assert area_under_precision_recall(labels, scores) == expected


def test_point_adjustment_warns_and_flatters():
    labels = np.zeros(1000, bool)
    labels[400:600] = True
    at_random = np.random.default_rng(0).uniform(size=1000) < 0.02
    with pytest.warns(UserWarning, match="makes even random scores look good"):
        adjusted = point_adjusted(labels, at_random)
    assert point_quality(labels, at_random).f1 < 0.1
    assert point_quality(labels, adjusted).f1 > 0.9


@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [
        ([0, 0], [1.0, 2.0], "labels must have at least one anomaly; got none"),
        (
            [0, 1],
            [np.nan, np.nan],
            "scores must have at least one value; all are missi",
        ),
        ([0, 1], [1.0], "lengths must be equal; got labels 2, scores 1"),
        ([0, 2], [1.0, 2.0], "labels must be of shape .* and hold only 0 and 1"),
    ],
)
def test_what_has_no_area(labels, scores, message):
    with pytest.raises(InputError, match=message):
        area_under_precision_recall(labels, scores)


def test_lengths_that_differ():
    with pytest.raises(InputError, match="lengths must be equal; got labels 1, exceed"):
        point_quality([1], [1, 0])

import json
import pickle

import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.series import (
    AbsoluteError,
    AdaptiveThreshold,
    MahalanobisDistance,
    Smoothed,
    Stream,
    quantile,
)

SHAPE = (2, 3)


def errors(count, seed=0):
    found = np.random.default_rng(seed).normal(size=(count, *SHAPE))
    found[count // 2 :: 7, :, 1] = np.nan
    found[count // 3] = np.nan
    found[-5:] *= 10
    return found


def parts(adaptive):
    scorer = Smoothed(MahalanobisDistance.fit(errors(500)), 4)
    clean = scorer.score(errors(500))
    threshold = quantile(clean, 0.99)
    return scorer, AdaptiveThreshold.fit(
        clean, threshold, 50
    ) if adaptive else threshold


@pytest.mark.parametrize("adaptive", [False, True])
def test_one_reading_after_the_other_as_all_together(adaptive):
    scorer, threshold = parts(adaptive)
    series = errors(200, seed=1)
    scores = scorer.score(series)
    stream = Stream(scorer, threshold)
    found = [stream.update(error) for error in series]
    np.testing.assert_allclose([each.score for each in found], scores, rtol=1e-12)
    np.testing.assert_allclose(
        [each.threshold for each in found], threshold.levels(scores), rtol=1e-12
    )
    exceeded = threshold.exceeded(scores)
    assert [each.is_anomaly for each in found] == exceeded.tolist()
    assert exceeded[-3:].all()


@pytest.mark.parametrize("adaptive", [False, True])
def test_goes_on_from_a_saved_state(adaptive):
    scorer, threshold = parts(adaptive)
    series = errors(100, seed=2)
    stream, later = Stream(scorer, threshold), Stream(scorer, threshold)
    for error in series[:60]:
        stream.update(error)
    later.restore(json.loads(json.dumps(stream.state())))
    for error in series[60:]:
        np.testing.assert_equal(tuple(later.update(error)), tuple(stream.update(error)))


def test_the_state_of_another_stream():
    scorer, threshold = parts(adaptive=True)
    stream = Stream(scorer, threshold)
    other = Stream(AbsoluteError(np.ones(SHAPE)), quantile(np.arange(9.0), 0.5))
    for state in (other.state(), {}):
        with pytest.raises(InputError, match="state must be that of a stream with the"):
            stream.restore(state)


def test_nothing_is_kept_of_past_readings():
    stream = Stream(*parts(adaptive=True))
    sizes = []
    for error in errors(300):
        stream.update(error)
        sizes.append(len(pickle.dumps(stream)))
    assert len(set(sizes)) == 1

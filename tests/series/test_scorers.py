import json

import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.series import Fitted, Multiscale, shares


def clean(length=3000, sources=2, channels=2, seed=0):
    return np.random.default_rng(seed).normal(size=(length, sources, channels))


def by_definition(scorer, errors):
    """The score of one source and channel, from the equations, number by number."""
    found, past = [], 1 / scorer.past
    levels = scorer.mean[:, 0, 0].copy()
    m = scorer.mean[:, 0, 0].copy()
    v = scorer.deviation[:, 0, 0] ** 2
    for error in errors:
        if np.isnan(error):
            found.append(np.nan)
            continue
        r, u = abs(error) / scorer.scale[0, 0], 0.0
        for k, span in enumerate(scorer.spans):
            limit = np.inf if span <= 1 else max(5 * scorer.cap[0, 0, 0], 5)
            levels[k] += 2 / (span + 1) * (min(r, limit) - levels[k])
            level = levels[k]
            u += max(0.0, (level - m[k]) / max(np.sqrt(v[k]), 0.05))
            change = min(level, scorer.cap[k, 0, 0]) - m[k]
            m[k] += past * change
            v[k] = (1 - past) * (v[k] + past * change**2)
        found.append(u)
    return np.array(found)


def test_the_score_is_as_defined():
    scorer = Multiscale.fit(clean(400, 1, 1), (1, 5, 30), 100)
    errors = clean(200, 1, 1, seed=1)
    errors[50:60] = np.nan
    errors[100:110] *= 30
    expected = by_definition(scorer, errors[:, 0, 0])
    np.testing.assert_allclose(scorer.score(errors), expected, rtol=1e-9)


def test_the_score_of_channels_is_the_root_of_their_mean_square():
    scorer, errors = Multiscale.fit(clean()), clean(500, seed=1)
    alone = [
        Multiscale.fit(clean()[:, :, [c]]).score(errors[:, :, [c]]) for c in (0, 1)
    ]
    expected = np.sqrt(np.mean(np.square(alone), axis=0))
    np.testing.assert_allclose(scorer.score(errors), expected, rtol=1e-6)
    errors[100, :, 0] = np.nan
    np.testing.assert_allclose(scorer.score(errors)[100], alone[1][100], rtol=1e-6)


def test_who_is_to_blame():
    scorer, errors = Multiscale.fit(clean()), clean(500, seed=1)
    errors[300:305, 0, 1] *= 15
    assert shares(scorer.contributions(errors)[304])[1] > 0.95


def test_a_long_slight_rise_is_seen_by_the_long_spans_alone():
    errors = clean(2000, 1, 1, seed=1)
    errors[1000:1100] *= 1.8
    short, all_spans = (
        Multiscale.fit(clean(3000, 1, 1), spans) for spans in ((1,), (1, 10, 100))
    )

    def stands_out(scorer):
        found = scorer.score(errors)
        return found[1050:1150].max() / np.quantile(found[:1000], 0.999)

    assert stands_out(all_spans) > 1.5 * stands_out(short)


def test_what_is_compared_with_follows_a_slow_change_not_an_anomaly():
    scorer = Multiscale.fit(clean(3000, 1, 1), past=300)
    louder = clean(4000, 1, 1, seed=1) * 1.15
    found = scorer.score(louder)
    unmoved = Multiscale.fit(clean(3000, 1, 1), past=1e9).score(louder)
    assert found[2000:].mean() < 0.6 * unmoved[2000:].mean()
    struck = clean(1000, 1, 1, seed=2)
    struck[300:310] = 1e6
    after = scorer.score(struck)[700:]
    assert after.max() > 0.5 * scorer.score(clean(1000, 1, 1, seed=2))[700:].max()


def test_one_reading_does_not_ring_for_long():
    scorer, errors = Multiscale.fit(clean(3000, 1, 1)), clean(1000, 1, 1, seed=1)
    errors[300] = 1e9
    found = scorer.score(errors)
    assert found[300] > 1e6
    assert found[600:].max() < 1.5 * found[:300].max()


def test_no_error_no_score():
    scorer, errors = Multiscale.fit(clean()), clean(50, seed=1)
    errors[10], errors[20, 0] = np.nan, np.nan
    found = scorer.score(errors)
    assert np.flatnonzero(np.isnan(found)).tolist() == [10]


def test_a_source_without_any_clean_error_is_measured_by_its_unit():
    errors = clean()
    errors[:, 1, 0] = np.nan
    scorer = Multiscale.fit(errors)
    assert np.isfinite(scorer.score(clean(50, seed=1))).all()


def test_it_is_kept_as_it_is():
    scorer = Multiscale.fit(clean())
    again = Fitted.from_dict(json.loads(json.dumps(scorer.to_dict())))
    errors = clean(100, seed=1)
    np.testing.assert_array_equal(again.score(errors), scorer.score(errors))


def test_what_is_refused():
    scorer = Multiscale.fit(clean())
    with pytest.raises(InputError, match=r"errors must be of shape \(time, 2, 2\)"):
        scorer.score(clean(10, 1, 2))
    with pytest.raises(InputError, match="spans must be at least 1; got 0"):
        Multiscale.fit(clean(), (0.5,))
    with pytest.raises(InputError, match="past must be at least 1"):
        Multiscale.fit(clean(), past=0)

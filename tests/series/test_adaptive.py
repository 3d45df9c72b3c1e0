import json

import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.series import AdaptiveThreshold, Fitted, Threshold, quantile


def fitted(span=100, seed=0):
    clean = np.random.default_rng(seed).gamma(4, 0.25, 2000)
    return AdaptiveThreshold.fit(clean, quantile(clean), span), clean


def test_it_begins_at_the_threshold():
    adaptive, clean = fitted()
    assert adaptive.levels(np.array([0.5]))[0] == quantile(clean).value
    assert adaptive.reason.startswith("at first 0.999 of 2000 clean scores")


def test_few_false_alarms_on_clean_scores():
    adaptive, _ = fitted()
    assert adaptive.exceeded(fitted(seed=1)[1]).mean() < 0.005


def test_an_anomaly_hardly_moves_it():
    adaptive, clean = fitted()
    spoilt = clean.copy()
    spoilt[1000] = 1e9
    before, after = adaptive.levels(clean), adaptive.levels(spoilt)
    assert adaptive.exceeded(spoilt)[1000]
    assert (after[1001:] < 1.05 * before[1001:]).all()
    assert after[-1] == pytest.approx(before[-1], rel=1e-6)


def test_a_change_for_good_is_followed():
    adaptive, clean = fitted()
    risen = np.append(clean, clean + 4)
    exceeded = adaptive.exceeded(risen)
    assert exceeded[2000:2010].all()
    assert exceeded[2500:].mean() < 0.005


def test_in_a_calm_the_distance_stays():
    adaptive, _ = fitted(span=10)
    level = adaptive.levels(np.full(500, 0.3))[-1]
    assert level == pytest.approx(0.3 + adaptive.value - adaptive.mean)


def test_missing_scores_change_nothing():
    adaptive, clean = fitted()
    gaps = np.insert(clean, 1000, [np.nan] * 50)
    levels = adaptive.levels(gaps)
    expected = adaptive.levels(clean)
    np.testing.assert_array_equal(np.delete(levels, slice(1000, 1050)), expected)
    assert (levels[1000:1050] == expected[1000]).all()
    assert not adaptive.exceeded(gaps)[1000:1050].any()


def test_scores_that_were_all_equal():
    adaptive = AdaptiveThreshold.fit(np.zeros(50), Threshold(2.0), 10)
    assert adaptive.exceeded(np.array([0.0, 1.0, 2.5])).tolist() == [False, False, True]


def test_saved_exactly():
    adaptive, _ = fitted()
    assert Fitted.from_dict(json.loads(json.dumps(adaptive.to_dict()))) == adaptive


@pytest.mark.parametrize(
    ("values", "message"),
    [((1, 0, 1, 0.5), "span must be at least 1"), ((1, 0, -1, 5), "deviation must be")],
)
def test_bad_values(values, message):
    with pytest.raises(InputError, match=message):
        AdaptiveThreshold(*values, reason="")

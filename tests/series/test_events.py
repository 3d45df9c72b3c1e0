import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.series import DriftMonitor, Event, find_events


def found(scores, threshold, contributions=None, gap=0):
    scores = np.array(scores, float)
    if contributions is None:
        contributions = scores[:, None]
    names = [f"c{i}" for i in range(contributions.shape[1])]
    levels = np.full(len(scores), float(threshold))
    severity = scores / levels
    return find_events(severity, severity > 1, levels, contributions, names, gap)


def test_start_end_peak_and_severity():
    assert found([0, 3, 6, 5, 0, 4], 2) == [
        Event(1, 4, 2, 6.0, 3.0, {"c0": 1.0}),
        Event(5, 6, 5, 4.0, 2.0, {"c0": 1.0}),
    ]


@pytest.mark.parametrize(("gap", "count"), [(0, 3), (1, 2), (2, 1)])
def test_a_gap_is_bridged(gap, count):
    assert len(found([3, 0, 3, 0, 0, 3], 2, gap=gap)) == count


def test_a_missing_reading_inside_an_event():
    [event] = found([3, np.nan, 5], 2, gap=1)
    assert (event.start, event.end, event.peak) == (0, 3, 2)
    assert event.shares == {"c0": 1.0}


def test_shares_are_of_the_whole_event_greatest_first():
    contributions = np.array([[0, 0, 0], [1, 3, 0], [1, 5, 0], [0, 0, 9]])
    [event] = found([0, 4, 6, 0], 2, contributions)
    assert event.shares == {"c1": 0.8, "c0": 0.2}
    assert list(event.shares) == ["c1", "c0"]


def test_no_event():
    assert found([0, 1, np.nan], 2) == []
    assert found([], 2) == []


def test_lengths_that_differ():
    with pytest.raises(
        InputError, match="lengths must be equal; got severity 2, is_an"
    ):
        find_events(np.ones(2), np.ones(3, bool), np.ones(2), np.ones((2, 1)), ["a"])


class TestDrift:
    clean = np.random.default_rng(0).exponential(size=5000)

    def monitor(self, span=200):
        return DriftMonitor.fit(self.clean, span)

    def test_quiet_on_clean_scores_and_single_anomalies(self):
        scores = np.random.default_rng(1).exponential(size=5000)
        scores[::50] = 1e6
        scores[3000:3040] = 1e6
        assert not self.monitor().drifting(scores).any()

    def test_warns_soon_after_a_change_for_good_and_goes_on(self):
        scores = np.append(self.clean, self.clean + 3)
        drifting = self.monitor().drifting(scores)
        assert not drifting[:5000].any()
        assert 40 < np.argmax(drifting) - 5000 < 200
        assert drifting[5200:].all()

    def test_ends_when_the_level_is_as_before(self):
        scores = np.concatenate([self.clean, self.clean[:500] + 3, self.clean])
        drifting = self.monitor().drifting(scores)
        assert drifting[5000:5500].any()
        assert not drifting[6000:].any()

    def test_missing_scores_change_nothing(self):
        scores = np.append(self.clean[:100], self.clean[:300] + 3)
        gaps = np.insert(scores, 200, [np.nan] * 30)
        drifting = self.monitor().drifting(gaps)
        expected = self.monitor().drifting(scores)
        assert np.delete(drifting, slice(200, 230)).tolist() == expected.tolist()

    def test_bad_arguments(self):
        with pytest.raises(InputError, match="usual must be more than 0 and less than"):
            DriftMonitor.fit(self.clean, 10, usual=0.5)
        with pytest.raises(InputError, match="span must be at least 1"):
            DriftMonitor(1.0, 0.05, 0)

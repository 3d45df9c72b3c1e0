import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.series import Alarm, faulty_machine


def alarmed(severity, alone=None, **how):
    """Events of severities, by themselves usual where nothing else is given."""
    alone = np.zeros(len(severity)) if alone is None else alone
    return Alarm(**{"memory": 0, **how}).run(np.stack([severity, alone], axis=1))


def test_an_event_goes_on_until_all_is_calm():
    severity = np.array([0.8, 1.1, 0.8, 0.2, 0.8, 0.2, 0.2, 0.8, 1.2, 0.6])
    found = alarmed(severity, gap=1, low=0.7)
    assert np.flatnonzero(found).tolist() == [1, 2, 4, 8]


def test_a_missing_score_is_calm():
    found = alarmed(np.array([2.0, np.nan, 0.7, np.nan, np.nan, 0.7]), gap=1, low=0.5)
    assert np.flatnonzero(found).tolist() == [0, 2]


def test_an_event_ends_with_what_was_unusual_not_with_its_memory():
    severity = np.r_[0.2, 9.0, 9.0, np.linspace(8, 0.1, 60), 0.2, 1.5, 0.2]
    alone = np.zeros(len(severity))
    alone[1:3] = 5
    found = alarmed(severity, alone, gap=2, low=0.7, memory=20)
    assert np.flatnonzero(found).tolist() == [1, 2, 64]
    remembered = alarmed(severity, alone, gap=2, low=0.7, memory=90)
    assert np.flatnonzero(remembered).tolist() == [1, 2]
    alone[30] = 1.1  # another, while the first is remembered
    again = alarmed(severity, alone, gap=2, low=0.7, memory=90)
    assert np.flatnonzero(again).tolist() == [1, 2, 30]
    slow = alarmed(severity, gap=2, low=0.7, memory=20)  # nothing unusual by itself
    assert np.flatnonzero(slow).tolist() == [*range(1, 58), 64]


@pytest.mark.parametrize("low", [0.0, 1.5])
def test_what_is_refused(low):
    with pytest.raises(InputError, match="low must be more than 0 and less than 1"):
        Alarm(gap=1, low=low, memory=0)


def test_a_machine_and_its_faults():
    made = faulty_machine(each=2, length=6000, noise=0.01, seed=3)
    assert [f.start for f in made.faults] == sorted(f.start for f in made.faults)
    assert not made.labels[:3000].any()
    for fault in made.faults:
        inside = made.values[fault.start : fault.end]
        if fault.kind == "missing_event":
            assert inside[:, 0].max() < 0.1
        elif fault.kind == "long_event":
            assert inside[:, 0].min() > 2.9
        else:
            before = made.values[1000:3000, 1:]
            ratio = (
                before[:, fault.channel - 1]
                / np.delete(before, fault.channel - 1, 1)[:, 0]
            )
            expected = np.median(ratio)
            other = 2 if fault.channel == 1 else 1
            off = inside[:, fault.channel] - expected * inside[:, other]
            assert np.abs(off).max() > 0.3
    again = faulty_machine(each=2, length=6000, noise=0.01, seed=3)
    np.testing.assert_array_equal(again.values, made.values)
    with pytest.raises(InputError, match="length must leave 14 periods of 100"):
        faulty_machine(each=2, length=1500)
    with pytest.raises(InputError, match="kinds must be of broken_relation"):
        faulty_machine(["spike"])

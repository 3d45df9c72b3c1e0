import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.series import FAULTS, Fault, faulty_series, inject
from seqkit.series.faults import seasonal

PERIOD = 20


@pytest.fixture
def clean():
    return seasonal(200, channels=2, period=PERIOD, noise=0.05)


def put(clean, kind, size, start=60, end=100):
    fault = Fault(kind, start, end, 1, size)
    faulty = inject(clean, [fault], PERIOD)
    changed = np.ones(clean.shape, bool)
    changed[start:end, 1] = False
    np.testing.assert_array_equal(faulty[changed], clean[changed])
    return faulty[start:end, 1], clean[start:end, 1], clean[:, 1].std()


def test_what_each_fault_is(clean):
    faulty, before, deviation = put(clean, "level_shift", 2.0)
    np.testing.assert_allclose(faulty - before, 2 * deviation)
    faulty, before, deviation = put(clean, "spike", 3.0, end=61)
    np.testing.assert_allclose(np.abs(faulty - before), 3 * deviation)
    faulty, before, deviation = put(clean, "drift", 4.0)
    np.testing.assert_allclose(
        (faulty - before)[[0, 39]], [0.1 * deviation, 4 * deviation]
    )
    np.testing.assert_allclose(np.diff(faulty - before, 2), 0, atol=1e-12)
    faulty, before, deviation = put(clean, "noise_burst", 2.0)
    assert 1.5 < np.std(faulty - before) / deviation < 2.5
    assert (put(clean, "frozen", 0.0)[0] == clean[59, 1]).all()
    assert np.isnan(put(clean, "missing", 0.0)[0]).all()
    np.testing.assert_array_equal(put(clean, "phase_shift", 0.25)[0], clean[55:95, 1])


@pytest.mark.parametrize("seed", range(5))
def test_labels_are_where_faults_are(seed):
    series = faulty_series(each=2, length=9000, channels=2, period=50, seed=seed)
    assert sorted({fault.kind for fault in series.faults}) == sorted(FAULTS)
    assert len(series.faults) == 2 * len(FAULTS)
    clean = seasonal(9000, 2, 50, seed=seed)
    changed = (series.values != clean).any(axis=1)
    assert not (changed & ~series.labels).any()
    assert changed[series.labels].mean() > 0.95  # a drift begins with nearly nothing
    assert not series.labels[:4500].any()
    ends = [0, *(fault.end for fault in series.faults)]
    starts = [*(fault.start for fault in series.faults), 9000]
    assert min(np.subtract(starts, ends)) >= 50


def test_the_same_seed_the_same_series():
    for once, again in zip(faulty_series(seed=3), faulty_series(seed=3), strict=True):
        np.testing.assert_equal(once, again)
    assert faulty_series(seed=3).faults != faulty_series(seed=4).faults


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: faulty_series(["fire"]),
            r"kinds must be of spike, .*; got \['fire'\]",
        ),
        (
            lambda: faulty_series(length=1000),
            "length must leave .* readings more after",
        ),
        (lambda: faulty_series(clean=1.0), "clean must be more than 0 and less than 1"),
        (lambda: seasonal(10, period=3), "period must be at least 4; got 3"),
        (lambda: inject(np.zeros((9, 1)), [Fault("fire", 1, 2, 0, 1)], 4), "kind must"),
        (
            lambda: inject(np.zeros((9, 1)), [Fault("frozen", 0, 2, 0, 1)], 4),
            "a fault must lie from 1 to 9 in one of 1 channels",
        ),
        (
            lambda: inject(np.zeros((9, 1)), [Fault("spike", 3, 4, 1, 1)], 4),
            "in one of 1 channels",
        ),
        (
            lambda: inject(np.zeros((9, 1)), [Fault("phase_shift", 1, 4, 0, 0.5)], 4),
            "a fault must lie from 2 to 9",
        ),
    ],
)
def test_impossible_faults(make, message):
    with pytest.raises(InputError, match=message):
        make()

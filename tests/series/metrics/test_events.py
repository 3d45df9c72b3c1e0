import numpy as np
import pytest

from seqkit.series.metrics import detection_delays, event_quality, of_counts


def flags(length, *stretches):
    found = np.zeros(length, bool)
    for start, end in stretches:
        found[start:end] = True
    return found


def test_overlaps_of_every_sort():
    """One event hit twice, one missed, two hit by one claim, a claim of nothing."""
    labels = flags(100, (10, 20), (30, 40), (50, 55), (58, 60))
    exceeded = flags(100, (5, 11), (19, 22), (53, 59), (70, 71))
    found = event_quality(labels, exceeded)
    assert (found.found, found.missed, found.false) == (3, 1, 1)
    assert found.quality == pytest.approx((3 / 4, 3 / 4, 3 / 4))


def test_touching_is_no_overlap():
    found = event_quality(flags(20, (5, 8)), flags(20, (3, 5), (8, 9)))
    assert (found.found, found.missed, found.false) == (0, 1, 2)
    assert found.quality == (0, 0, 0)


def test_nothing_to_find_and_nothing_found():
    assert event_quality(flags(5), flags(5)).quality == (0, 0, 0)


@pytest.mark.parametrize(
    ("counts", "precision", "recall"),
    [
        ((25, 11, 2), 0.926, 0.694),
        ((59, 10, 10), 0.855, 0.855),
        ((25 + 59, 11 + 10, 2 + 10), 0.875, 0.800),
    ],
    ids=["MSL", "SMAP", "both"],
)
def test_published_figures(counts, precision, recall):
    """Hundman et al. 2018, table 2, of 36 and 69 anomalies, with pruning."""
    found = of_counts(*counts).quality
    assert found[:2] == pytest.approx((precision, recall), abs=5e-4)


def test_delays():
    labels = flags(30, (0, 4), (10, 15), (20, 25))
    exceeded = flags(30, (0, 1), (9, 9), (13, 22))
    assert detection_delays(labels, exceeded).tolist() == [0, 3, 0]
    assert np.isnan(detection_delays(labels, flags(30, (5, 9)))).all()
    assert detection_delays(flags(5), flags(5)).shape == (0,)

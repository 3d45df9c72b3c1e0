import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.series.metrics import above_chance, affiliation_quality


def flags(places, length=40):
    found = np.zeros(length, bool)
    found[places] = True
    return found


@pytest.mark.parametrize(
    ("truth", "found", "precision", "recall"),
    [  # what the authors' own program gives
        ([8, 9, 10, 21, 22, 25, 26, 33], [6, 7, 8], 0.7916666667, 0.2291666667),
        ([2, 10, 11, 12, 23, 34, 35], [0, 7, 20, 21, 22, 34], 0.5813317118,
         0.6983505625),
    ],
)  # fmt: skip
def test_figures_of_the_authors(truth, found, precision, recall):
    quality = affiliation_quality(flags(truth), flags(found))
    assert quality[:2] == pytest.approx((precision, recall))


def by_sampling(labels, exceeded, points=40):
    """Precision and recall by the definition, time cut into very small parts."""
    fine = np.repeat(np.arange(len(labels)), points)
    at = (np.arange(len(fine)) + 0.5) / points
    ends = np.flatnonzero(np.diff(labels.astype(int), prepend=0, append=0))
    starts, ends = ends[::2], ends[1::2]
    edges = [0, *(starts[1:] + ends[:-1]) / 2, len(labels)]
    precisions, recalls = [], []
    for start, end, low, high in zip(starts, ends, edges, edges[1:], strict=False):
        zone = at[(at > low) & (at < high)]
        found = zone[exceeded[fine[(at > low) & (at < high)]]]
        far = np.maximum(0, np.maximum(start - zone, zone - end))
        if len(found):
            own = np.maximum(0, np.maximum(start - found, found - end))
            precisions.append(np.mean([(far >= each).mean() for each in own]))
        inside = zone[(zone > start) & (zone < end)]
        shares = [
            (np.abs(zone - y) >= max(np.abs(found - y).min() - 0.5 / points, 0)).mean()
            for y in inside
        ] if len(found) else [0.0]  # fmt: skip
        recalls.append(np.mean(shares))
    return np.mean(precisions), np.mean(recalls)


@pytest.mark.parametrize("seed", range(6))
def test_by_the_definition(seed):
    random = np.random.default_rng(seed)
    smooth = [np.convolve(random.normal(size=30), np.ones(4), "same") for _ in range(2)]
    labels, exceeded = smooth[0] > 2, smooth[1] > 1
    labels[10] = exceeded[20] = True
    found = affiliation_quality(labels, exceeded)
    assert found[:2] == pytest.approx(by_sampling(labels, exceeded), abs=0.02)


def test_at_random_it_is_near_nothing_only_above_chance():
    random = np.random.default_rng(0)
    plain, above = [], []
    for _ in range(20):
        labels = flags((random.integers(0, 4900, 4)[:, None] + np.arange(50)), 5000)
        found = affiliation_quality(labels, random.uniform(size=5000) < 0.01)
        plain.append(found.f1)
        above.append(above_chance(found).f1)
    assert np.mean(plain) > 0.6
    assert np.mean(above) < 0.15


def test_the_extremes():
    labels = flags([10, 11, 30])
    assert affiliation_quality(labels, labels) == (1, 1, 1)
    assert affiliation_quality(labels, flags([])) == (0, 0, 0)
    assert affiliation_quality(labels, ~flags([])).recall == 1
    with pytest.raises(InputError, match="labels must have at least one anomaly"):
        affiliation_quality(flags([]), labels)

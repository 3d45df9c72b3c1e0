import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.series.metrics import point_quality, range_quality
from seqkit.series.metrics.ranges import BIASES, CARDINALITIES


def flags(length, *stretches):
    found = np.zeros(length, int)
    for start, end in stretches:
        found[start:end] = 1
    return found


LABELS = flags(60, (10, 30), (40, 50))
FOUND = flags(60, (5, 13), (20, 25), (48, 55))


@pytest.mark.parametrize(
    ("bias", "recall"),
    [
        ("flat", 0.52),
        ("front", 0.48564935064935066),
        ("middle", 0.4927272727272728),
        ("back", 0.5543506493506494),
    ],
)
def test_figures_of_another_implementation(bias, recall):
    """prts 1.0.0.3: ts_recall(alpha=0.4), ts_precision(alpha=0, bias="flat")."""
    found = range_quality(LABELS, FOUND, existence=0.4, bias=bias)
    assert found.recall == pytest.approx(recall, abs=1e-12)
    assert found.precision == pytest.approx(0.5535714285714285, abs=1e-12)


def test_by_hand():
    """Both pieces of the first range count half: 0.4 + 0.6 (1/2) 8/20, 0.4 + 0.6/5."""
    found = range_quality(LABELS, FOUND, existence=0.4)
    assert found.recall == pytest.approx((0.4 + 0.6 * 0.5 * 0.4 + 0.4 + 0.6 * 0.2) / 2)
    assert found.precision == pytest.approx((3 / 8 + 1 + 2 / 7) / 3)


def test_unit_ranges_are_the_classical_measures():
    """As the paper demands: with ranges of one reading nothing else is left."""
    random = np.random.default_rng(0)
    labels, exceeded = np.zeros((2, 200), int)
    labels[::2], exceeded[::2] = random.integers(0, 2, (2, 100))
    for bias in BIASES:
        for cardinality in CARDINALITIES:
            found = range_quality(labels, exceeded, 0.0, bias, cardinality)
            assert found == pytest.approx(point_quality(labels, exceeded))


@pytest.mark.parametrize("bias", BIASES)
@pytest.mark.parametrize("cardinality", CARDINALITIES)
@pytest.mark.parametrize("existence", [0.0, 0.5, 1.0])
def test_perfect_and_null(bias, cardinality, existence):
    options = {"bias": bias, "cardinality": cardinality, "existence": existence}
    assert range_quality(LABELS, LABELS, **options) == (1, 1, 1)
    assert range_quality(LABELS, LABELS * 0, **options) == (0, 0, 0)
    assert range_quality(LABELS, 1 - LABELS, **options) == (0, 0, 0)


def test_the_front_is_worth_more():
    early, late = flags(60, (10, 15), (40, 50)), flags(60, (25, 30), (40, 50))
    recalls = {
        bias: [
            range_quality(LABELS, found, bias=bias).recall for found in (early, late)
        ]
        for bias in BIASES
    }
    assert recalls["flat"][0] == recalls["flat"][1]
    assert recalls["front"][0] > recalls["front"][1]
    assert recalls["back"][0] < recalls["back"][1]
    assert recalls["middle"][0] == pytest.approx(recalls["middle"][1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bias": "left"}, "bias must be one of flat, front, middle, back; got 'left'"),
        (
            {"cardinality": "two"},
            "cardinality must be one of one, reciprocal; got 'two'",
        ),
        ({"existence": 1.5}, "existence must be from 0 to 1; got 1.5"),
    ],
)
def test_unknown_options(options, message):
    with pytest.raises(InputError, match=message):
        range_quality(LABELS, FOUND, **options)

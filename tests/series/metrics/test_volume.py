import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.series.metrics import area_under_precision_recall, volume_under_surface


def case(seed, length, stretches, kind):
    labels = np.zeros(length)
    for start, end in stretches:
        labels[start:end] = 1
    scores = np.random.default_rng(seed).uniform(size=length)
    if kind == "late":
        scores = scores * 0.5 + np.roll(labels, 7) * 0.6
    if kind == "coarse":
        scores = np.round(scores * 5) / 5 + labels * 0.2
    return labels, scores


THREE = [(100, 130), (140, 150), (400, 460)]


@pytest.mark.parametrize(
    ("labels_and_scores", "window", "expected"),
    [
        (case(0, 600, THREE, "random"), 40, 0.2542094952958472),
        (case(1, 600, THREE, "late"), 40, 0.8844070108943269),
        (case(2, 500, [(5, 20), (300, 301)], "coarse"), 30, 0.12029385038621397),
        (case(3, 400, [(380, 395)], "late"), 25, 0.6638384869301499),
        (
            case(4, 1000, [(200, 260), (270, 280), (600, 640)], "late"),
            100,
            0.9408854440479143,
        ),
    ],
)
def test_figures_of_the_authors_program(labels_and_scores, window, expected):
    """vus 0.0.6: metricor().RangeAUC_volume_opt(labels, scores, window)[-1]."""
    found = volume_under_surface(*labels_and_scores, window)
    assert found == pytest.approx(expected, abs=1e-12)


def by_the_definition(labels, scores, window):
    """For every tolerance and threshold, count; the anomalies may not touch."""
    time, areas = np.arange(len(labels)), []
    anomalous = np.flatnonzero(labels)
    edges = np.flatnonzero(np.diff(labels, prepend=0, append=0)).reshape(-1, 2)
    for tolerance in range(window + 1):
        distance = np.abs(time[:, None] - anomalous).min(axis=1)
        near = distance <= tolerance // 2
        soft = np.where(
            near, np.sqrt(1 - np.minimum(distance / max(tolerance, 1), 1)), 0
        )
        soft[anomalous] = 1
        area, recall_before = 0.0, 0.0
        for rank in np.linspace(0, len(scores) - 1, 250).astype(int):
            found = scores >= np.sort(scores)[::-1][rank]
            positives = labels.sum() + (soft * found * (labels == 0)).sum() / 2
            hits = [
                found[max(a - tolerance // 2, 0) : b + tolerance // 2].any()
                for a, b in edges
            ]
            recall = min((soft * found).sum() / positives, 1) * np.mean(hits)
            area += (recall - recall_before) * (soft * found).sum() / found.sum()
            recall_before = recall
        areas.append(area)
    return np.mean(areas)


def test_by_the_definition():
    labels, scores = case(5, 300, [(50, 70), (200, 215)], "late")
    expected = by_the_definition(labels, scores, 12)
    assert volume_under_surface(labels, scores, 12) == pytest.approx(expected)


def test_the_better_detector_has_the_greater_volume():
    labels, late = case(6, 2000, [(500, 560), (1200, 1230)], "late")
    random = case(6, 2000, [], "random")[1]
    volumes = [
        volume_under_surface(labels, scores) for scores in (labels, late, random)
    ]
    assert volumes[0] > 0.99
    assert volumes[0] > volumes[1] > 0.7 > 0.2 > volumes[2]


def test_without_tolerance_about_the_area_of_points():
    """But for the share of anomalies that are hit, and thresholds at 250 ranks."""
    labels, scores = case(7, 1000, [(400, 600)], "late")
    assert volume_under_surface(labels, scores, 0) == pytest.approx(
        area_under_precision_recall(labels, scores), abs=0.02
    )


def test_missing_scores_are_the_lowest():
    labels, scores = case(8, 300, [(50, 70)], "late")
    scores[:30] = scores.min()
    gaps = scores.copy()
    gaps[:29] = np.nan
    assert volume_under_surface(labels, gaps) == volume_under_surface(labels, scores)


def test_bad_arguments():
    with pytest.raises(InputError, match="window must be at least 0; got -1"):
        volume_under_surface([0, 1], [0.0, 1.0], -1)
    with pytest.raises(InputError, match="labels must have at least one anomaly"):
        volume_under_surface([0, 0], [0.0, 1.0])

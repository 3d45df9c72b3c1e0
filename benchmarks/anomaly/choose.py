"""Settings chosen on faults that were put in: no test label.

Two kinds of series, both trained on their clean first part: seasonal ones that are
generated (length of period, noise and number of channels differ), and the training
parts of telemetry with faults put into their last 40 %. Each choice is scored by F1 of
events over all series of a kind, and by the mean of both kinds.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.anomaly.choose_stream import STREAM_COLUMNS, choose_stream
from benchmarks.anomaly.sets import WHOLE_SERIES, msl_training
from benchmarks.anomaly.tables import markdown
from seqkit.models import AnomalyDetector, DetectorSettings
from seqkit.models.anomaly.thresholds import fit_scorer, fit_threshold, judge
from seqkit.series import (
    FAULTS,
    FaultySeries,
    faulty_series,
    with_faults,
)
from seqkit.series.events import without_gaps
from seqkit.series.metrics import event_quality, of_counts

KINDS = [kind for kind in FAULTS if kind != "missing"]  # seen without any score
THRESHOLDS: dict[str, dict[str, Any]] = {
    "peaks": {},
    "peaks, following 1,000": {"adapt": 1000.0},
    "quantile": {"threshold": "quantile"},
    "dynamic": {"threshold": "dynamic"},
    "dynamic, buffer 100": {"threshold": "dynamic", "buffer": 100},
    "dynamic, buffer 100, decrease 0.03": {
        "threshold": "dynamic",
        "buffer": 100,
        "decrease": 0.03,
    },
    "dynamic, buffer 200, decrease 0.03": {
        "threshold": "dynamic",
        "buffer": 200,
        "decrease": 0.03,
    },
}
NETWORKS: dict[str, dict[str, Any]] = {
    "default": {},
    "horizon 5": {"horizon": 5},
    "horizon 20": {"horizon": 20},
    "60 epochs": {"epochs": 60, "patience": 10},
    "64 units": {"units": 64},
    "two layers": {"layers": 2},
    "window 200": {"window": 200},
    "reconstruction": {"method": "reconstruction"},
    "both": {"method": "both"},
    "both, 60 epochs": {"method": "both", "epochs": 60, "patience": 10},
}
COLUMNS = ["F1 of events, mean", "generated", "telemetry"]
_SHOWN = 16
Choices = list[tuple[str, Any]]


class Trial(NamedTuple):
    """A series with faults, and how far it was off."""

    kind: str  # of series
    clean: np.ndarray  # errors of the training readings (time, steps, C)
    errors: np.ndarray  # of the others
    labels: np.ndarray


def generated() -> Iterator[tuple[np.ndarray, int, FaultySeries]]:
    """Seasonal series: values, readings to train on, and the truth."""
    kinds = product((50, 100, 200), (0.05, 0.2), (1, 3))
    for seed, (period, noise, channels) in enumerate(kinds, start=101):
        made = faulty_series(
            KINDS, each=1, length=8000, clean=0.3, channels=channels, period=period,
            noise=noise, seed=seed,
        )  # fmt: skip
        yield made.values, 2400, made


def telemetry(folder: Path) -> Iterator[tuple[np.ndarray, int, FaultySeries]]:
    """The training parts of MSL whose judged channel moves, with faults put in."""
    for seed, values in enumerate(msl_training(folder), start=201):
        count = int(0.6 * len(values))
        if np.ptp(values[count:, 0]) == 0 or len(values) - count < 500:
            continue
        made = with_faults(values[:, :1], KINDS[:4], 1, 0.6, period=50, seed=seed)
        faulty = np.concatenate([made.values, values[:, 1:]], axis=1)
        yield faulty, count, made


def trials(folder: Path, settings: DetectorSettings) -> Iterator[Trial]:
    """Train a detector on each series."""
    sources = (("generated", generated()), ("telemetry", telemetry(folder)))
    for kind, series in sources:
        for values, count, made in series:
            targets = made.values.shape[1]
            exogenous = values[:, targets:] if values.shape[1] > targets else None
            detector = AnomalyDetector.fit(
                values[:count, :targets], settings,
                None if exogenous is None else exogenous[:count], verbose=0,
            )  # fmt: skip
            errors = detector.errors(values)
            yield Trial(kind, errors[:count], errors[count:], made.labels[count:])


def qualities(everything: list[Trial], settings: list[DetectorSettings]) -> np.ndarray:
    """F1 of events of each settings, all with the same score: mean, and each kind."""
    counts = np.zeros((len(settings), 2, 3), int)
    for trial in everything:
        scorer = fit_scorer(trial.clean[:, settings[0].scored], settings[0])
        clean = scorer.score(trial.clean[:, settings[0].scored])
        scores = scorer.score(trial.errors[:, settings[0].scored])
        for number, each in enumerate(settings):
            judged = judge(scores, fit_threshold(clean, each), each)
            alarms = without_gaps(judged.is_anomaly, each.gap)
            found, missed, false, _ = event_quality(trial.labels, alarms)
            counts[number, int(trial.kind == "telemetry")] += (found, missed, false)
    f1 = [[of_counts(*map(int, kind)).quality.f1 for kind in row] for row in counts]
    return np.column_stack([np.mean(f1, axis=1), f1])


def choose_threshold(everything: list[Trial]) -> Choices:
    """Compare scores and thresholds; the best first."""
    found = []
    for scorer, steps, smoothing in product(
        ("absolute", "mahalanobis"), (0, 1), (1.0, 10.0, 30.0, 105.0)
    ):
        name = f"{scorer}, {steps or 'all'} steps, smoothing {smoothing:g}"
        names, settings = [], []
        for (threshold, choice), gap in product(THRESHOLDS.items(), (10, 100)):
            names.append(f"{name}, {threshold}, gap {gap}")
            settings.append(
                DetectorSettings(
                    scorer=scorer, scored_steps=steps, smoothing=smoothing, gap=gap,
                    **choice,
                )
            )  # fmt: skip
        found += zip(names, qualities(everything, settings), strict=True)
        print(name, file=sys.stderr, flush=True)
    return sorted(found, key=lambda each: -each[1][0])


def choose_network(folder: Path) -> Choices:
    """Compare networks and their training, with the thresholds that were chosen."""
    found = []
    for name, choice in NETWORKS.items():
        settings = [
            replace(each, **choice) for each in (DetectorSettings(), WHOLE_SERIES)
        ]
        everything = list(trials(folder, settings[0]))
        stream, whole = qualities(everything, settings)
        found += [(f"{name}, peaks", stream), (f"{name}, dynamic", whole)]
        print(f"{name}: {stream[0]:.3f}, {whole[0]:.3f}", file=sys.stderr, flush=True)
    return sorted(found, key=lambda each: -each[1][0])


PARTS: dict[str, Callable[[Path], Choices]] = {
    "threshold": lambda folder: choose_threshold(
        list(trials(folder, DetectorSettings()))
    ),
    "network": choose_network,
    "stream": lambda _: choose_stream(),
}


def choose(folder: Path, parts: Sequence[str]) -> dict[str, dict[str, list[float]]]:
    """Print the comparisons that are asked for, the best choices of each."""
    figures = {}
    for part in parts:
        found = PARTS[part](folder)
        head = STREAM_COLUMNS if part == "stream" else COLUMNS
        markdown(
            [part, *head],
            [[name, *(f"{each:.3f}" for each in row)] for name, row in found[:_SHOWN]],
        )
        figures[part] = {name: list(map(float, row)) for name, row in found}
    return figures

"""How many false events there are on clean data, beside how many were asked for."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.signal import lfilter

from benchmarks.anomaly.tables import markdown
from seqkit.models import AnomalyDetector, DetectorSettings
from seqkit.series import faulty_machine, seasonal

RATES = (0.1, 1.0, 10.0)  # false alarms in 100,000 readings
TRAINED, JUDGED = (4000, 20_000), 100_000
SEEDS = (1, 2, 3)


def clean_series(length: int, seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """Give readings without faults: their name, and (length, channels)."""
    random = np.random.default_rng(seed)
    yield "season and noise", seasonal(length, channels=3, seed=seed)
    noise = random.normal(size=(length, 1))
    yield "noise", noise
    yield "autoregression", lfilter([1.0], [1.0, -0.9], noise, axis=0)
    made = faulty_machine(
        ["missing_event"], length=length + 2000, clean=0.99, seed=seed
    )
    yield "machine", made.values[:length]
    yield "heavy tails", random.standard_t(4, size=(length, 1))


def false_events(
    values: np.ndarray, trained: int, rate: float
) -> tuple[int, AnomalyDetector]:
    """Train on the first readings; count the events in the others, all false."""
    settings = DetectorSettings(false_alarms=rate, recurrent="never")
    detector = AnomalyDetector.fit(values[:trained], settings, verbose=0)
    found = detector.detect(values[trained:], first=trained)
    return len(found.events()), detector


def false_alarms() -> list[dict[str, Any]]:
    """Print false events in 100,000 readings, mean and greatest of some seeds."""
    figures = []
    for trained in TRAINED:
        for rate in RATES:
            counts: dict[str, list[int]] = {}
            for seed in SEEDS:
                for name, values in clean_series(trained + JUDGED, seed):
                    count, _ = false_events(values, trained, rate)
                    counts.setdefault(name, []).append(count)
            figures.append({"trained": trained, "asked": rate, **counts})
    names = [n for n in figures[0] if n not in ("trained", "asked")]
    markdown(
        ["training readings", "asked for", *names],
        [
            [
                f"{figure['trained']:,}", f"{figure['asked']:g}",
                *(f"{np.mean(figure[n]):.1f} ({max(figure[n])})" for n in names),
            ]
            for figure in figures
        ],
    )  # fmt: skip
    return figures

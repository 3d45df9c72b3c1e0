"""Settings of a stream whose readings drift, chosen on generated ones: no test label.

Seasonal series of 4,000 readings whose level wanders and whose noise changes for good,
as those of servers do, with six faults each; trained, as the Numenta benchmark allows,
on the first 15 %. Each choice is scored as that benchmark does, by its own thresholds
and by the one that would have been best.
"""

import sys
from dataclasses import replace
from itertools import product

import numpy as np

from seqkit.models import DetectorSettings, Forecaster
from seqkit.models.anomaly.thresholds import fit_scorer, fit_threshold, judge
from seqkit.series import FAULTS, forecast_errors, seasonal, with_faults
from seqkit.series.metrics import Judged, best_nab_score, nab_score

_LENGTH, _TRAINED, _ROOM = 4000, 0.15, 100  # readings; around a fault that count
STREAM_COLUMNS = ["NAB score", "with the best threshold"]
KINDS = [kind for kind in FAULTS if kind != "missing"]


def drifting(seed: int) -> np.ndarray:
    """Make a series whose level walks and whose noise changes twice: (time, 1)."""
    random = np.random.default_rng(seed)
    period = int(random.choice([50, 144, 288]))
    values = seasonal(_LENGTH, period=period, noise=0.0, seed=seed)[:, 0]
    level = np.cumsum(random.normal(0, 0.03, _LENGTH))
    changes = np.sort(random.integers(_LENGTH // 5, _LENGTH, 2))
    noise = np.repeat(random.uniform(0.05, 0.4, 3), np.diff([0, *changes, _LENGTH]))
    return (values + level + noise * random.standard_normal(_LENGTH))[:, None]


def choose_stream(series: int = 12) -> list[tuple[str, list[float]]]:
    """Compare settings of streams; the best by its own thresholds first."""
    trials = []
    for seed in range(301, 301 + series):
        made = with_faults(drifting(seed), KINDS, 1, 0.25, period=100, seed=seed)
        count = int(_TRAINED * _LENGTH)
        forecaster = Forecaster.fit(made.values[:count], DetectorSettings(), verbose=0)
        errors = forecast_errors(
            forecaster.features.truth(made.values), forecaster.forecasts(made.values)
        )
        windows = [
            (max(fault.start - _ROOM // 2, 0), min(fault.end + _ROOM // 2, _LENGTH))
            for fault in made.faults
        ]
        trials.append((errors[:count], errors, windows))
        print(f"drifting {seed}", file=sys.stderr, flush=True)
    found = []
    for scorer, steps, smoothing in product(
        ("absolute", "mahalanobis"), (0, 1), (1.0, 10.0)
    ):
        settings = DetectorSettings(
            scorer=scorer, scored_steps=steps, smoothing=smoothing
        )
        scored = []
        for clean, errors, windows in trials:
            fitted = fit_scorer(clean[:, settings.scored], settings)
            parts = (clean, errors)
            scored.append(
                (*(fitted.score(part[:, settings.scored]) for part in parts), windows)
            )
        for adapt, risk in product((0.0, 100.0, 300.0, 1000.0, 3000.0), (1e-4, 1e-3)):
            each = replace(settings, adapt=adapt, risk=risk)
            severities = []
            for clean, scores, windows in scored:
                judged = judge(scores, fit_threshold(clean, each), each)
                severities.append(Judged(scores / judged.levels, windows))
            name = (
                f"{scorer}, {steps or 'all'} steps, smoothing {smoothing:g}, "
                f"adapt {adapt:g}, risk {risk:g}"
            )
            own, best = nab_score(severities, 1.0), best_nab_score(severities)[0]
            found.append((name, [own, best]))
    return sorted(found, key=lambda each: -each[1][0])

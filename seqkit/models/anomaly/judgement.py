"""From errors to scores, severities and events: of a series, and reading by reading."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from seqkit.errors import InputError
from seqkit.models.anomaly.intervals import half_widths, held_out
from seqkit.models.anomaly.settings import DetectorSettings
from seqkit.models.anomaly.sources import Sources
from seqkit.models.anomaly.thresholds import LEAST, fit_threshold, judge
from seqkit.series import Alarm, DriftMonitor, Fitted, Multiscale, Threshold
from seqkit.series.stepped import State

_DRIFT_SPAN = 500  # readings over which a change for good is judged


class Scored(NamedTuple):
    """What is found of a reading."""

    score: Any
    severity: Any
    is_anomaly: Any
    level: Any  # of the threshold
    contributions: Any  # (C,), of the channels to the score


class Found(NamedTuple):
    """What is found of a series."""

    scores: np.ndarray  # (time,), NaN where there is none
    levels: np.ndarray  # the threshold at each time (time,)
    severity: np.ndarray  # (time,)
    is_anomaly: np.ndarray  # booleans (time,)
    contributions: np.ndarray  # (time, C)
    threshold: Threshold


@dataclass(frozen=True)
class Judgement(Fitted):
    """What was fitted to the errors of the training readings.

    Args:
        sources: Of errors.
        half_width: Of the interval around what is expected of a reading: (C,), scaled.
        scorer: Of errors.
        alone: The score of a reading by itself: at one time, without long shapes.
        usual: The greatest of those in training.
        threshold: Of scores, for a stream.
        alarm: Which readings belong to an event.
        drift: Of scores, a change for good.
    """

    sources: Sources
    half_width: np.ndarray
    scorer: Multiscale
    alone: Multiscale
    usual: float
    threshold: Threshold
    alarm: Alarm
    drift: DriftMonitor

    @classmethod
    def fit(
        cls, sources: Sources, errors: np.ndarray, settings: DetectorSettings
    ) -> "Judgement":
        """Fit to errors (time, sources, C) of the training readings.

        Raises:
            InputError: There is no error.
        """
        if np.isnan(errors).all():
            raise InputError(
                "training needs more readings in a row than its lags; got "
                f"{len(errors)} readings, none of which can be judged"
            )
        scorer = Multiscale.fit(errors, past=settings.past)
        of_now = errors[:, sources.short]
        alone = Multiscale.fit(of_now, spans=(1.0,), past=settings.past)
        greatest = np.nan_to_num(alone.score(of_now)).max()
        scores = scorer.score(errors)
        return cls(
            sources,
            half_widths(held_out(errors[:, :1], settings), settings)[0],
            scorer,
            alone,
            max(float(greatest), LEAST),
            fit_threshold(scores, settings),
            Alarm(settings.gap, settings.low, sources.memory),
            DriftMonitor.fit(scores, _DRIFT_SPAN),
        )

    def run(
        self, errors: np.ndarray, silence: np.ndarray, settings: DetectorSettings
    ) -> Found:
        """Judge a series by its errors and silences, as `Sources.errors` gives them."""
        contributions = self.scorer.contributions(errors)
        scores = self.scorer.finish(contributions.sum(axis=1))
        found = judge(scores, self.threshold, settings)
        severity, silent = np.nan_to_num(found.severity), silence.max(axis=1)
        severity = np.where(silent > 1, np.maximum(severity, silent), severity)
        alone = self.alone.score(errors[:, self.sources.short]) / self.usual
        alone = np.fmax(alone, silent)
        by_channel = np.where(silence > 1, silence, np.nan_to_num(contributions))
        return Found(
            scores, found.levels, severity,
            self.alarm.run(np.stack([severity, alone], axis=1)),
            np.where((silent > 1)[:, None], by_channel, contributions),
            found.threshold,
        )  # fmt: skip

    def start(self) -> State:
        """Give the state before the first reading."""
        self_and = (self.scorer, self.alone, self.alarm)
        return [part for each in self_and for part in each.start()]

    def step(
        self, errors: Any, silence: Any, state: State, ops: Any = np
    ) -> tuple[Scored, State]:
        """Judge a reading by its errors (sources, C) and silences (C,)."""
        count = len(self.scorer.start())
        of_scorer, of_alone = state[:count], state[count : 2 * count]
        contributions, of_scorer = self.scorer.step(errors, of_scorer, ops)
        score = self.scorer.finish(ops.sum(contributions), ops)
        of_now = ops.stack([errors[place] for place in self.sources.short])
        parts, of_alone = self.alone.step(of_now, of_alone, ops)
        alone = self.alone.finish(ops.sum(parts), ops) / self.usual
        level = np.float64(self.threshold.value)
        relative = ops.where(ops.isfinite(score), score / level, 0.0)
        silent = ops.max(silence)
        severity = ops.where(silent > 1, ops.maximum(relative, silent), relative)
        alone = ops.maximum(ops.where(ops.isfinite(alone), alone, 0.0), silent)
        is_anomaly, of_alarm = self.alarm.step(
            [severity, alone], state[2 * count :], ops
        )
        scored = Scored(score, severity, is_anomaly, level, contributions)
        return scored, [*of_scorer, *of_alone, *of_alarm]

"""Thresholds without labels, each with the reason for its value.

    quantile               a share of the clean scores lies above
    peaks_over_threshold   a share of all scores to come lies above, by extreme value
                           theory: also a share too rare for the clean scores to show
    dynamic                what is above, taken away, leaves the calmest rest
    Threshold(...)         a value that is known

A reading is anomalous where its score is *above* the threshold; where there is no
score (NaN), it is not.
"""

from dataclasses import dataclass

import numpy as np

from seqkit.errors import InputError
from seqkit.series.checks import between, numbers, some
from seqkit.series.fitted import Fitted
from seqkit.series.pareto import fit_pareto

_LEAST_PEAKS = 10
_GAUSSIAN_TAIL = 1e-6  # of the shape: below it the tail is exponential


@dataclass(frozen=True)
class Threshold(Fitted):
    """A threshold that stays as it is.

    Args:
        value: The greatest score that is not anomalous.
        reason: Where the value comes from, in one sentence.

    Example:
        >>> threshold = Threshold(3.0)
        >>> threshold.exceeded(np.array([2.0, np.nan, 3.0, 3.5])).tolist()
        [False, False, False, True]
        >>> print(threshold)
        3: it was given
    """

    value: float
    reason: str = "it was given"

    def __str__(self) -> str:
        return f"{self.value:.4g}: {self.reason}"

    def levels(self, scores: np.ndarray) -> np.ndarray:
        """Give the threshold at each score: (time,)."""
        return np.full(len(scores), self.value)

    def exceeded(self, scores: np.ndarray) -> np.ndarray:
        """Say which scores are above: booleans (time,)."""
        return scores > self.levels(scores)

    def start(self) -> np.ndarray:
        """Give the state before the first score; here empty."""
        return np.zeros(0)

    def step(self, score: float, state: np.ndarray) -> tuple[float, np.ndarray]:
        """Give the threshold for one score, and the state after it."""
        return self.value, state


def quantile(scores: np.ndarray, share: float = 0.999) -> Threshold:
    """Put the threshold where a share of clean scores is not above it.

    Args:
        scores: Shape (time,), of clean data; NaN is ignored.
        share: Between 0 and 1.

    Raises:
        InputError: `share` is not between 0 and 1, or there is no score.

    Example:
        >>> print(quantile(np.arange(101.0), 0.95))
        95: 0.95 of 101 clean scores are not above it
    """
    between("share", share, 0, 1)
    found = some("scores", numbers("scores", scores, "time"))
    value = float(np.quantile(found, share))
    return Threshold(value, f"{share:g} of {len(found)} clean scores are not above it")


def peaks_over_threshold(
    scores: np.ndarray, risk: float = 1e-4, level: float = 0.98
) -> Threshold:
    """Put the threshold where a score is above it with a given small probability.

    Scores above a high level t exceed it by an amount that is, nearly whatever their
    distribution, generalised Pareto with shape γ and scale σ. From n scores, of which
    k are above t,

        threshold = t + σ/γ ((risk n / k)^-γ - 1)        t - σ ln(risk n / k) for γ = 0

    Args:
        scores: Shape (time,), of clean data; NaN is ignored.
        risk: Probability of a clean score above the threshold; less than that of one
            above t.
        level: Share of scores up to t.

    Raises:
        InputError: `level` or `risk` is not in its range, or fewer than 10 scores are
            above t.

    Example:
        >>> scores = np.random.default_rng(0).exponential(1.0, 20_000)
        >>> threshold = peaks_over_threshold(scores, risk=1e-4)
        >>> round(threshold.value, 1), float(round(np.log(1e4), 1))
        (9.2, 9.2)
        >>> threshold.reason
        'a clean score is above it with probability 0.0001, by the 400 of 20000 above \
3.88, whose excess is generalised Pareto with shape 0.00786, scale 0.989'

    Reference:
        Siffer et al. 2017, Anomaly Detection in Streams with Extreme Value Theory.
    """
    between("level", level, 0, 1)
    found = some("scores", numbers("scores", scores, "time"))
    high = float(np.quantile(found, level))
    excesses = found[found > high] - high
    count, peaks = len(found), len(excesses)
    if peaks < _LEAST_PEAKS:
        raise InputError(
            f"peaks over threshold needs at least {_LEAST_PEAKS} scores above the "
            f"{level:g} quantile; got {peaks} of {count}"
        )
    between("risk", risk, 0, peaks / count)
    shape, scale = fit_pareto(excesses)
    rarer = risk * count / peaks
    beyond = (
        -scale * np.log(rarer)
        if abs(shape) < _GAUSSIAN_TAIL
        else scale / shape * (rarer**-shape - 1)
    )
    return Threshold(
        float(high + beyond),
        f"a clean score is above it with probability {risk:g}, by the {peaks} of "
        f"{count} above {high:.3g}, whose excess is generalised Pareto with shape "
        f"{shape:.3g}, scale {scale:.3g}",
    )


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Give start and end (first after) of every unbroken sequence of True.

    Example:
        >>> runs(np.array([True, False, True, True]))
        [(0, 1), (2, 4)]
    """
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]

"""Thresholds without labels, each with the reason for its value.

    quantile               a share of the clean scores lies above
    peaks_over_threshold   so many alarms in a number of readings, by extreme value
                           theory: also fewer than the clean scores can show
    dynamic                what is above, taken away, leaves the calmest rest
    Threshold(...)         a value that is known

A reading is anomalous where its score is *above* the threshold; where there is no
score (NaN), it is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seqkit.errors import InputError
from seqkit.scalars import at_least
from seqkit.series.checks import between, numbers, some
from seqkit.series.fitted import Fitted
from seqkit.series.pareto import fit_pareto

_READINGS = 100_000  # that false alarms are counted in
_LEVEL = 0.95  # share of clean scores that are no peak
_LEAST_PEAKS = 5
_STEEPEST = 0.3  # shape, either way
_DOUBT = 100  # amounts that it takes to believe half of a tail that ends
_BEYOND = 1.25  # times the greatest score that was seen
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


def quantile(scores: np.ndarray, share: float = 0.999) -> Threshold:
    """Put the threshold where a share of clean scores is not above it.

    Args:
        scores: Shape (time,), of clean data; NaN is ignored.
        share: More than 0, at most 1: then it is the greatest score.

    Raises:
        InputError: `share` is not in its range, or there is no score.

    Example:
        >>> print(quantile(np.arange(101.0), 0.95))
        95: 0.95 of 101 clean scores are not above it
    """
    if share != 1:
        between("share", share, 0, 1)
    found = some("scores", numbers("scores", scores, "time"))
    value = float(np.quantile(found, share))
    return Threshold(value, f"{share:g} of {len(found)} clean scores are not above it")


def peaks_over_threshold(
    scores: np.ndarray, false_alarms: float = 0.1, gap: int = 100
) -> Threshold:
    """Put the threshold where a clean series has so many alarms in 100,000 readings.

    The greatest scores of stretches above a high level t, with at most `gap` scores
    between those of one stretch, exceed it by amounts that are, nearly whatever the
    distribution, generalised Pareto with shape γ and scale σ. Of n scores with k such
    stretches and an alarm wanted in one of N = 100,000 / false_alarms,

        threshold = t + σ/γ ((n / (k N))^-γ - 1)        t - σ ln(n / (k N)) for γ = 0

    t is the 0.95 quantile. Of a short series the shape is hardly known: it is kept from
    -0.3 to 0.3, and a negative one, of a tail that ends, is drawn to 0, by k / (k +
    100); with σ such that the mean of the amounts stays. The threshold is
    at most 1.25 times the greatest score that was seen, and that where there are fewer
    than 5 stretches: it cannot run away.

    Args:
        scores: Shape (time,), of clean data; NaN is ignored.
        false_alarms: In 100,000 readings; above 0.
        gap: Scores above the level with so many others between are one alarm.

    Raises:
        InputError: An argument is not in its range, or there is no score.

    Example:
        >>> scores = np.random.default_rng(0).exponential(1.0, 20_000)
        >>> threshold = peaks_over_threshold(scores, false_alarms=10, gap=0)
        >>> round(threshold.value, 1), float(round(np.log(1e4), 1))
        (9.2, 9.2)
        >>> threshold.reason
        '10 false alarms in 100,000 readings, by the 946 of 20000 above 2.99, whose \
excess is generalised Pareto with shape -0.003, scale 1.01'

    Reference:
        Siffer et al. 2017, Anomaly Detection in Streams with Extreme Value Theory.
    """
    if not false_alarms > 0:
        raise InputError(f"false_alarms must be more than 0; got {false_alarms}")
    at_least("gap", gap, 0)
    found = some("scores", numbers("scores", scores, "time"))
    count, greatest = len(found), float(found.max())
    most = _BEYOND * greatest
    high = float(np.quantile(found, _LEVEL))
    excesses = np.array(
        [found[a:b].max() - high for a, b in merged(runs(found > high), gap)]
    )
    if len(excesses) < _LEAST_PEAKS:
        return Threshold(
            most,
            f"it is {_BEYOND:g} times the greatest of {count} clean scores, which are "
            "too few or too alike to say more",
        )
    shape, scale = fit_pareto(excesses)
    if not 0 <= shape <= _STEEPEST:
        drawn = shape * len(excesses) / (len(excesses) + _DOUBT) if shape < 0 else shape
        shape = float(np.clip(drawn, -_STEEPEST, _STEEPEST))
        scale = float(excesses.mean()) * (1 - shape)
    rarer = min(false_alarms / _READINGS * count / len(excesses), 1.0)
    beyond = (
        -scale * np.log(rarer)
        if abs(shape) < _GAUSSIAN_TAIL
        else scale / shape * (rarer**-shape - 1)
    )
    reason = (
        f"{false_alarms:g} false alarms in 100,000 readings, by the {len(excesses)} of "
        f"{count} above {high:.3g}, whose excess is generalised Pareto with shape "
        f"{shape:.3g}, scale {scale:.3g}"
    )
    if high + beyond > most:
        return Threshold(
            most,
            f"it is {_BEYOND:g} times the greatest of {count} clean scores, more than "
            f"which they cannot say; by extreme value theory {high + beyond:.3g}",
        )
    return Threshold(float(high + beyond), reason)


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Give start and end (first after) of every unbroken sequence of True.

    Example:
        >>> runs(np.array([True, False, True, True]))
        [(0, 1), (2, 4)]
    """
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def merged(stretches: Sequence[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    """Join stretches (start, first after) with at most `gap` readings between them.

    Raises:
        InputError: `gap` is negative.

    Example:
        >>> merged([(0, 2), (3, 4), (6, 7)], gap=1)
        [(0, 4), (6, 7)]
    """
    at_least("gap", gap, 0)
    found: list[tuple[int, int]] = []
    for start, end in stretches:
        if found and start - found[-1][1] <= gap:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found

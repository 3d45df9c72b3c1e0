"""Thresholds without labels, each with the reason for its value.

    quantile               a share of the clean scores lies above
    peaks_over_threshold   a share of all scores to come lies above, by extreme value
                           theory: also a share too rare for the clean scores to show
    dynamic                what, taken away, leaves the calmest rest
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

_DEVIATIONS = tuple(np.arange(2.0, 10.5, 0.5).tolist())
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


def dynamic(
    scores: np.ndarray, deviations: tuple[float, ...] = _DEVIATIONS
) -> Threshold:
    """Put the threshold where what is above, taken away, leaves the calmest rest.

        ε = μ + z σ,  the z of  max  (Δμ/μ + Δσ/σ) / (|above| + |sequences|²)

    with μ, σ of all scores, Δμ and Δσ by how much the scores below ε have less, and the
    number of scores above ε and of the unbroken sequences they form. Of equal ones, the
    greatest; where no score is above any, the greatest of all.

    It is meant for the scores in which anomalies are looked for, smoothed; see `prune`
    for what to do next.

    Args:
        scores: Shape (time,); NaN is ignored, and does not break a sequence.
        deviations: The z to try.

    Raises:
        InputError: There is no score, or no z.

    Example:
        >>> scores = np.array([1.0, 1.2] * 50 + [9.0, 9.5] + [1.0, 1.2] * 50)
        >>> print(dynamic(scores))
        8.908: 9.5 standard deviations above the mean of 202 scores; without the 2 \
scores above it, in 1 sequences, the mean is less by 6.83% and the deviation by 87.7%

    Reference:
        Hundman et al. 2018, Detecting Spacecraft Anomalies Using LSTMs and
        Nonparametric Dynamic Thresholding, section 3.2.
    """
    found = some("scores", numbers("scores", scores, "time"))
    if not deviations:
        raise InputError("deviations must name at least one number of deviations")
    mean, deviation = float(found.mean()), float(found.std())
    best, why, chosen = -np.inf, "no score is above it", max(deviations)
    for z in sorted(deviations):
        above = found > mean + z * deviation
        if not above.any() or above.all():
            continue
        rest = found[~above]
        of_mean, of_deviation = 1 - rest.mean() / mean, 1 - rest.std() / deviation
        sequences = np.count_nonzero(np.diff(above, prepend=False) & above)
        gain = (of_mean + of_deviation) / (above.sum() + sequences**2)
        if gain >= best:
            best, chosen = gain, z
            why = (
                f"without the {above.sum()} scores above it, in {sequences} sequences, "
                f"the mean is less by {100 * of_mean:.3g}% and the deviation by "
                f"{100 * of_deviation:.3g}%"
            )
    return Threshold(
        mean + chosen * deviation,
        f"{chosen:g} standard deviations above the mean of {len(found)} scores; {why}",
    )


def prune(
    scores: np.ndarray, exceeded: np.ndarray, decrease: float = 0.13
) -> np.ndarray:
    """Keep only anomalies that stand out from the next lower one.

    The peaks of the sequences of anomalies in falling order, and after them the
    greatest score outside, are e_0, e_1, ... Anomalies up to the last step i with

        (e_{i-1} - e_i) / e_{i-1} > decrease

    are kept; what peaks lower is reclassified as normal.

    Args:
        scores: Shape (time,), not negative.
        exceeded: Booleans (time,): where an anomaly is.
        decrease: p, the least step; from 0 to less than 1.

    Returns:
        Booleans (time,).

    Example:
        >>> scores = np.array([1.0, 9, 1, 1.2, 1, 1.1])
        >>> prune(scores, scores > 1.15).astype(int).tolist()
        [0, 1, 0, 0, 0, 0]

    Reference:
        Hundman et al. 2018, section 3.3.
    """
    if not 0 <= decrease < 1:
        raise InputError(f"decrease must be at least 0 and less than 1; got {decrease}")
    from_to = runs(exceeded)
    peaks = np.array([np.nanmax(scores[start:end]) for start, end in from_to])
    outside = scores[~exceeded & ~np.isnan(scores)]
    falling = np.append(np.sort(peaks)[::-1], outside.max() if len(outside) else 0.0)
    steps = 1 - falling[1:] / falling[:-1]
    standing_out = np.flatnonzero(steps > decrease)
    kept = np.zeros_like(exceeded)
    if len(standing_out):
        least = falling[standing_out[-1]]
        for (start, end), peak in zip(from_to, peaks, strict=True):
            kept[start:end] = peak >= least
    return kept


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Give start and end (first after) of every unbroken sequence of True.

    Example:
        >>> runs(np.array([True, False, True, True]))
        [(0, 1), (2, 4)]
    """
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]

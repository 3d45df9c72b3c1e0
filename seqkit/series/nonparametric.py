"""Dynamic thresholds: by the very scores in which anomalies are looked for.

Reference:
    Hundman et al. 2018, Detecting Spacecraft Anomalies Using LSTMs and Nonparametric
    Dynamic Thresholding, section 3.
"""

import numpy as np

from seqkit.errors import InputError
from seqkit.scalars import at_least
from seqkit.series.checks import numbers, some
from seqkit.series.thresholds import Threshold, runs
from seqkit.wording import counted

_OF_PAPER = tuple(np.arange(2.0, 10.5, 0.5).tolist())
_OF_PROGRAM = tuple(np.arange(2.5, 12.5, 0.5).tolist())
_DECREASE = 0.13
_MOST_SEQUENCES, _MOST_SHARE = 5, 0.5  # with a buffer


def dynamic(
    scores: np.ndarray,
    deviations: tuple[float, ...] | None = None,
    buffer: int = 0,
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
        deviations: The z to try; None for 2 to 10, or with a buffer 2.5 to 12, by ½.
        buffer: Readings on both sides of a score above ε that count as above it, and
            join sequences. With it, as in the authors' program, at most five sequences
            and half of the scores may be above; else a z is passed over.

    Raises:
        InputError: There is no score, no z, or a negative buffer.

    Example:
        >>> scores = np.array([1.0, 1.2] * 50 + [9.0, 9.5] + [1.0, 1.2] * 50)
        >>> print(dynamic(scores))
        8.908: 9.5 standard deviations above the mean of 202 scores; without the 2 \
scores above it, in 1 sequence before any is pruned, the mean is less by 6.83% and \
the deviation by 87.7%

    Reference:
        Hundman et al. 2018, Detecting Spacecraft Anomalies Using LSTMs and
        Nonparametric Dynamic Thresholding, section 3.2.
    """
    found = some("scores", numbers("scores", scores, "time"))
    if deviations is None:
        deviations = _OF_PROGRAM if buffer else _OF_PAPER
    if not deviations:
        raise InputError("deviations must name at least one number of deviations")
    at_least("buffer", buffer, 0)
    mean, deviation = float(found.mean()), float(found.std())
    best, why, chosen = -np.inf, "no other leaves a calmer rest", max(deviations)
    for z in sorted(deviations):
        above = found > mean + z * deviation
        if not above.any() or above.all():
            continue
        rest = found[~above]
        of_mean, of_deviation = 1 - rest.mean() / mean, 1 - rest.std() / deviation
        wide = widened(above, buffer)
        sequences = len(runs(wide))
        if buffer and (
            sequences > _MOST_SEQUENCES or wide.sum() >= _MOST_SHARE * len(wide)
        ):
            continue
        gain = (of_mean + of_deviation) / (wide.sum() + sequences**2)
        if gain >= best:
            best, chosen = gain, z
            why = (
                f"without the {counted(int(above.sum()), 'score')} above it, in "
                f"{counted(sequences, 'sequence')} before any is pruned, "
                f"the mean is less by {100 * of_mean:.3g}% and the deviation by "
                f"{100 * of_deviation:.3g}%"
            )
    return Threshold(
        mean + chosen * deviation,
        f"{chosen:g} standard deviations above the mean of {len(found)} scores; {why}",
    )


def widened(flags: np.ndarray, buffer: int) -> np.ndarray:
    """Set also what is at most `buffer` readings from what is set.

    Example:
        >>> widened(np.array([False, False, False, True, False]), 1).tolist()
        [False, False, True, True, True]
    """
    wide = flags.copy()
    for start, end in runs(flags) if buffer else []:
        wide[max(0, start - buffer) : end + buffer] = True
    return wide


def prune(
    scores: np.ndarray, exceeded: np.ndarray, decrease: float = _DECREASE
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


def dynamic_anomalies(
    scores: np.ndarray,
    window: int = 2100,
    stride: int = 70,
    decrease: float = _DECREASE,
    buffer: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Find anomalies by a threshold that moves along with the scores.

    Each `stride` new scores are judged by the dynamic threshold of the last `window`
    scores, themselves among them, and by pruning among those; the first window is
    judged whole.

    Args:
        scores: Shape (time,), not negative; NaN is never an anomaly.
        window: Scores that a threshold is found on; a shorter series is one window.
        stride: From one threshold to the next; at most `window`.
        decrease: As for `prune`.
        buffer: As for `dynamic`; what it adds is anomalous too.

    Returns:
        Booleans (time,), and the threshold that each score was compared with: (time,).
        It is that of the window before, or infinite, where a window has no score.

    Raises:
        InputError: `stride` is under 1 or over `window`, or `decrease` is not in its
            range.

    Example:
        >>> scores = np.array([1.0, 1.2] * 100)
        >>> scores[60], scores[100:] = 4, scores[100:] + 3
        >>> found, levels = dynamic_anomalies(scores, window=50, stride=10)
        >>> np.flatnonzero(found).tolist(), levels[[60, 199]].round(1).tolist()
        ([60], [3.9, 5.1])
    """
    scores = numbers("scores", scores, "time")
    at_least("stride", stride, 1)
    at_least("window", window, stride)
    found, levels = np.zeros(len(scores), bool), np.full(len(scores), np.inf)
    judged = 0
    while judged < len(scores):
        end = min(judged + stride if judged else window, len(scores))
        recent, new = scores[max(0, end - window) : end], slice(judged, end)
        if np.isnan(recent).all():
            levels[new] = levels[judged - 1] if judged else np.inf
        else:
            threshold = dynamic(recent, buffer=buffer)
            above = widened(threshold.exceeded(recent), buffer)
            kept = prune(recent, above, decrease)
            levels[new], found[new] = threshold.value, kept[judged - end :]
        judged = end
    return found, levels

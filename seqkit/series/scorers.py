"""Scores of errors: how unusual a reading is, and by whose fault.

Errors are arrays (time, sources, channels): of every channel, how far it was from what
each source expected of it; NaN where a source expected nothing or the channel is
missing. A scorer gives for each time

    score_t = finish(sum over channels of contribution_tc)      contribution_tc >= 0

and what a channel contributes, over the sum, is its share of the score. Where no
channel has an error, the score is NaN. A new scorer is a class like the one below.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqkit.errors import InputError
from seqkit.scalars import at_least
from seqkit.series.checks import numbers
from seqkit.series.recurrences import accumulated, before, running_mean
from seqkit.series.stepped import State, Stepped

SPANS = (1.0, 10.0, 100.0)
PAST = 1000.0
_FLOOR = 0.01  # of the scale of a channel, over the greatest of its source
_CALM = 0.05  # least deviation of what is 1 on average
_LIMIT = 5.0  # of what is averaged, over the greatest clean one
_UNLIMITED = 1e30


class Scorer(Stepped):
    """What all scorers share; see the module."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int]:
        """Sources and channels of the errors."""

    def finish(self, level: Any, ops: Any = np) -> Any:
        """Give the score of a sum of contributions."""
        return level

    def contributions(self, errors: np.ndarray) -> np.ndarray:
        """Give what each channel adds: (time, channels), all NaN where none is there.

        Raises:
            InputError: Errors of other sources or channels.
        """
        if errors.ndim != 3 or errors.shape[1:] != self.shape:
            raise InputError(
                f"errors must be of shape (time, {self.shape[0]}, {self.shape[1]}); "
                f"got {errors.shape}"
            )
        return self.run(errors)

    def score(self, errors: np.ndarray) -> np.ndarray:
        """Give the score of each time: (time,)."""
        return self.finish(self.contributions(errors).sum(axis=1))


def shares(contributions: np.ndarray) -> np.ndarray:
    """Give each channel's share of the score.

    Args:
        contributions: Shape (..., channels).

    Returns:
        The same shape; 1 in sum, or all 0 where nothing was contributed.

    Example:
        >>> shares(np.array([[1.0, 3.0], [0.0, 0.0], [np.nan, np.nan]])).tolist()
        [[0.25, 0.75], [0.0, 0.0], [0.0, 0.0]]
    """
    total = contributions.sum(axis=-1, keepdims=True)
    return np.divide(
        contributions, total, out=np.zeros_like(contributions), where=total > 0
    )


@dataclass(frozen=True)
class Multiscale(Scorer):
    """How far errors are above their own past, over several scales of time.

    Of each source s and channel c, with the mean size of clean errors as the unit:

        r_t = |e_t| / scale                                   about 1 on clean data
        l_kt = l_{k,t-1} + α_k (r_t - l_{k,t-1})              α_k = 2 / (span_k + 1)
        z_kt = max(0, (l_kt - m_{k,t-1}) / sqrt(v_{k,t-1}))
        m_kt = m_{k,t-1} + ρ (min(l_kt, cap_k) - m_{k,t-1})     ρ = 1 / past
        v_kt = (1 - ρ) (v_{k,t-1} + ρ (min(l_kt, cap_k) - m_{k,t-1})²)

        u_c = Σ over s and k of z                             of every channel
        score = sqrt(mean over channels of u_c²)

    for several spans: of a single time, and of longer ones. l and m begin as the mean,
    v as the variance of the clean l, and cap is the greatest of them: what is compared
    with follows a change as far as clean data went, and an anomaly moves it no more
    than they would. Over more than one time r counts as at most five times the greatest
    clean one, so that one reading does not ring for long. sqrt(v) is at least 0.05. A
    time without an error changes nothing.

    Args:
        scale: Shape (sources, channels), positive.
        spans: Shape (spans,), each at least 1.
        mean: Of the clean l: (spans, sources, channels).
        deviation: Of the clean l: the same shape.
        cap: The greatest clean l: the same shape.
        past: Times over which m and v are taken, roughly; at least 1.

    Raises:
        InputError: A span, or `past`, is under 1.

    Example:
        >>> clean = np.random.default_rng(0).normal(size=(2000, 1, 2))
        >>> scorer = Multiscale.fit(clean)
        >>> errors = clean.copy()
        >>> errors[1500:1510, 0, 1] *= 4
        >>> int(scorer.score(errors).argmax()) in range(1500, 1510)
        True
        >>> shares(scorer.contributions(errors)[1509]).round(1).tolist()
        [0.0, 1.0]
    """

    scale: np.ndarray
    spans: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray
    cap: np.ndarray
    past: float

    def __post_init__(self) -> None:
        for span in self.spans:
            at_least("spans", span, 1)
        at_least("past", self.past, 1)

    @classmethod
    def fit(
        cls, errors: np.ndarray, spans: Any = SPANS, past: float = PAST
    ) -> "Multiscale":
        """Measure clean errors.

        Args:
            errors: Shape (time, sources, channels). Where a source has no error of a
                channel at all, later ones are measured by the unit of the errors.
            spans: Scales of time.
            past: See the class.
        """
        errors = numbers("errors", errors, "time, sources, channels")
        spans = np.asarray(spans, np.float64)
        shape = errors.shape[1:]
        scale = np.zeros(shape)
        of_levels = np.zeros((3, len(spans), *shape))  # mean, deviation, greatest
        of_levels[0], of_levels[2] = 1.0, 1.0
        for place in np.ndindex(shape):
            known = np.abs(errors[:, place[0], place[1]])
            known = known[~np.isnan(known)]
            scale[place] = known.mean() if len(known) else 0.0
        greatest = scale.max(axis=1, keepdims=True, initial=0.0)
        scale = np.maximum(scale, np.where(greatest > 0, _FLOOR * greatest, 1.0))
        for place in np.ndindex(shape):
            relative = np.abs(errors[:, place[0], place[1]]) / scale[place]
            relative = relative[~np.isnan(relative)]
            for k, span in enumerate(spans) if len(relative) else []:
                level = running_mean(relative, 2 / (span + 1), relative.mean())
                for part, value in zip(
                    of_levels, (level.mean(), level.std(), level.max()), strict=True
                ):
                    part[k][place] = value
        mean, deviation, cap = of_levels
        return cls(scale, spans, mean, deviation, cap, past)

    @property
    def shape(self) -> tuple[int, int]:
        """Sources and channels of the errors."""
        sources, channels = self.scale.shape
        return sources, channels

    @property
    def _limits(self) -> np.ndarray:
        """The greatest r that counts in each mean: (spans, sources, channels)."""
        alone = (self.spans <= 1)[:, None, None]
        limit = np.maximum(_LIMIT * self.cap[np.argmin(self.spans)], _LIMIT)
        return np.where(alone, _UNLIMITED, limit)

    def finish(self, level: Any, ops: Any = np) -> Any:
        """Give the score of a sum of contributions: its root."""
        return ops.sqrt(level)

    def start(self) -> State:
        """Give the state before the first errors: l, m and v."""
        return [self.mean, self.mean, self.deviation**2]

    def step(self, x: Any, state: State, ops: Any = np) -> tuple[Any, State]:
        """Give contributions (channels,) of errors (sources, channels), and a state."""
        level, mean, variance = state
        known = ops.isfinite(x)
        relative = ops.where(known, ops.abs(x), 0.0) / self.scale
        rates = (2 / (self.spans + 1))[:, None, None]
        new = ops.minimum(relative[None], self._limits)
        level = ops.where(known[None], level + rates * (new - level), level)
        off = (level - mean) / ops.maximum(ops.sqrt(variance), _CALM)
        unusual = ops.where(known[None], ops.maximum(off, 0.0), 0.0)
        change = ops.minimum(level, self.cap) - mean
        rate = 1 / self.past
        state = [
            level,
            ops.where(known[None], mean + rate * change, mean),
            ops.where(
                known[None], (1 - rate) * (variance + rate * change**2), variance
            ),
        ]
        present = ops.any(known, axis=0)
        count = ops.sum(ops.where(present, np.float64(1.0), np.float64(0.0)))
        count = ops.where(count > 0, count, np.nan)
        return ops.sum(unusual, axis=(0, 1)) ** 2 / count, state

    def run(self, xs: np.ndarray) -> np.ndarray:
        """Give the contributions (time, channels) of errors of a whole series."""
        found = np.zeros((len(xs), xs.shape[2]))
        for place in np.ndindex(*self.shape):
            known = ~np.isnan(xs[:, place[0], place[1]])
            relative = np.abs(xs[known, place[0], place[1]]) / self.scale[place]
            unusual = np.zeros(len(relative))
            for k in range(len(self.spans)):
                unusual += self._unusual(relative, (k, *place))
            found[known, place[1]] += unusual
        present = ~np.isnan(xs).all(axis=1)
        count = present.sum(axis=1, keepdims=True).astype(np.float64)
        return found**2 / np.where(count > 0, count, np.nan)

    def _unusual(self, relative: np.ndarray, place: tuple[int, ...]) -> np.ndarray:
        """Give z of one span, source and channel."""
        limited = np.minimum(relative, self._limits[place])
        alpha, rate = 2 / (self.spans[place[0]] + 1), 1 / self.past
        level = running_mean(limited, alpha, self.mean[place])
        capped = np.minimum(level, self.cap[place])
        mean = running_mean(capped, rate, self.mean[place])
        mean = before(mean, self.mean[place])
        spread = (1 - rate) * rate * (capped - mean) ** 2
        first = self.deviation[place] ** 2
        variance = before(accumulated(spread, 1 - rate, first), first)
        return np.maximum((level - mean) / np.maximum(np.sqrt(variance), _CALM), 0)

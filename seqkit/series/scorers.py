"""Scores of forecast errors: how unusual a reading is, and by whose fault.

Errors are arrays (time, steps, channels): `errors[t, h, c]` is the reading of channel c
at t less what was forecast of it h+1 steps before (`forecast_errors`), or less its
reconstruction; NaN where either is missing. Every scorer gives for each time

    level_t = sum over channels of contribution_tc        contribution_tc >= 0
    score_t = finish(level_t)

and what a channel contributes, over the sum, is its share of the score. Where all of
`errors[t]` is missing the score is NaN. On errors like those of the fit a score is
about 1, whatever the number of steps and channels.

Scores of a whole array and scores of one reading after the other are the same:

    state = scorer.start()
    contributions, state = scorer.step(errors[t], state)
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from seqkit.errors import InputError
from seqkit.series.checks import at_least, numbers
from seqkit.series.fitted import Fitted

_SHRINKAGE = 0.1
_FLOOR = 0.01


class Scorer(Fitted, ABC):
    """What all scorers share; see the module."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int]:
        """Steps and channels of the errors."""

    @abstractmethod
    def _contributions(self, errors: np.ndarray) -> np.ndarray: ...

    def contributions(self, errors: np.ndarray) -> np.ndarray:
        """Give what each channel adds to the level.

        Args:
            errors: Shape (time, steps, channels).

        Returns:
            Shape (time, channels); NaN for a time without any error.

        Raises:
            InputError: Errors of other steps or channels.
        """
        if errors.ndim != 3 or errors.shape[1:] != self.shape:
            raise InputError(
                f"errors must be of shape (time, {self.shape[0]}, {self.shape[1]}); "
                f"got {errors.shape}"
            )
        return self._contributions(errors)

    def finish(self, level: np.ndarray) -> np.ndarray:
        """Give the score of a sum of contributions."""
        return level

    def score(self, errors: np.ndarray) -> np.ndarray:
        """Give the score of each time: (time,)."""
        return self.finish(self.contributions(errors).sum(axis=1))

    def start(self) -> np.ndarray:
        """Give the state before the first reading; empty where there is none."""
        return np.zeros(0)

    def step(
        self, error: np.ndarray, state: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Give contributions (channels,) of errors (steps, channels), and a state."""
        return self.contributions(error[None])[0], state


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
class AbsoluteError(Scorer):
    """The mean of absolute errors, each over its mean on clean data.

        score_t = mean over the h, c that are there of |e_thc| / scale_hc

    Args:
        scale: Shape (steps, channels), positive.

    Example:
        >>> scorer = AbsoluteError.fit(np.array([[[1.0, 4.0]], [[-3.0, 4.0]]]))
        >>> scorer.scale.tolist()
        [[2.0, 4.0]]
        >>> errors = np.array([[[6.0, 4.0]], [[np.nan, -8.0]]])
        >>> scorer.score(errors).tolist()
        [2.0, 2.0]
        >>> shares(scorer.contributions(errors)).tolist()
        [[0.75, 0.25], [0.0, 1.0]]
    """

    scale: np.ndarray

    @classmethod
    def fit(cls, errors: np.ndarray, floor: float = _FLOOR) -> "AbsoluteError":
        """Measure the scale of clean errors.

        Args:
            errors: Shape (time, steps, channels).
            floor: Least scale of any entry, over the greatest of all: a channel that
                was forecast perfectly does not make every later error infinite.

        Raises:
            InputError: An entry has no error that is not missing.
        """
        errors = _clean(errors)
        return cls(_at_least(np.nanmean(np.abs(errors), axis=0), floor))

    @property
    def shape(self) -> tuple[int, int]:
        """Steps and channels of the errors."""
        return _two(self.scale)

    def _contributions(self, errors: np.ndarray) -> np.ndarray:
        present = ~np.isnan(errors)
        relative = np.where(present, np.abs(errors), 0.0) / self.scale
        return relative.sum(axis=1) / _count(present)[:, None]


@dataclass(frozen=True)
class MahalanobisDistance(Scorer):
    """The distance of all steps and channels together under a Gaussian of clean errors.

    The errors of a time, as one vector e of d = steps x channels numbers:

        d²_t = (e_t - μ)ᵀ P (e_t - μ)           P = Σ⁻¹
        score_t = sqrt(d²_t / d)

    where Σ has the variances D of the clean errors and their correlations R, shrunk:
    Σ = D^½ ((1 - λ) R + λ I) D^½.

    With missing entries m and others o, the distance is that of the others under their
    own (marginal) Gaussian, and d their number. It is found by filling the deviations
    that are missing with their conditional mean, x_m = -P_mm⁻¹ P_mo x_o, for which
    xᵀ P x is the marginal distance.

    A channel's contribution is the squared length of its part of P^½ x, over the
    channels that are there.

    Args:
        mean: μ, of shape (steps, channels).
        precision: P, of shape (d, d), in the order of `mean.ravel()`.

    Example:
        >>> clean = np.random.default_rng(0).normal(0, [1, 10], (5000, 1, 2))
        >>> scorer = MahalanobisDistance.fit(clean, shrinkage=0.0)
        >>> errors = np.array([[[3.0, 0.0]], [[0.0, 30.0]], [[3.0, np.nan]]])
        >>> scorer.score(errors).round(1).tolist()
        [2.1, 2.1, 3.0]
        >>> shares(scorer.contributions(errors)).round(2).tolist()
        [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]

    Reference:
        Malhotra et al. 2015, Long Short Term Memory Networks for Anomaly Detection in
        Time Series (the Gaussian over several steps); Kessy, Lewin & Strimmer 2018,
        Optimal Whitening and Decorrelation (the contributions).
    """

    mean: np.ndarray
    precision: np.ndarray

    @classmethod
    def fit(
        cls,
        errors: np.ndarray,
        shrinkage: float = _SHRINKAGE,
        floor: float = _FLOOR,
    ) -> "MahalanobisDistance":
        """Fit the Gaussian to clean errors.

        Args:
            errors: Shape (time, steps, channels). Times with a missing entry count for
                the mean and the variances, and for the correlations as if it were the
                mean.
            shrinkage: λ, from 0 to less than 1.
            floor: Least standard deviation of any entry, over the greatest of all.

        Raises:
            InputError: An entry has no error that is not missing, or `shrinkage` is
                not in its range.
        """
        if not 0 <= shrinkage < 1:
            raise InputError(
                f"shrinkage must be at least 0 and less than 1; got {shrinkage}"
            )
        errors = _clean(errors)
        mean = np.nanmean(errors, axis=0)
        deviation = _at_least(np.nanstd(errors, axis=0), floor).ravel()
        standard = np.nan_to_num((errors - mean).reshape(len(errors), -1) / deviation)
        length = np.sqrt((standard**2).sum(axis=0))
        length[length == 0] = 1.0  # an entry that never errs correlates with nothing
        correlation = (standard.T @ standard) / np.outer(length, length)
        np.fill_diagonal(correlation, 1.0)
        shrunk = (1 - shrinkage) * correlation + shrinkage * np.eye(len(deviation))
        inverse = np.linalg.pinv(shrunk, hermitian=True)
        return cls(mean, inverse / np.outer(deviation, deviation))

    @cached_property
    def _root(self) -> np.ndarray:
        values, vectors = np.linalg.eigh(self.precision)
        return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T

    @property
    def shape(self) -> tuple[int, int]:
        """Steps and channels of the errors."""
        return _two(self.mean)

    def _contributions(self, errors: np.ndarray) -> np.ndarray:
        present = ~np.isnan(errors)
        there = present.reshape(len(errors), -1)
        filled = self._filled(
            np.where(present, errors - self.mean, 0.0).reshape(there.shape), there
        )
        squares = (filled @ self._root) ** 2
        distance = squares.sum(axis=1)
        parts = (squares.reshape(errors.shape) * present).sum(axis=1)
        return shares(parts) * (distance / _count(present))[:, None]

    def finish(self, level: np.ndarray) -> np.ndarray:
        """Give the score of a sum of contributions: its root."""
        return np.sqrt(level)

    def _filled(self, deviations: np.ndarray, there: np.ndarray) -> np.ndarray:
        """Fill what is missing with its mean given the rest, pattern by pattern."""
        rows = np.flatnonzero(~there.all(axis=1) & there.any(axis=1))
        if not len(rows):
            return deviations
        patterns, of_row = np.unique(there[rows], axis=0, return_inverse=True)
        for index, pattern in enumerate(patterns):
            of_pattern = rows[of_row == index]
            pulled = deviations[of_pattern] @ self.precision[:, ~pattern]
            within = self.precision[np.ix_(~pattern, ~pattern)]
            deviations[np.ix_(of_pattern, ~pattern)] = -np.linalg.solve(
                within, pulled.T
            ).T
        return deviations


@dataclass(frozen=True)
class Smoothed(Scorer):
    """The exponentially weighted mean of what another scorer finds.

        level_t = n_t / w_t
        n_t = l_t + (1 - α) n_{t-1}        w_t = 1 + (1 - α) w_{t-1}

    with l the level of the other scorer, α = 2 / (span + 1) and n, w from 0: an error
    that lasts counts for more than one that is soon over. A time without a score
    changes nothing.

    Args:
        scorer: What is smoothed.
        span: Times over which it is, roughly; at least 1, which smooths nothing.

    Raises:
        InputError: `span` is under 1.

    Example:
        >>> scorer = Smoothed(AbsoluteError(np.ones((1, 1))), span=3)
        >>> scorer.score(np.array([[[0.0]], [[3.0]], [[np.nan]], [[0.0]]])).tolist()
        [0.0, 2.0, nan, 0.8571428571428571]

    Reference:
        Hundman et al. 2018, Detecting Spacecraft Anomalies Using LSTMs and
        Nonparametric Dynamic Thresholding, section 3.2.
    """

    scorer: Scorer
    span: float

    def __post_init__(self) -> None:
        at_least("span", self.span, 1)

    @property
    def shape(self) -> tuple[int, int]:
        """Steps and channels of the errors."""
        return self.scorer.shape

    def _contributions(self, errors: np.ndarray) -> np.ndarray:
        found = self.scorer.contributions(errors)
        state = self.start()
        for time, row in enumerate(found):
            found[time], state = self._smooth(row, state)
        return found

    def finish(self, level: np.ndarray) -> np.ndarray:
        """Give the score of a sum of contributions, as the other scorer does."""
        return self.scorer.finish(level)

    def start(self) -> np.ndarray:
        """Give the state before the first reading: w, then n of every channel."""
        return np.zeros(1 + self.shape[1])

    def step(
        self, error: np.ndarray, state: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Give contributions (channels,) of errors (steps, channels), and a state."""
        return self._smooth(self.scorer.contributions(error[None])[0], state)

    def _smooth(
        self, row: np.ndarray, state: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        if np.isnan(row[0]):
            return row, state
        kept = 1 - 2 / (self.span + 1)
        state = np.concatenate([[1.0], row]) + kept * state
        return state[1:] / state[0], state


def _two(fitted: np.ndarray) -> tuple[int, int]:
    """The two dimensions of a fitted array."""
    steps, channels = fitted.shape
    return steps, channels


def _clean(errors: np.ndarray) -> np.ndarray:
    """Check errors that a scorer is to be fitted to."""
    errors = numbers("errors", errors, "time, steps, channels")
    empty = np.argwhere(np.isnan(errors).all(axis=0))
    if len(errors) == 0 or len(empty):
        raise InputError(
            "every step and channel must have an error to fit a scorer to; none at "
            f"(step, channel) {empty.tolist()}"
        )
    return errors


def _at_least(scale: np.ndarray, floor: float) -> np.ndarray:
    """Raise small scales to `floor` times the greatest; to 1 where all are 0."""
    greatest = scale.max()
    return np.maximum(scale, floor * greatest) if greatest > 0 else np.ones_like(scale)


def _count(present: np.ndarray) -> np.ndarray:
    """Count entries of each time: (time,); NaN for none."""
    count = present.sum(axis=(1, 2)).astype(np.float64)
    return np.where(count > 0, count, np.nan)

"""Scorers and thresholds of `seqkit.series`, one step each, in ordinary graphs.

Every class of `seqkit.series` that is fitted has its step here as a function of
tensors, so that a SavedModel answers as the class does.
"""

from functools import singledispatch
from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.series import (
    AbsoluteError,
    AdaptiveThreshold,
    MahalanobisDistance,
    Scorer,
    Smoothed,
    Threshold,
)

Pair = tuple[tf.Tensor, tf.Tensor]


@singledispatch
def contributions(scorer: Any, errors: tf.Tensor, state: tf.Tensor) -> Pair:
    """Give what each channel adds to the level of the score, and the state after it.

    Args:
        scorer: Fitted.
        errors: Shape (steps, channels), float64; NaN where missing.
        state: As `scorer.start()` begins it.

    Returns:
        Shape (channels,), NaN where all is missing; and the state.
    """
    raise TypeError(f"no graph for a scorer of type {type(scorer).__name__}")


@contributions.register
def _(scorer: AbsoluteError, errors: tf.Tensor, state: tf.Tensor) -> Pair:
    present, zero = tf.math.is_finite(errors), tf.zeros([], tf.float64)
    relative = tf.where(present, tf.abs(errors), zero) / tf.constant(scorer.scale)
    return tf.reduce_sum(relative, 0) / _count(present), state


@contributions.register
def _(scorer: MahalanobisDistance, errors: tf.Tensor, state: tf.Tensor) -> Pair:
    present = tf.math.is_finite(errors)
    there, zero = tf.reshape(present, [-1]), tf.zeros([], tf.float64)
    known = tf.reshape(tf.where(present, errors - tf.constant(scorer.mean), zero), [-1])
    precision = tf.constant(scorer.precision)

    def filled() -> tf.Tensor:
        """Solve P_mm x_m = -P_mo x_o, the rows of what is there being those of I."""
        pulled = -tf.linalg.matvec(precision, known)
        both_missing = ~there[:, None] & ~there[None]
        within = tf.where(
            both_missing, precision, tf.eye(known.shape[0], dtype=tf.float64)
        )
        solved = tf.linalg.solve(within, tf.where(there, zero, pulled)[:, None])[:, 0]
        return tf.where(there, known, solved)

    deviations = tf.cond(tf.reduce_all(there), lambda: known, filled)
    values, vectors = np.linalg.eigh(scorer.precision)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    squares = tf.linalg.matvec(tf.constant(root), deviations) ** 2
    parts = tf.reshape(squares, errors.shape) * tf.cast(present, tf.float64)
    of_channel = tf.reduce_sum(parts, 0)
    distance = tf.reduce_sum(squares) / _count(present)
    total = tf.reduce_sum(of_channel)
    return tf.math.divide_no_nan(of_channel, total) * distance, state


@contributions.register
def _(scorer: Smoothed, errors: tf.Tensor, state: tf.Tensor) -> Pair:
    row, _ = contributions(scorer.scorer, errors, state[:0])
    new = tf.concat([[1.0], row], 0) + (1 - 2 / (scorer.span + 1)) * state
    missing = tf.math.is_nan(row[0])
    smooth = tf.where(missing, row, new[1:] / new[0])
    return smooth, tf.where(missing, state, new)


def score(scorer: Scorer, errors: tf.Tensor, state: tf.Tensor) -> tuple:
    """Give the score, the channels' contributions to it, and the state after it."""
    row, state = contributions(scorer, errors, state)
    return _finish(scorer, tf.reduce_sum(row)), row, state


def _finish(scorer: Scorer, level: tf.Tensor) -> tf.Tensor:
    if isinstance(scorer, Smoothed):
        return _finish(scorer.scorer, level)
    return tf.sqrt(level) if isinstance(scorer, MahalanobisDistance) else level


@singledispatch
def threshold_level(threshold: Any, score: tf.Tensor, state: tf.Tensor) -> Pair:
    """Give the threshold for one score (a scalar), and the state after it."""
    raise TypeError(f"no graph for a threshold of type {type(threshold).__name__}")


@threshold_level.register
def _(threshold: Threshold, score: tf.Tensor, state: tf.Tensor) -> Pair:
    return tf.constant(threshold.value, tf.float64), state


@threshold_level.register
def _(threshold: AdaptiveThreshold, score: tf.Tensor, state: tf.Tensor) -> Pair:
    mean, variance = state[0], state[1]
    deviation = threshold.deviation
    one = tf.ones([], tf.float64)
    wider = tf.sqrt(variance) / deviation if deviation > 0 else one
    level = mean + (threshold.value - threshold.mean) * tf.maximum(wider, one)
    rate = 2 / (threshold.span + 1)
    change = tf.minimum(score, level) - mean
    wide = (1 - rate) * (variance + rate * change**2)  # not for what is above
    new = [mean + rate * change, tf.where(score <= level, wide, variance)]
    return level, tf.where(tf.math.is_nan(score), state, tf.stack(new))


def _count(present: tf.Tensor) -> tf.Tensor:
    """Count what is present; NaN for nothing."""
    count = tf.reduce_sum(tf.cast(present, tf.float64))
    return tf.where(count > 0, count, missing())


def missing() -> tf.Tensor:
    """Give NaN in float64: no reading, no score."""
    return tf.constant(np.nan, tf.float64)

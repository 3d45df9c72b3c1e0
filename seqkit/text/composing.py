r"""Characters in their composed form, in the graph; see `seqkit.text.composition`.

Where texts have nothing to compose, nothing is done that takes time.
"""

import numpy as np
import tensorflow as tf

from seqkit.text.composition import (
    PASSES,
    SHIFT,
    SYLLABLES,
    L,
    T,
    V,
    joining,
    pairs,
    singles,
)


def compose(texts: tf.Tensor) -> tf.Tensor:
    r"""Give texts of UTF-8 with their characters composed, of the same shape.

    Example:
        >>> [t.decode() for t in compose(tf.constant(["e\u0301 \u2126"])).numpy()]
        ['é Ω']
    """
    some = tf.strings.regex_full_match(texts, f"(?s).*{joining()}.*")
    return tf.cond(tf.reduce_any(some), lambda: _composed(texts), lambda: texts)


def _composed(texts: tf.Tensor) -> tf.Tensor:
    flat = tf.reshape(texts, [-1])
    points = tf.strings.unicode_decode(flat, "UTF-8")
    single = _replaced(tf.cast(points.flat_values, tf.int64), singles())
    points = points.with_flat_values(single)
    for _ in range(PASSES):
        points = _pass(points)
    composed = tf.strings.unicode_encode(
        points.with_flat_values(tf.cast(points.flat_values, tf.int32)), "UTF-8"
    )
    return tf.reshape(composed, tf.shape(texts))


def _replaced(points: tf.Tensor, by: dict[int, int]) -> tf.Tensor:
    keys = np.array(sorted(by), np.int64)
    place = tf.minimum(tf.searchsorted(keys, points), len(keys) - 1)
    values = tf.constant([by[int(key)] for key in keys], tf.int64)
    return tf.where(tf.gather(keys, place) == points, tf.gather(values, place), points)


def _pass(points: tf.RaggedTensor) -> tf.RaggedTensor:
    """Compose each character with the mark after it, once."""
    flat, rows = points.flat_values, points.value_rowids()
    following = tf.concat([flat[1:], [0]], axis=0)
    following = tf.where(rows == tf.concat([rows[1:], [-1]], axis=0), following, 0)
    pair = flat * SHIFT + following
    single = _replaced(pair, pairs())
    syllable = SYLLABLES + ((flat - L[0]) * V[1] + following - V[0]) * T[1]
    joined = tf.where(single != pair, single, flat)
    joined = tf.where(_within(flat, *L) & _within(following, *V), syllable, joined)
    whole = _within(flat, SYLLABLES, L[1] * V[1] * T[1])
    whole &= (flat - SYLLABLES) % T[1] == 0
    whole &= _within(following, T[0] + 1, T[1] - 1)
    joined = tf.where(whole, flat + following - T[0], joined)
    gone = tf.concat([[False], (joined != flat)[:-1]], axis=0)
    return tf.ragged.boolean_mask(
        points.with_flat_values(joined), points.with_flat_values(~gone)
    )


def _within(points: tf.Tensor, first: int, number: int) -> tf.Tensor:
    return (points >= first) & (points < first + number)

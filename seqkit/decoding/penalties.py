"""What makes outputs of different lengths comparable."""

import tensorflow as tf

_LEAST = 1e-6  # attention that a source position has at least, for its logarithm


def length_divisor(length: tf.Tensor, alpha: float) -> tf.Tensor:
    """Give ((5 + length) / 6)^alpha, by which a log-probability is divided.

    Example:
        >>> length_divisor(tf.constant([1, 7]), 1.0).numpy().tolist()
        [1.0, 2.0]
    """
    return ((5 + tf.cast(length, tf.float32)) / 6) ** alpha


def coverage_bonus(attention: tf.Tensor, mask: tf.Tensor, beta: float) -> tf.Tensor:
    """Give beta Σ_i log min(attention_i, 1), which is at most 0.

    Args:
        attention: Sums over the output, `(rows, beams, source)`.
        mask: Boolean `(rows, source)`: the positions that count.

    Example:
        >>> mask = tf.constant([[True, True, False]])
        >>> coverage_bonus(tf.constant([[[0.5, 1.5, 0.0]]]), mask, 2.0).numpy().round(4)
        array([[-1.3863]], dtype=float32)
    """
    logs = tf.math.log(tf.clip_by_value(attention, _LEAST, 1.0))
    return beta * tf.reduce_sum(tf.where(mask[:, None], logs, 0.0), axis=-1)

"""Shapes that a TensorFlow graph learns as it runs."""

from typing import Any

import tensorflow as tf

from seqkit.recurrence.choice import to_be_exported


def for_every_row(tensor: Any, sizes: tuple, rule: str) -> Any:
    """Return a tensor `(batch, size)`; where it has one row, that row is for all.

    Args:
        tensor: tensor `(batch, size)` or `(1, size)`.
        sizes: batch and size, numbers or scalar tensors.
        rule: what to say where the tensor has another shape.

    Raises:
        tf.errors.InvalidArgumentError: it has, as the graph runs.
    """
    found = tf.shape(tensor)
    fits = tf.logical_or(tf.equal(found, sizes), [found[0] == 1, False])
    tensor = _checked(tensor, tf.reduce_all(fits), rule, sizes, found)
    return tf.broadcast_to(tensor, sizes)


def with_rows(sequences: Any, batch: int, rule: str) -> Any:
    """Return sequences whose batch size is known, and checked as the graph runs."""
    found = tf.shape(sequences)[:1]
    sequences = _checked(sequences, found[0] == batch, rule, [batch], found)
    return tf.ensure_shape(sequences, (batch, *sequences.shape[1:]))


def with_features(sequences: Any, features: int) -> Any:
    """Return sequences whose number of features is known."""
    return tf.ensure_shape(sequences, (*sequences.shape[:-1], features))


def without_last(tensor: Any, rule: str) -> Any:
    """Return a tensor without its last axis, which must be of one as the graph runs."""
    found = tf.shape(tensor)
    tensor = _checked(tensor, found[-1] == 1, rule, found[:-1], found)
    return tf.reshape(tensor, found[:-1])


def _checked(tensor: Any, fits: Any, rule: str, wanted: Any, found: Any) -> Any:
    """Return the tensor, after a check where the graph is to run here."""
    if to_be_exported():
        return tensor
    told = [rule, "wanted:", tf.stack(wanted), "got:", found]
    with tf.control_dependencies([tf.debugging.Assert(fits, told)]):
        return tf.identity(tensor)

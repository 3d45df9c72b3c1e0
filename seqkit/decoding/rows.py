"""The rows of a batch that still work: the others have left it."""

from typing import Any

import tensorflow as tf


def with_beams(nest: Any, size: int) -> Any:
    """Repeat tensors `(batch, …)` for every beam: `(batch, size, …)`."""
    return tf.nest.map_structure(
        lambda tensor: tf.repeat(tf.convert_to_tensor(tensor)[:, None], size, axis=1),
        nest,
    )


def of_any_batch(nest: Any) -> Any:
    """Give the shapes of tensors `(rows, …)` whose rows may become fewer."""
    return tf.nest.map_structure(
        lambda tensor: tf.TensorShape([None, *tensor.shape[1:]]), nest
    )


def keep(going: tf.Tensor, nest: Any) -> Any:
    """Keep the rows of that boolean mask; copy nothing where that is all of them."""
    chosen = tf.where(going)[:, 0]
    return tf.cond(
        tf.reduce_all(going),
        lambda: nest,
        lambda: tf.nest.map_structure(lambda tensor: tf.gather(tensor, chosen), nest),
    )


def follow(going: tf.Tensor, parents: tf.Tensor, nest: Any) -> Any:
    """Keep the rows of a mask, and let each beam go on from its parent.

    Args:
        going: Boolean, `(rows,)`.
        parents: int32 `(rows, beams)`.
        nest: Tensors `(rows, beams, …)`.
    """
    beams = parents.shape[1]
    chosen = tf.cast(tf.where(going), tf.int32) * beams + parents[going]

    def of_parents(tensor: tf.Tensor) -> tf.Tensor:
        flat = tf.reshape(tensor, tf.concat([[-1], tf.shape(tensor)[2:]], axis=0))
        return tf.ensure_shape(
            tf.gather(flat, chosen), [None, beams, *tensor.shape[2:]]
        )

    return tf.nest.map_structure(of_parents, nest)


def spread(rows: tf.Tensor, values: tf.Tensor, batch: tf.Tensor) -> tf.Tensor:
    """Put values at their rows of the whole batch; zero elsewhere."""
    shape = tf.concat([[batch], tf.shape(values)[1:]], axis=0)
    return tf.scatter_nd(rows[:, None], values, shape)

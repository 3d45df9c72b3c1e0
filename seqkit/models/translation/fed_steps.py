"""The loop over the steps of a decoder whose attention feeds its next step."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def fed_steps(step: Callable, vectors: Any, state: Any) -> Any:
    """Run a decoder step by step over targets that are known.

    An ordinary `tf.while_loop`: what each step reads is known only after the one
    before. Every product is of one step, and a step is some fifty operations forward
    and backward, where a decoder without input feeding has a few for a whole sentence.

    Args:
        step: `step(vectors, state)`, of (batch, 1, size) and a nest, gives the features
            (batch, 1, size) and the new state.
        vectors: (batch, steps, size), what is known of each step.
        state: A nest of tensors, before the first step.

    Returns:
        Features (batch, steps, size).
    """
    n_steps = vectors.shape[1] or tf.shape(vectors)[1]
    shape = (n_steps, vectors.shape[0], 1, vectors.shape[2])
    given = tf.TensorArray(vectors.dtype, n_steps, element_shape=shape[1:])
    given = given.unstack(tf.transpose(vectors, [1, 0, 2])[:, :, None])
    made = tf.TensorArray(vectors.dtype, n_steps)

    def body(t: Any, state: Any, made: Any) -> tuple:
        features, state = step(given.read(t), state)
        return t + 1, state, made.write(t, features[:, 0])

    loop = (tf.constant(0), state, made)
    _, _, made = tf.while_loop(
        lambda t, *_: t < n_steps, body, loop, maximum_iterations=n_steps
    )
    stacked = tf.transpose(made.stack(), [1, 0, 2])
    stacked.set_shape((*vectors.shape[:2], stacked.shape[-1]))
    return stacked

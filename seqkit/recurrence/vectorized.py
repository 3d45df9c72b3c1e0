"""The time loop inside `tf.vectorized_map` and its like.

There a graph is rewritten, op by op, to run for many rows at a time; gradients given by
hand get lost. So the loop is the plain one, which TensorFlow differentiates from
outside. What it cannot do is differentiate such a loop inside, for each row by itself:
that gradient is given.
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from seqkit.recurrence.given_gradients import local, once, with_gradient
from seqkit.tensorflow_internals import stop_recording


def vectorized_loop(
    plain: Callable,
    loop: Callable,
    inputs: Any,
    valid: Any,
    states: list,
    weights: list,
) -> tuple[Any, list]:
    """Run a cell over a sequence, inside a vectorized loop.

    Args:
        plain: `plain(inputs, valid, states, weights)` runs the cell by the plain loop.
        loop: runs it too; tapes inside the vectorized loop differentiate that.
        inputs: tensor `(batch, time, features)`.
        valid: boolean tensor `(batch, time)`, or None.
        states: the initial states.
        weights: the values of the cell's weights.

    Returns:
        The outputs `(batch, time, size)` or the last one `(batch, size)`, and the last
        states.
    """
    inputs, valid, states, weights = local((inputs, valid, states, weights))
    sources = [inputs, *states, *weights]
    with stop_recording():  # of tapes inside; those outside see the rewritten graph
        results = plain(inputs, valid, states, weights)

    def gradient(*upstream: Any) -> list:
        with tf.GradientTape() as tape:
            tape.watch(sources)
            again = loop(inputs, valid, states, weights)
        zero = tf.UnconnectedGradients.ZERO
        return tape.gradient(tf.nest.flatten(again), sources, upstream, zero)

    output, *last = with_gradient(
        tf.nest.flatten(results), sources, once(gradient, sources), of_themselves=True
    )
    return output, last

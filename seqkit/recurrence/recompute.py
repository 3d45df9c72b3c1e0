"""Back-propagation through time that keeps the states of every k-th step only.

Time is cut into segments of k steps. Forward, the states before each segment are kept,
and nothing else. Backward, from the last segment to the first, the steps of a segment
are run once more from these states, and differentiated. With k near √T the memory of
T steps grows like √T, but for inputs and outputs; the time is that of one more forward
loop. Noise comes with the inputs and masks from outside, so both runs see the same.
"""

import math
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from seqkit.recurrence.given_gradients import constants, local, once, with_gradient
from seqkit.recurrence.shapes import power_of_two

ZERO = tf.UnconnectedGradients.ZERO


def recomputed_loop(
    loop: Callable,
    inputs: Any,
    valid: Any,
    states: list,
    weights: list,
    return_sequences: bool,
    every: bool | int,
) -> tuple[Any, list]:
    """Run a time loop over segments of a sequence, each a second time for its gradient.

    Args:
        loop: `loop(inputs, valid, states, weights, gradient_expected)` runs a cell over
            a sequence, as `compiled_loop` and `plain_loop` do.
        inputs: tensor `(batch, time, features)`.
        valid: boolean tensor `(batch, time)`, or None.
        states: the initial states.
        weights: the values of the cell's weights.
        return_sequences: whether the loop's output is every step's or the last one.
        every: k; True for one near the root of the number of steps.

    Returns:
        What the loop returns for the whole sequence.
    """
    inputs, valid, states, weights = local((inputs, valid, states, weights))
    segments = Segments(inputs, valid, every)
    sources = [inputs, *states, *weights]
    inputs, states, weights = constants((inputs, states, weights))
    padded = segments.padded(inputs)

    def forward(i: Any, states: list) -> tuple[Any, list]:
        return loop(*segments.cut(padded, i), states, weights, False)

    def run_segment(i: Any, states: list, kept: list, outputs: Any) -> tuple:
        kept = [a.write(i, s) for a, s in zip(kept, states, strict=True)]
        output, states = forward(i, states)
        return i + 1, states, kept, outputs.write(i, output)

    kept = [segments.array(state) for state in states]
    outputs = tf.TensorArray(inputs.dtype, segments.full, clear_after_read=False)
    _, before_rest, kept, outputs = tf.while_loop(
        lambda i, *_: i < segments.full,
        run_segment,
        (0, states, kept, outputs),
        parallel_iterations=1,
    )
    rest_output, last = forward(None, before_rest)
    timed = [segments.size] if return_sequences else []
    stacked = segments.stack(outputs, inputs, [*timed, rest_output.shape[-1]])
    # Tensors, which the gradient may read in another graph than this one.
    befores = [
        segments.stack(array, inputs, state.shape[1:])
        for array, state in zip(kept, states, strict=True)
    ]

    def backward(i: Any, states: list, d_output: Any, d_last: list) -> tuple:
        segment, mask = segments.cut(padded, i)
        watched = [segment, states, weights]
        with tf.GradientTape() as tape:
            tape.watch(watched)
            output, after = loop(segment, mask, states, weights, True)
        return tape.gradient([output, *after], watched, [d_output, *d_last], ZERO)

    def gradient(d_stacked: Any, d_rest: Any, *d_last: Any) -> list:
        d_rest_inputs, d_states, d_weights = backward(
            None, before_rest, d_rest, list(d_last)
        )

        def step(i: Any, d_states: list, d_weights: list, d_inputs: Any) -> tuple:
            states = [before[i] for before in befores]
            d_segment, d_states, more = backward(i, states, d_stacked[i], d_states)
            d_weights = [a + b for a, b in zip(d_weights, more, strict=True)]
            return i - 1, d_states, d_weights, d_inputs.write(i, d_segment)

        d_inputs = tf.TensorArray(inputs.dtype, segments.full)
        _, d_states, d_weights, d_inputs = tf.while_loop(
            lambda i, *_: i >= 0,
            step,
            (segments.full - 1, d_states, d_weights, d_inputs),
            parallel_iterations=1,
        )
        sizes = [segments.size, *inputs.shape[2:]]
        d_full = segments.joined(segments.stack(d_inputs, inputs, sizes))
        joined = tf.concat([d_full, d_rest_inputs], axis=1)
        return [tf.ensure_shape(joined, inputs.shape), *d_states, *d_weights]

    results = [stacked, rest_output, *last]
    stacked, rest_output, *last = with_gradient(
        results, sources, once(gradient, sources)
    )
    if return_sequences:
        output = tf.concat([segments.joined(stacked), rest_output], axis=1)
        output = tf.ensure_shape(output, (*inputs.shape[:2], output.shape[-1]))
        return (output if valid is None else _held(output, valid)), last
    if valid is None:
        return rest_output, last
    every_last = tf.concat([stacked, rest_output[None]], axis=0)
    place = tf.reduce_max(_valid_places(valid), axis=1) // segments.size
    place = tf.minimum(place, segments.full)
    return tf.gather(tf.transpose(every_last, [1, 0, 2]), place, batch_dims=1), last


class Segments:
    """Time cut into segments of one size, and one more with the steps that are left.

    The last one has a step at least, so that its output is that of the sequence.

    Args:
        inputs: tensor `(batch, time, features)`.
        valid: boolean tensor `(batch, time)`, or None.
        every: the size; True for one near the root of the number of steps.
    """

    def __init__(self, inputs: Any, valid: Any, every: bool | int):
        self.valid, self.batch = valid, inputs.shape[0]
        steps = inputs.shape[1]
        self.steps = tf.shape(inputs)[1] if steps is None else steps
        self.size: Any = every
        if every is True and steps is None:
            root = tf.math.ceil(tf.sqrt(tf.cast(self.steps, "float32")))
            self.size = power_of_two(tf.maximum(tf.cast(root, "int32"), 1))
        elif every is True:
            self.size = max(round(math.sqrt(steps)), 1)
        elif steps is not None:
            self.size = max(min(every, steps), 1)
        least = tf.maximum if steps is None else max
        self.full = least(self.steps - 1, 0) // self.size
        if valid is not None:
            self.valid = self.padded(valid)

    def padded(self, sequences: Any) -> Any:
        """Return sequences as long as a segment at least, where that is not known."""
        if isinstance(self.steps, int) or not isinstance(self.size, int):
            return sequences
        more = tf.maximum(self.size - self.steps, 0)
        axes = len(sequences.shape)
        return tf.pad(sequences, [[0, 0], [0, more], *[[0, 0]] * (axes - 2)])

    def cut(self, inputs: Any, i: Any) -> tuple[Any, Any]:
        """Return inputs and mask of a segment by its number; None for the last."""
        start = self.full * self.size if i is None else i * self.size
        size = self.steps - start if i is None else self.size

        def part(tensor: Any) -> Any:
            # A slice of a size that the compiler knows, where the start is unknown.
            more = tf.shape(tensor)[2:]
            shape = tf.concat([[tf.shape(tensor)[0], size], more], 0)
            origin = tf.concat([[0, start], tf.zeros_like(more)], 0)
            known = size if isinstance(size, int) else None
            found = tf.slice(tensor, origin, shape)
            return tf.ensure_shape(found, (self.batch, known, *tensor.shape[2:]))

        return part(inputs), None if self.valid is None else part(self.valid)

    def array(self, state: Any) -> tf.TensorArray:
        """Return an array for a state before each segment but the last."""
        return tf.TensorArray(
            state.dtype, self.full, element_shape=state.shape, clear_after_read=False
        )

    def stack(self, array: tf.TensorArray, inputs: Any, sizes: list) -> Any:
        """Return what all full segments gave, `(segments, batch, *sizes)`."""
        shape = (self.full, tf.shape(inputs)[0], *sizes)
        nothing = tf.zeros(shape, array.dtype)  # of which an array knows no shape
        if isinstance(self.full, int):
            return tf.reshape(array.stack(), shape) if self.full else nothing
        return tf.cond(
            self.full > 0, lambda: tf.reshape(array.stack(), shape), lambda: nothing
        )

    def joined(self, stacked: Any) -> Any:
        """Return `(segments, batch, size, n)` as `(batch, segments · size, n)`."""
        batch, width = tf.shape(stacked)[1], stacked.shape[-1]
        swapped = tf.transpose(stacked, [1, 0, 2, 3])
        return tf.reshape(swapped, (batch, self.full * self.size, width))


def _valid_places(valid: Any) -> Any:
    """Return the number of each valid step, 0 elsewhere."""
    steps = tf.range(tf.shape(valid)[1])
    return tf.where(valid, steps[None], 0)


def _held(output: Any, valid: Any) -> Any:
    """Return at each step the output of the last valid one."""
    places = tf.transpose(_valid_places(valid))
    latest = tf.transpose(tf.scan(tf.maximum, places))
    return tf.gather(output, latest, batch_dims=1)

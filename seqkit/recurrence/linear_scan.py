"""A whole sequence at once, for cells that are linear in their state.

What does not depend on the state is computed for all time steps together. There remains
h_t = a_t ⊙ h_{t-1} + b_t. Compiled for a CPU that is a loop whose step is one
multiplication and one addition. Elsewhere time is cut into about √T blocks: all blocks
run side by side, each from a state of zero, which shows what each does to any state;
from this follow the states between the blocks, and with these all blocks run again.
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from seqkit.cells.linear import Parts, add, conjugate, multiply
from seqkit.recurrence.choice import exporting, vectorizing
from seqkit.recurrence.given_gradients import constants, local, with_gradient
from seqkit.recurrence.slices import room_for, slices_of, stacked, write
from seqkit.recurrence.steps import by_rows, time_major
from seqkit.recurrence.weights import reading


def scan_sequence(
    cell: Any,
    inputs: Any,
    valid: Any,
    states: list,
    weights: list,
    return_sequences: bool,
    in_blocks: bool,
) -> tuple[Any, list]:
    """Return the outputs of a sequence, or the last, and the last states.

    Args:
        cell: a `LinearCell`.
        inputs: tensor `(batch, time, features)`.
        valid: boolean tensor `(batch, time)`, or None.
        states: the initial states.
        weights: the cell's weights.
        return_sequences: whether to return every output or the last one.
        in_blocks: whether to run blocks of steps side by side.
    """
    with reading(cell, weights):
        drive = by_rows(cell.drive, time_major(inputs))
        a, b = cell.coefficients(drive)
        if valid is not None:
            keeps = time_major(tf.expand_dims(valid, -1))
            one = [tf.ones_like(b[0]), *map(tf.zeros_like, b[1:])]
            a = [tf.where(keeps, *pair) for pair in zip(a, one, strict=True)]
            b = [tf.where(keeps, part, tf.zeros_like(part)) for part in b]
        every = linear_scan(a, b, states, in_blocks)
        emission = cell.emission(drive, every)
        if valid is not None and emission is not every[0]:
            emission = _held(emission, valid)
        last = [
            tf.concat([start[None], state[-1:]], 0)[-1]
            for start, state in zip(states, every, strict=True)
        ]
        if not return_sequences:
            return cell.readout(_at_end(emission)), last
        return time_major(by_rows(cell.readout, emission)), last


def _held(emission: Any, valid: Any) -> Any:
    """Return what each step or, under the mask, the last valid one before emitted."""
    order = tf.argsort(tf.cast(valid, "int32"), direction="DESCENDING", stable=True)
    count = tf.cumsum(tf.cast(valid, "int32"), axis=1)  # of valid steps so far
    latest = tf.gather(order, tf.maximum(count - 1, 0), batch_dims=1)
    held = tf.gather(time_major(emission), latest, batch_dims=1)
    return time_major(held)


def linear_scan(
    a: Parts, b: Parts, start: Parts, in_blocks: bool, reverse: bool = False
) -> list:
    """Return h_t = a_t ⊙ h_{t-1} + b_t for all steps.

    The gradient is a scan too, the other way round: of
    g_t = ∂L_t/∂h_t + conj(a_{t+1}) ⊙ g_{t+1} come ∂L/∂b_t = g_t and
    ∂L/∂a_t = g_t ⊙ conj(h_{t-1}).

    Args:
        a: tensors `(time, batch, size)`, or `(size,)` if the same at every step: one,
            or the real and the imaginary parts.
        b: tensors `(time, batch, size)`, as many.
        start: tensors `(batch, size)`, as many: the state before the first step.
        in_blocks: whether to run blocks of steps side by side.
        reverse: whether the first step is the last in time.

    Returns:
        Tensors `(time, batch, size)`, as many.
    """
    # Gradients given by hand get lost in a SavedModel, and in a vectorized loop.
    if exporting() or vectorizing():
        return _run(a, b, start, in_blocks, reverse)
    a, b, start = local((a, b, start))
    fixed_a, fixed_b, fixed_start = constants((a, b, start))
    every = constants(_run(fixed_a, fixed_b, fixed_start, in_blocks, reverse))

    def gradient(*upstream: Any) -> list:
        constant = len(a[0].shape) == 1
        following = a if constant else [_next(part, reverse) for part in a]
        zero = [tf.zeros_like(part) for part in start]
        back = conjugate(following)
        d_b = linear_scan(back, upstream, zero, in_blocks, not reverse)
        pairs = zip(found, start, strict=True)
        before = [_before(*pair, reverse) for pair in pairs]
        d_a = multiply(d_b, conjugate(before))
        if constant:
            d_a = [tf.reduce_sum(part, [0, 1]) for part in d_a]
        of_first = a if constant else [_at_end(part, not reverse) for part in a]
        d_first = [_at_end(part, not reverse) for part in d_b]
        return [*d_a, *d_b, *multiply(d_first, conjugate(of_first))]

    found = every  # what forward mode sees, which asks for the gradient at once
    found = with_gradient(every, [*a, *b, *start], gradient)
    return found


def _run(a: Parts, b: Parts, start: Parts, in_blocks: bool, reverse: bool) -> list:
    """Return all states, with all that is known of their shapes."""
    run: Callable = _in_blocks if in_blocks else _one_by_one
    every = run(a, b, start, reverse)
    for h in every:
        h.set_shape(b[0].shape)
    return every


def _at_end(tensor: Any, at_start: bool = False) -> Any:
    """Return what is at the last step, or the first; zeros where there are no steps."""
    return tf.reduce_sum(tensor[:1] if at_start else tensor[-1:], 0)


def _next(tensor: Any, reverse: bool) -> Any:
    """Return, at each step, what is at the next; at the last, anything."""
    if reverse:
        return tf.concat([tensor[:1], tensor[:-1]], 0)
    return tf.concat([tensor[1:], tensor[-1:]], 0)


def _before(every: Any, start: Any, reverse: bool) -> Any:
    """Return the state before each step."""
    if reverse:
        return tf.concat([every[1:], start[None]], 0)
    return tf.concat([start[None], every[:-1]], 0)


def _one_by_one(
    a: Parts, b: Parts, start: Parts, reverse: bool, last_only: bool = False
) -> list:
    """Return the states after all steps, or after the last, in a loop."""
    n_steps = tf.shape(a[0] if b is None else b[0])[0]
    constant = len(a[0].shape) == 1
    multipliers = a if constant else [slices_of(part, n_steps) for part in a]
    addends = [slices_of(part, n_steps) for part in b]
    rooms = [] if last_only else [room_for(part, n_steps) for part in start]

    def run_step(i: Any, state: list, rooms: list) -> tuple:
        t = n_steps - 1 - i if reverse else i
        factor = multipliers if constant else [array.read(t) for array in multipliers]
        state = add(multiply(factor, state), [array.read(t) for array in addends])
        pairs = zip(rooms, state, strict=not last_only)
        return i + 1, state, [write(room, t, part) for room, part in pairs]

    _, state, rooms = tf.while_loop(
        lambda i, *_: i < n_steps, run_step, (0, list(start), rooms)
    )
    return state if last_only else [stacked(room, n_steps) for room in rooms]


def _in_blocks(a: Parts, b: Parts, start: Parts, reverse: bool) -> list:
    """Return the states after all steps, in blocks side by side."""
    n_steps = tf.shape(b[0])[0]
    size = tf.cast(tf.math.ceil(tf.sqrt(tf.cast(n_steps, "float32"))), "int32")
    size = tf.maximum(size, 1)
    n_blocks = tf.maximum((n_steps + size - 1) // size, 1)

    more = n_blocks * size - n_steps  # steps that come last, and are seen by none

    def cut(tensor: Any) -> Any:
        """(time, batch, n) to (size, blocks, batch, n)."""
        padded = tf.pad(tensor, [[more, 0] if reverse else [0, more], [0, 0], [0, 0]])
        shape = (n_blocks, size, *tf.unstack(tf.shape(tensor)[1:]))
        blocks = tf.transpose(tf.reshape(padded, shape), [1, 0, 2, 3])
        blocks.set_shape((None, None, *tensor.shape[1:]))
        return blocks

    def joined(blocks: Any) -> Any:
        shape = (n_blocks * size, *tf.unstack(tf.shape(blocks)[2:]))
        steps = tf.reshape(tf.transpose(blocks, [1, 0, 2, 3]), shape)
        return steps[more:] if reverse else steps[:n_steps]

    constant = len(a[0].shape) == 1
    a = a if constant else [cut(part) for part in a]
    b = [cut(part) for part in b]
    zero = [tf.zeros_like(part[0]) for part in b]
    one = [tf.ones_like(zero[0]), *zero[1:]]
    nothing = [tf.zeros_like(part) for part in b]
    added = _one_by_one(a, b, zero, reverse, last_only=True)
    factor = _one_by_one(a, nothing, one, reverse, last_only=True)
    ends = _one_by_one(factor, added, start, reverse)
    starts = [_before(*pair, reverse) for pair in zip(ends, start, strict=True)]
    return [joined(part) for part in _one_by_one(a, b, starts, reverse)]

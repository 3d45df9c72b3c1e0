"""The portable time loop: a TensorFlow graph that TensorFlow differentiates."""

from typing import Any

import tensorflow as tf

from seqkit.recurrence.equations import Equations
from seqkit.recurrence.slices import room_for, slices_of, stacked, write
from seqkit.recurrence.steps import Steps, by_rows, time_major
from seqkit.recurrence.weights import reading


def plain_loop(
    cell: Equations,
    inputs: Any,
    valid: Any,
    states: list,
    weights: list,
    recurrent_mask: Any,
    return_sequences: bool,
    unroll: bool | int,
) -> tuple[Any, list]:
    """Run a cell over a sequence, one `tf.while_loop` iteration for `unroll` steps.

    Args:
        cell: the equations of a cell.
        inputs: tensor `(batch, time, features)`.
        valid: boolean tensor `(batch, time)`, or None.
        states: the initial states.
        weights: the values of the cell's weights.
        recurrent_mask: the recurrent dropout mask, or None.
        return_sequences: whether to return every output or the last one.
        unroll: False for one step an iteration, True for no loop, or a number of steps.

    Returns:
        The outputs `(batch, time, size)` or the last one `(batch, size)`, and the last
        states.
    """
    with reading(cell, weights):
        return _loop(
            cell, inputs, valid, states, recurrent_mask, return_sequences, unroll
        )


def _loop(
    cell: Equations,
    inputs: Any,
    valid: Any,
    states: list,
    recurrent_mask: Any,
    return_sequences: bool,
    unroll: bool | int,
) -> tuple[Any, list]:
    drive = by_rows(cell.drive, time_major(inputs))
    if valid is not None:
        valid = time_major(tf.expand_dims(valid, -1))
    steps = Steps(
        cell,
        recurrent_mask,
        valid is not None or not return_sequences,
        tf.nest.map_structure(first_of, drive),
        states,
    )
    n_steps = inputs.shape[1] or tf.shape(inputs)[1]
    drives = tf.nest.map_structure(lambda leaf: slices_of(leaf, n_steps), drive)
    valids = None if valid is None else slices_of(valid, n_steps)
    rooms = [room_for(steps.first[0], n_steps)] if return_sequences else []

    def run(t: Any, carry: list, rooms: list) -> tuple:
        drive_t = tf.nest.map_structure(lambda array: array.read(t), drives)
        valid_t = None if valids is None else valids.read(t)
        emission, carry = steps(drive_t, carry, valid_t)
        return t + 1, carry, [write(room, t, emission) for room in rooms]

    loop = (0, steps.initial, rooms)
    for factor in iteration_sizes(unroll, inputs.shape[1]):
        loop = repeat(run, loop, n_steps, factor)
    _, carry, rooms = loop
    if return_sequences:
        emissions = stacked(rooms[0], n_steps)
        emissions.set_shape((inputs.shape[1], *emissions.shape[1:]))
        output = time_major(by_rows(cell.readout, emissions))
    else:
        output = cell.readout(carry[steps.emitted])
    return output, carry[: len(states)]


def first_of(stacked: Any) -> Any:
    """Return the first of a tensor's slices, zeros where there is none."""
    return tf.reduce_sum(stacked[:1], axis=0)


def iteration_sizes(unroll: bool | int, n_steps: Any) -> list[int]:
    """Return how many steps an iteration takes: in a first loop, then for the rest.

    Example:
    >>> iteration_sizes(False, 10), iteration_sizes(4, None), iteration_sizes(True, 7)
    ([1], [4, 1], [7])
    """
    if unroll is True:
        return [max(n_steps, 1)]
    return [1] if unroll in (False, 1) else [unroll, 1]


def repeat(run: Any, loop: tuple, limit: Any, factor: int) -> tuple:
    """Repeat `factor` runs an iteration while as many are left below the limit."""
    if isinstance(limit, int) and limit == factor:
        for _ in range(factor):
            loop = run(*loop)
        return loop

    def body(*loop: Any) -> tuple:
        for _ in range(factor):
            loop = run(*loop)
        return loop

    # XLA differentiates a loop whose number of iterations it knows.
    most = limit // factor if isinstance(limit, int) else None
    return tf.while_loop(
        lambda t, *_: t + factor <= limit, body, loop, maximum_iterations=most
    )

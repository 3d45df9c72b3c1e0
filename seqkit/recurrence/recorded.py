"""The plain loop, with all states and emissions of all steps kept for a recorder.

What else a step computes follows from the state before it: it need not be kept in the
loop. Zeros are added to what a step returns; the gradient by such a zero is the whole
gradient by that value, through all that follows.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seqkit.recurrence.equations import Equations
from seqkit.recurrence.plain import plain_loop
from seqkit.recurrence.steps import by_rows
from seqkit.recurrence.weights import reading

# From how many steps on a loop is run as a graph: it takes as long to make as some
# hundred steps op by op.
STEPS_FOR_A_GRAPH = 200


class Layout(NamedTuple):
    """What a step returns, side by side: the states, then what it emits."""

    sizes: list[int]
    emitted: int  # the place of what is emitted, that of a state where it is the same


class Run(NamedTuple):
    """A layer's run over sequences, steps in the order in which they were taken."""

    layer: Any
    cell: Equations
    given: Any  # (batch, time, size): inputs, noise where there is some, and zeros
    valid: Any  # (batch, time), or None
    first: list  # the states before the first step, (batch, size) each
    returned: Any  # (batch, time, size): what each step returned, as in the layout
    outputs: Any  # (batch, time, size): of every step, also where the layer gives one
    layout: Layout
    weights: list
    recurrent_mask: Any

    @property
    def sources(self) -> tuple:
        """What a loss is differentiated by."""
        return self.given, self.first, self.outputs

    @property
    def zeros_size(self) -> int:
        """How many of the given numbers of a step are zeros to differentiate by."""
        return sum(self.layout.sizes)


class _Recorded(Equations):
    """A cell whose step emits all that it returns, with zeros added."""

    def __init__(self, cell: Equations, layout: Layout):
        super().__init__(cell.cell, cell.noisy)
        self.sizes = layout.sizes

    def drive(self, rows: Any) -> Any:
        zeros = sum(self.sizes)
        return super().drive(rows[..., :-zeros]), rows[..., -zeros:]

    def step(
        self, drive: Any, states: Sequence, product: Callable, mask: Any
    ) -> tuple[Any, list]:
        drive, zeros = drive
        emission, new = super().step(drive, states, product, mask)
        returned = new if _place(emission, new) is not None else [*new, emission]
        zeros = tf.split(zeros, self.sizes, axis=-1)
        returned = [a + b for a, b in zip(returned, zeros, strict=True)]
        return tf.concat(returned, axis=-1), returned[: len(new)]

    def readout(self, emissions: Any) -> Any:
        return emissions


def recorded_loop(
    recorder: Any,
    layer: Any,
    cell: Equations,
    inputs: Any,
    valid: Any,
    states: list,
    weights: list,
    recurrent_mask: Any,
) -> tuple[Any, list]:
    """Run a cell over a sequence, and leave all of it to a recorder.

    Args:
        recorder: as `seqkit.recurrence.recording.recording` takes it.
        layer: the layer that runs.
        cell: the equations of its cell.
        inputs: tensor `(batch, time, features)`.
        valid: boolean tensor `(batch, time)`, or None.
        states: the initial states.
        weights: the values of the cell's weights.
        recurrent_mask: the recurrent dropout mask, or None.

    Returns:
        The outputs `(batch, time, size)` or the last one `(batch, size)`, and the last
        states.

    Raises:
        ValueError: there is no time step.
    """
    if not inputs.shape[1]:
        raise ValueError(
            f"`sequences` of {layer.name!r} must have a time step to be traced, got "
            f"the shape {tuple(inputs.shape)}."
        )
    states = [recorder.watch(state) for state in states]
    with reading(cell, weights):
        emission, new = cell.step(
            cell.drive(inputs[:, 0]), states, tf.matmul, recurrent_mask
        )
    layout = _layout(emission, new)
    zeros = tf.zeros((*inputs.shape[:2], sum(layout.sizes)), inputs.dtype)
    given = recorder.watch(tf.concat([inputs, zeros], axis=-1))
    recorded = _Recorded(cell, layout)
    returned, last = _loop(recorded, given, valid, states, weights, recurrent_mask)
    emitted = tf.split(returned, layout.sizes, axis=-1)[layout.emitted]
    with reading(cell, weights):
        outputs = recorder.watch(by_rows(cell.readout, emitted))
    run = Run(
        layer,
        cell,
        given,
        valid,
        states,
        returned,
        outputs,
        layout,
        weights,
        recurrent_mask,
    )
    recorder.add(run)
    outputs = held(outputs, valid)
    return (outputs if layer.return_sequences else outputs[:, -1]), last


def _loop(cell: _Recorded, given: Any, *arguments: Any) -> tuple[Any, list]:
    """Run the plain loop: op by op, or where there are many steps as a graph."""

    def run(*arguments: Any) -> tuple[Any, list]:
        loop: Any = plain_loop
        return loop(cell, *arguments, return_sequences=True, unroll=False)

    if given.shape[1] < STEPS_FOR_A_GRAPH:
        return run(given, *arguments)
    eager = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(False)
    try:
        return tf.function(run, autograph=False)(given, *arguments)
    finally:
        tf.config.run_functions_eagerly(eager)


def held(outputs: Any, valid: Any) -> Any:
    """Return outputs with that of the last valid step at steps that are not valid."""
    if valid is None:
        return outputs
    steps = np.where(valid, np.arange(outputs.shape[1]), 0)
    return tf.gather(outputs, np.maximum.accumulate(steps, axis=1), batch_dims=1)


def _place(emission: Any, states: Sequence) -> int | None:
    """Return which state is what is emitted, or None."""
    return next((k for k, state in enumerate(states) if state is emission), None)


def _layout(emission: Any, states: Sequence) -> Layout:
    sizes = [state.shape[-1] for state in states]
    place = _place(emission, states)
    if place is not None:
        return Layout(sizes, place)
    return Layout([*sizes, emission.shape[-1]], len(sizes))

"""The scan: cells that are linear in their state, over a whole sequence at once."""

from typing import Any

import tensorflow as tf

from seqkit.cells.linear import LinearCell
from seqkit.recurrence.compiled import Frame
from seqkit.recurrence.equations import Equations
from seqkit.recurrence.functions import functions_of
from seqkit.recurrence.given_gradients import constants, local, once, with_gradient
from seqkit.recurrence.linear_scan import scan_sequence


def scans(cell: Any, unroll: bool | int) -> bool:
    """Return whether a cell is run as a scan: if it can be and is not unrolled."""
    return isinstance(cell, LinearCell) and unroll is False


def scan_loop(
    cell: LinearCell,
    inputs: Any,
    valid: Any,
    states: list,
    weights: list,
    return_sequences: bool,
    compiled: bool,
) -> tuple[Any, list]:
    """Run a cell that is linear in its state over a sequence.

    Args:
        cell: a `LinearCell`.
        inputs: tensor `(batch, time, features)`.
        valid: boolean tensor `(batch, time)`, or None.
        states: the initial states.
        weights: the cell's weights.
        return_sequences: whether to return every output or the last one.
        compiled: whether to compile; ordinary TensorFlow otherwise.

    Returns:
        The outputs `(batch, time, size)` or the last one `(batch, size)`, and the last
        states.
    """
    if not compiled:
        return scan_sequence(
            cell, inputs, valid, states, weights, return_sequences, in_blocks=True
        )
    inputs, valid, states, weights = local((inputs, valid, states, weights))
    equations = Equations(cell, noisy=False)
    functions, frame = functions_of(equations), Frame(equations, inputs)
    if valid is None and not frame.length_is_fixed:
        valid = tf.ones(tf.shape(inputs)[:2], "bool")

    given = (
        frame.fill(inputs, timed=True),
        None if valid is None else frame.fill(valid, timed=True),
        [frame.fill(state) for state in states],
        weights,
        return_sequences,
    )
    output, last = constants(functions.scan(equations, *given))

    def gradient(d_output: Any, *d_last: Any) -> list:
        upstream = (
            frame.fill(d_output, timed=return_sequences),
            [frame.fill(d) for d in d_last],
        )
        d_inputs, d_states, d_weights = functions.scan_back(
            equations, *given, *upstream
        )
        return [
            frame.join([d_inputs], timed=True),
            *(frame.join([d]) for d in d_states),
            *d_weights,
        ]

    sources = [inputs, *states, *weights]
    results = [
        frame.join([output], timed=return_sequences),
        *(frame.join([state]) for state in last),
    ]
    output, *last = with_gradient(results, sources, once(gradient, sources))
    return output, last

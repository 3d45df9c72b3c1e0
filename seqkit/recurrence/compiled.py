"""The fast time loop: forward and backward compiled, for any cell.

Forward and back-propagation through time are one compiled function each, the second
given as the gradient of the first. Time is cut into chunks: a chunk's drive is one
matrix product before its steps, the gradients of its kernels are one product each after
its steps. The forward loop keeps the states and the result of each `dot`, so the
backward loop repeats no recurrent product.
"""

from typing import Any

import tensorflow as tf

from seqkit.recurrence.equations import Equations
from seqkit.recurrence.functions import functions_of
from seqkit.recurrence.given_gradients import constants, local, once, with_gradient
from seqkit.recurrence.rides import Rides
from seqkit.recurrence.shapes import capacity, n_parts, rows_to_add
from seqkit.recurrence.sweep import Given
from seqkit.tensorflow_internals import inside_compilation


def compiled_loop(
    cell: Equations,
    inputs: Any,
    valid: Any,
    states: list,
    weights: list,
    recurrent_mask: Any,
    return_sequences: bool,
    unroll: bool | int,
    gradient_expected: bool,
) -> tuple[Any, list]:
    """Run a cell over a sequence with compiled loops.

    The batch is cut into parts that run side by side, and shapes that are not fixed are
    rounded up, so that few are compiled.

    Args:
        cell: the equations of a cell.
        inputs: tensor `(batch, time, features)`.
        valid: boolean tensor `(batch, time)`, or None.
        states: the initial states.
        weights: the values of the cell's weights.
        recurrent_mask: the recurrent dropout mask, or None.
        return_sequences: whether to return every output or the last one.
        unroll: False for one step an iteration, True for no loop, or a number.
        gradient_expected: whether to keep what the backward loop needs. Where a
            gradient is asked for all the same, the forward loop runs a second time.

    Returns:
        The outputs `(batch, time, size)` or the last one `(batch, size)`, and the last
        states.
    """
    inputs, valid, states, weights, recurrent_mask = local(
        (inputs, valid, states, weights, recurrent_mask)
    )
    functions = functions_of(cell)
    frame = Frame(cell, inputs, functions.rides if gradient_expected else None)
    options = (return_sequences, unroll)
    places = [tf.constant(place) for place in range(frame.parts)]

    given = Given(
        frame.fill(inputs, timed=True),
        None if valid is None else frame.fill(valid, timed=True),
        frame.n_steps,
        [frame.fill(state) for state in states],
        None if recurrent_mask is None else frame.fill(recurrent_mask),
        weights,
        frame.length_is_fixed,
        frame.parts,
    )
    results = [
        constants(functions.forward(cell, given, place, *options, gradient_expected))
        for place in places
    ]
    output = frame.join([r[0] for r in results], timed=return_sequences)
    last = [frame.join(s) for s in zip(*(r[1] for r in results), strict=True)]

    def gradient(d_output: Any, *d_last: Any) -> list:
        upstream = (
            frame.fill(d_output, timed=return_sequences),
            [frame.fill(d) for d in d_last],
        )
        gradients = []
        for place, (_, _, kept) in zip(places, results, strict=True):
            if not gradient_expected:
                kept = functions.forward(cell, given, place, *options, True)[2]
            gradients.append(
                functions.backward(cell, given, place, kept, *upstream, *options)
            )
        d_inputs, d_states, d_weights = zip(*gradients, strict=True)
        return [
            frame.join(d_inputs, timed=True),
            *(frame.join(d) for d in zip(*d_states, strict=True)),
            *(tf.add_n(d) for d in zip(*d_weights, strict=True)),
        ]

    sources = [inputs, *states, *weights]
    output, *last = with_gradient([output, *last], sources, once(gradient, sources))
    return output, last


class Frame:
    """The shape that is compiled for a sequence: rounded up where it is not fixed.

    Args:
        cell: the cell that is to run.
        inputs: tensor `(batch, time, features)`.
        rides: sizes compiled already, on which a batch may ride; None for none.
    """

    def __init__(self, cell: Equations, inputs: Any, rides: Rides | None = None):
        self.batch, self.time = inputs.shape[:2]
        self.n_rows, self.n_steps = tf.unstack(tf.shape(inputs)[:2])
        self.parts = n_parts(cell, self.batch)
        self.length_is_fixed = bool(self.time)
        if rides is None or self.batch is not None or inside_compilation():
            self.more_rows = rows_to_add(self.parts, self.batch, self.n_rows)
        else:
            rows = rides.size_in_graph((self.n_rows + self.parts - 1) // self.parts)
            self.more_rows = self.parts * rows - self.n_rows
        self.more_steps = 0 if self.time else capacity(self.n_steps) - self.n_steps

    def fill(self, tensor: Any, timed: bool = False) -> Any:
        """Add rows of zeros, and time steps where there is time, up to the frame."""
        more = [self.more_rows, self.more_steps] if timed else [self.more_rows]
        if all(isinstance(n, int) and n == 0 for n in more):
            return tensor
        more += [0] * (len(tensor.shape) - len(more))
        return tf.pad(tensor, [[0, n] for n in more])

    def join(self, parts: Any, timed: bool = False) -> Any:
        """Return the parts' rows as one batch, as large as it came."""
        joined = parts[0] if len(parts) == 1 else tf.concat(list(parts), 0)
        joined = joined[: self.n_rows]
        joined = joined[:, : self.n_steps] if timed else joined
        static = (self.batch, self.time)[: 1 + timed]
        joined.set_shape((*static, *joined.shape[len(static) :]))
        return joined

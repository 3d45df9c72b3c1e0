"""The fast time loop: forward and backward compiled, for any cell.

Forward and back-propagation through time are one compiled function each, inside one
`tf.custom_gradient`. Time is cut into chunks: a chunk's drive is one matrix product
before its steps, the gradients of its kernels are one product each after its steps.
The forward loop keeps the states and the result of each `dot`, so the backward loop
repeats no recurrent product.
"""

import functools
import weakref
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from seqkit.cells.base import RecurrentCell
from seqkit.recurrence.backward import Backward
from seqkit.recurrence.forward import Forward
from seqkit.recurrence.shapes import capacity, n_parts, part_size
from seqkit.recurrence.sweep import Given, Kept
from seqkit.recurrence.weights import values


def compiled_loop(
    cell: RecurrentCell,
    inputs: Any,
    valid: Any,
    states: list,
    recurrent_mask: Any,
    return_sequences: bool,
    unroll: bool | int,
    gradient_expected: bool,
) -> tuple[Any, list]:
    """Run a cell over a sequence with compiled loops.

    The batch is cut into parts that run side by side, and shapes that are not fixed are
    rounded up, so that few are compiled.

    Args:
        cell: a `RecurrentCell`.
        inputs: tensor `(batch, time, features)`.
        valid: boolean tensor `(batch, time)`, or None.
        states: the initial states.
        recurrent_mask: the recurrent dropout mask, or None.
        return_sequences: whether to return every output or the last one.
        unroll: False for one step an iteration, True for no loop, or a number of steps.
        gradient_expected: whether to keep what the backward loop needs. Where a
            gradient is asked for all the same, the forward loop runs a second time.

    Returns:
        The outputs `(batch, time, size)` or the last one `(batch, size)`, and the last
        states.
    """
    functions = functions_of(cell)
    parts = Parts(cell, inputs)
    options = (return_sequences, unroll)

    @tf.custom_gradient
    def run(inputs: Any, *rest: Any) -> tuple:
        givens = parts.given(
            inputs, valid, rest[: len(states)], recurrent_mask, rest[len(states) :]
        )
        results = [functions.forward(g, *options, gradient_expected) for g in givens]
        output = parts.join([output for output, _, _ in results], return_sequences)
        last = [parts.join(s) for s in zip(*(r[1] for r in results), strict=True)]

        def gradient(*upstream: Any) -> Any:
            kept = [
                kept or functions.forward(given, *options, True)[2]
                for given, (_, _, kept) in zip(givens, results, strict=True)
            ]
            d_outputs = parts.cut(upstream[0], timed=return_sequences)
            d_lasts = zip(*(parts.cut(d) for d in upstream[1:]), strict=True)
            gradients = [
                functions.backward(*terms, *options)
                for terms in zip(givens, kept, d_outputs, map(list, d_lasts), strict=True)
            ]
            d_inputs, d_states, d_weights = zip(*gradients, strict=True)
            return (
                parts.join(d_inputs, timed=True),
                *(parts.join(d) for d in zip(*d_states, strict=True)),
                *(tf.add_n(d) for d in zip(*d_weights, strict=True)),
            )

        return (output, *last), once(gradient)

    output, *last = run(inputs, *states, *values(cell))
    return output, last


def once(gradient: Callable) -> Callable:
    """Return a gradient function whose own gradient is an error, not a wrong number."""

    def of_gradient(*_: Any) -> None:
        raise NotImplementedError(
            "The compiled recurrence has first derivatives only. For a gradient of a "
            "gradient, call the layer inside `seqkit.recurrence.portable()`."
        )

    return tf.custom_gradient(lambda *upstream: (gradient(*upstream), of_gradient))


class Parts:
    """Cuts a batch into parts of equal shape, rounded up where it is not fixed.

    Args:
        cell: the cell that is to run.
        inputs: tensor `(batch, time, features)`.
    """

    def __init__(self, cell: RecurrentCell, inputs: Any):
        batch, length = inputs.shape[:2]
        self.n_rows, self.n_steps = tf.unstack(tf.shape(inputs)[:2])
        self.count = n_parts(cell, batch)
        self.size = part_size(self.count, batch, self.n_rows)
        self.length = length or capacity(self.n_steps)
        self.static = (batch, length)

    def given(
        self, inputs: Any, valid: Any, states: Any, recurrent_mask: Any, weights: Any
    ) -> list[Given]:
        """Return what the loops of each part are given."""
        columns = zip(
            self.cut(inputs, timed=True),
            [None] * self.count if valid is None else self.cut(valid, timed=True),
            [self.n_steps] * self.count,
            map(list, zip(*map(self.cut, states), strict=True)),
            [None] * self.count if recurrent_mask is None else self.cut(recurrent_mask),
            [list(weights)] * self.count,
            strict=True,
        )
        return [Given(*column) for column in columns]

    def cut(self, tensor: Any, timed: bool = False) -> list:
        """Return the rows of each part, and the time filled up where there is one."""
        rest = [[0, 0]] * (len(tensor.shape) - 1)
        if timed and self.static[1] is None:
            rest[0] = [0, self.length - self.n_steps]
        cuts = []
        for place in range(self.count):
            rows = tensor[place * self.size : (place + 1) * self.size]
            missing = self.size - tf.shape(rows)[0]
            cuts.append(tf.pad(rows, [[0, missing], *rest]))
        return cuts

    def join(self, cuts: Any, timed: bool = False) -> Any:
        """Return the parts as one batch, as long in rows and time as it came."""
        joined = tf.concat(list(cuts), 0)[: self.n_rows]
        joined = joined[:, : self.n_steps] if timed else joined
        shape = self.static if timed else self.static[:1]
        joined.set_shape((*shape, *joined.shape[len(shape) :]))
        return joined


class Functions:
    """The compiled functions of a cell; one compilation for each shape."""

    def __init__(self, cell: RecurrentCell):
        self.cell = weakref.ref(cell)
        compiled = functools.partial(tf.function, jit_compile=True, autograph=False)
        self.forward = compiled(self._forward)
        self.backward = compiled(self._backward)

    def _forward(
        self, given: Given, return_sequences: bool, unroll: bool | int, keep: bool
    ) -> tuple[Any, list, Kept | None]:
        return Forward(self.cell(), given, return_sequences, unroll).run(keep)

    def _backward(
        self,
        given: Given,
        kept: Kept,
        d_output: Any,
        d_last: list,
        return_sequences: bool,
        unroll: bool | int,
    ) -> tuple[Any, list, list]:
        sweep = Backward(self.cell(), given, return_sequences, unroll)
        return sweep.run(kept, d_output, d_last)


_functions: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def functions_of(cell: RecurrentCell) -> Functions:
    """Return the compiled functions of a cell, made when first asked for."""
    if cell not in _functions:
        _functions[cell] = Functions(cell)
    return _functions[cell]

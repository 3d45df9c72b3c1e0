"""The compiled functions, shared by all cells of the same equations and sizes."""

import collections
import contextlib
import functools
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from seqkit.recurrence.backward import Backward
from seqkit.recurrence.devices import has_gpu
from seqkit.recurrence.equations import Equations
from seqkit.recurrence.forward import Forward, Inference
from seqkit.recurrence.given_gradients import constants
from seqkit.recurrence.kinds import kind_of
from seqkit.recurrence.linear_scan import scan_sequence
from seqkit.recurrence.rides import Rides
from seqkit.recurrence.sweep import Given, Kept
from seqkit.tensorflow_internals import recording

# How many kinds of cells keep what was compiled for them. TensorFlow frees nothing that
# it compiled before the process ends: to forget it would be to compile it again.
MOST_KINDS = 256


class Functions:
    """The compiled functions of one kind of cell; one compilation for each shape.

    They hold no cell: a function is traced with the cell for which it is called. Their
    gradients are given by hand, so that no tape may watch what they are called with: it
    would make TensorFlow differentiate the functions themselves, which XLA cannot.
    """

    def __init__(self) -> None:
        self.rides = Rides()
        self._traced = threading.local()
        compiled = functools.partial(tf.function, jit_compile=True, autograph=False)
        self._forward = compiled(self._run_forward)
        self._backward = compiled(self._run_backward)
        self._scan = compiled(self._run_scan)
        self._scan_back = compiled(self._run_scan_back)

    @contextlib.contextmanager
    def _for(self, cell: Equations) -> Iterator[None]:
        self._traced.cell = cell
        try:
            with recording():  # by tapes of the functions, also in tf.recompute_grad
                yield
        finally:
            del self._traced.cell

    def forward(self, cell: Equations, *arguments: Any) -> tuple:
        """Run the loop forward: output, last states, and what was kept, or None."""
        with self._for(cell):
            return self._forward(*constants(arguments))

    def backward(self, cell: Equations, *arguments: Any) -> tuple:
        """Run the loop backward: gradients of inputs, initial states and weights."""
        with self._for(cell):
            return self._backward(*constants(arguments))

    def scan(self, cell: Equations, *arguments: Any) -> tuple[Any, list]:
        """Run a sequence at once: output and last states."""
        with self._for(cell):
            return self._scan(*constants(arguments))

    def scan_back(self, cell: Equations, *arguments: Any) -> tuple[Any, list, list]:
        """Run it again, and back: gradients of inputs, initial states and weights."""
        with self._for(cell):
            return self._scan_back(*constants(arguments))

    def _run_scan(
        self, inputs: Any, valid: Any, states: list, weights: list, every: bool
    ) -> tuple[Any, list]:
        cell = self._traced.cell.cell
        return scan_sequence(cell, inputs, valid, states, weights, every, has_gpu())

    def _run_scan_back(
        self,
        inputs: Any,
        valid: Any,
        states: list,
        weights: list,
        every: bool,
        d_output: Any,
        d_last: list,
    ) -> tuple[Any, list, list]:
        sources = [inputs, states, weights]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            output, last = self._run_scan(inputs, valid, states, weights, every)
        zero = tf.UnconnectedGradients.ZERO
        return tape.gradient([output, last], sources, [d_output, d_last], zero)

    def _run_forward(
        self,
        given: Given,
        place: Any,
        return_sequences: bool,
        unroll: bool | int,
        keep: bool,
    ) -> tuple[Any, list, Kept | None]:
        cell = self._traced.cell
        arguments = (cell, given, place, return_sequences, unroll)
        if keep:
            result: Any = Forward(*arguments).run()
        else:
            result = (*Inference(*arguments).run(), None)
        cell.refuse_randomness()
        return result

    def _run_backward(
        self,
        given: Given,
        place: Any,
        kept: Kept,
        d_output: Any,
        d_last: list,
        return_sequences: bool,
        unroll: bool | int,
    ) -> tuple[Any, list, list]:
        cell = self._traced.cell
        sweep = Backward(cell, given, place, return_sequences, unroll)
        return sweep.run(kept, d_output, d_last)


_of_kinds: collections.OrderedDict[Any, Functions] = collections.OrderedDict()
_of_cells: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def functions_of(cell: Equations) -> Functions:
    """Return the compiled functions for a cell, made when first asked for."""
    kind = kind_of(cell.cell)
    with _lock:
        if kind is None:
            return _of_cells.setdefault(cell.cell, {}).setdefault(
                cell.noisy, Functions()
            )
        found = _of_kinds.setdefault((kind, cell.noisy), Functions())
        _of_kinds.move_to_end((kind, cell.noisy))
        if len(_of_kinds) > MOST_KINDS:
            _of_kinds.popitem(last=False)
        return found

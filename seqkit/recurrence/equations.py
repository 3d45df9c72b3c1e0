"""A cell as the loops see it: its three methods, with the noise of each step."""

import weakref
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from seqkit.cells.base import Cell
from seqkit.keras_internals import call_error

UNCOMPILED = ("PyFunc", "PyFuncStateless", "EagerPyFunc", "PrintV2")
LOOPS = ("While", "StatelessWhile")
RANDOM = ("Random", "Multinomial", "Shuffle", "TruncatedNormal", "Rng")


class Equations:
    """What the loops ask of a cell.

    The noise of a step comes to the loops beside the inputs, as further features, so
    that whatever repeats a step sees the same noise.

    Args:
        cell: a `RecurrentCell`.
        noisy: whether the inputs carry the noise of each step after their features.
    """

    def __init__(self, cell: Cell, noisy: bool):
        self._cell, self.noisy = weakref.ref(cell), noisy

    @property
    def cell(self) -> Any:
        """The cell."""
        return self._cell()

    @property
    def weights(self) -> list:
        """The cell's weights."""
        return self.cell.weights

    @property
    def compute_dtype(self) -> str:
        """The dtype in which the cell computes."""
        return self.cell.compute_dtype

    def drive(self, rows: Any) -> Any:
        """Return the cell's drive; with the noise beside it, where there is noise."""
        if not self.noisy:
            return self.cell.drive(rows)
        size = self.cell.noise_size
        return self.cell.drive(rows[..., :-size]), rows[..., -size:]

    def step(
        self, drive: Any, states: Sequence, product: Callable, mask: Any
    ) -> tuple[Any, list]:
        """Return what a step emits, and the new states.

        Args:
            drive: what `drive` gave for this time step.
            states: the states before it.
            product: how to multiply a vector by a kernel.
            mask: the recurrent dropout mask, or None.
        """
        drive, noise = drive if self.noisy else (drive, None)
        dot = self.cell.dot_with(product, mask)
        emission, new = self.cell.run_step(drive, list(states), dot, noise)
        return emission, list(new)

    def readout(self, emissions: Any) -> Any:
        """Return the cell's output for what steps emitted."""
        return self.cell.readout(emissions)

    def refuse_randomness(self, after: int = 0) -> None:
        """Raise if random numbers are drawn in the graph where the equations are.

        What is drawn inside a loop would be the same in every call, and other in the
        loop backward than in the loop forward.

        Args:
            after: how many of the graph's first ops are no part of the equations.

        Raises:
            ValueError: An op draws random numbers.
        """
        graph = tf.compat.v1.get_default_graph()
        for op in graph.get_operations()[after:]:
            if any(word in op.type for word in RANDOM):
                raise call_error(
                    f"{type(self.cell).__name__} must draw no random numbers in "
                    f"`drive`, `step` or `readout`, got the op {op.type}; `noise_size` "
                    "says how many a step needs, and `step` is given them."
                )

    def refuse_what_cannot_be_compiled(self, differentiated: bool = False) -> None:
        """Raise if the equations in the graph have what XLA cannot compile.

        Args:
            differentiated: whether their gradient is to be compiled too.

        Raises:
            ValueError: An op calls Python or prints, or a loop that is differentiated
                may have any number of iterations.
        """
        for op in tf.compat.v1.get_default_graph().get_operations():
            any_number = op.type in LOOPS and tf.get_static_value(op.inputs[1]) == -1
            if op.type in UNCOMPILED or (differentiated and any_number):
                raise call_error(
                    f"{type(self.cell).__name__} must be made of operations that XLA "
                    f"compiles, got the op {op.type}"
                    f"{' of any number of iterations' * bool(any_number)}; inside "
                    "`seqkit.recurrence.portable()` it runs as it is."
                )

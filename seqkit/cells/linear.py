"""Cells that are linear in their state: a whole sequence of them is one scan."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, ClassVar

from keras import ops

from seqkit.cells.base import RecurrentCell

# A real number as one tensor, or the real and the imaginary part of a complex one.
Parts = Sequence[Any]


class LinearCell(RecurrentCell):
    """A cell whose state after a step is linear in the state before it.

        h_t = a_t ⊙ h_{t-1} + b_t

    where a_t and b_t depend on the input alone. Steps can then be joined before the
    state is known, (a, b) and then (a', b') being (a' a, a' b + b'), and the recurrence
    runs a whole sequence as a scan. A subclass gives a_t and b_t as its `drive`, in
    lists of equal length: one tensor each for real numbers, two, the real and the
    imaginary part, for complex ones, as which `states` are carried too. `coefficients`
    and `emission` say more where that is not all.

    No recurrent kernel meets the state, so there are no arguments for one.
    """

    without_arguments: ClassVar[Collection[str]] = (
        "recurrent_initializer",
        "recurrent_regularizer",
        "recurrent_constraint",
        "recurrent_dropout",
    )

    def coefficients(self, drive: Any) -> tuple[Parts, Parts]:
        """Return a_t and b_t for what `drive` gave, elementwise.

        a_t may have any shape that can be multiplied with that of b_t.
        """
        a, b = drive
        return a, b

    def emission(self, drive: Any, states: Parts) -> Any:
        """Return what a step emits, elementwise, given the states after it."""
        return states[0]

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return what the step emits, and h_t."""
        a, b = self.coefficients(drive)
        new = add(multiply(a, states), b)
        return self.emission(drive, new), new


def multiply(x: Parts, y: Parts) -> list:
    """Return the product of two real or complex numbers, elementwise.

    Example: (1 + 2i)(3 + 4i) = −5 + 10i
    >>> multiply([1, 2], [3, 4]), multiply([2], [3])
    ([-5, 10], [6])
    """
    if len(x) == 1:
        return [x[0] * y[0]]
    return [x[0] * y[0] - x[1] * y[1], x[0] * y[1] + x[1] * y[0]]


def add(x: Parts, y: Parts) -> list:
    """Return the sum of two real or complex numbers, elementwise."""
    return [one + other for one, other in zip(x, y, strict=True)]


def conjugate(x: Parts) -> list:
    """Return the complex conjugate; a real number as it is."""
    return [x[0], *(-part for part in x[1:])]


def where(condition: Any, x: Parts, y: Parts) -> list:
    """Return x where the condition is true, y elsewhere."""
    return [ops.where(condition, *pair) for pair in zip(x, y, strict=True)]

"""One masked time step of a cell, over what a loop carries from step to step."""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from seqkit.recurrence.equations import Equations


class Steps:
    """Runs a cell's step on the flat list of tensors that a time loop carries.

    The carry holds the cell's states. It also holds what was last emitted, where that
    is asked for later (under a mask, or after the last step) and is no state itself.

    Args:
        cell: the cell's equations.
        recurrent_mask: the recurrent dropout mask, or None.
        keep_emission: whether what was last emitted must be in the carry.
        drive: what the cell's `drive` gives for one time step.
        states: the initial states.
        product: how to multiply a vector by a kernel.

    Attributes:
        initial: the first carry.
        emitted: the place in the carry of what was last emitted, or None.
        first: what the first step emits, and the states after it.
    """

    def __init__(
        self,
        cell: Equations,
        recurrent_mask: Any,
        keep_emission: bool,
        drive: Any,
        states: Sequence,
        product: Callable = tf.matmul,
    ):
        self.cell = cell
        self.recurrent_mask = recurrent_mask
        self.states, self.n_states = list(states), len(states)
        emission, new = self._run(drive, states, product)
        self.first = (emission, new)
        same = [place for place, state in enumerate(new) if state is emission]
        self.initial = list(states)
        self.emitted: Any = same[0] if same else None
        if keep_emission and not same:
            self.emitted = len(states)
            self.initial.append(tf.zeros_like(emission))

    def _run(self, drive: Any, states: Sequence, product: Callable) -> tuple:
        return self.cell.step(drive, states, product, self.recurrent_mask)

    def __call__(
        self, drive: Any, carry: Sequence, valid: Any, product: Callable = tf.matmul
    ) -> tuple[Any, list]:
        """Return what the step emits and the new carry.

        Args:
            drive: what the cell's `drive` gave for this time step.
            carry: the carry before it.
            valid: boolean `(batch, 1)`, false where the step must change nothing; or
                None.
            product: how to multiply a vector by a kernel.
        """
        emission, new = self._run(drive, carry[: self.n_states], product)
        if len(carry) > self.n_states:
            new.append(emission)
        if valid is not None:
            new = [tf.where(valid, *pair) for pair in zip(new, carry, strict=True)]
        return (emission if self.emitted is None else new[self.emitted]), new


def time_major(batch_major: Any) -> Any:
    """Swap the first two axes."""
    return tf.transpose(batch_major, [1, 0, *range(2, len(batch_major.shape))])


def by_rows(function: Callable, stacked: Any) -> Any:
    """Apply a function of rows `(n, size)` to a tensor `(time, batch, size)`."""
    shape = tf.shape(stacked)
    rows = function(tf.reshape(stacked, (-1, stacked.shape[-1])))
    return tf.nest.map_structure(lambda leaf: unflatten(leaf, shape[0], shape[1]), rows)


def unflatten(rows: Any, steps: Any, batch: Any) -> Any:
    """Reshape rows `(steps * batch, ...)` to `(steps, batch, ...)`."""
    return tf.reshape(rows, (steps, batch, *rows.shape[1:]))

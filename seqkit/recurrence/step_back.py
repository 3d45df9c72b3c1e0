"""One step of a loop, differentiated by itself."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from seqkit.recurrence.equations import Equations
from seqkit.recurrence.products import Probe, Replay
from seqkit.recurrence.steps import Steps
from seqkit.recurrence.values import Needs, Values, needs, replace
from seqkit.recurrence.weights import reading

ZERO = tf.UnconnectedGradients.ZERO


class Gradients(NamedTuple):
    """What going back through a step gives."""

    drive: list  # the gradients of the drive's tensors
    carry: list  # those of the carry before the step
    weights: list  # those of the weights that the step uses in other ways
    errors: list  # those of the results of `dot`
    vectors: list  # what was multiplied, where it is no state


class StepBack:
    """Goes back through a step, with the results of its products and functions given.

    Args:
        cell: the cell's equations.
        weights: the values of its weights.
        step: runs a step.
        seen: what it multiplies.
        step_weights: the weights that it uses in other ways.
        drive: the drive of a step, a nest of tensors.
        valid: whether a step's rows are valid, or None.
        emits: whether the gradient of what a step emits comes to it from outside.

    Attributes:
        needs: what must be given.
        shared: for each tensor of the drive, the place of the error that equals its
            gradient, or None.
    """

    def __init__(
        self,
        cell: Equations,
        weights: list,
        step: Steps,
        seen: Probe,
        step_weights: list,
        drive: Any,
        valid: Any,
        emits: bool,
    ):
        self.cell, self.weights, self.step = cell, weights, step
        self.step_weights, self.drive_nest = step_weights, drive
        # Transposed once: a product by a transposed kernel is slower, step by step.
        self.transposed_kernels = [tf.transpose(kernel) for kernel in seen.kernels]
        self.places = [place_of(vector, step.states) for vector in seen.vectors]
        self._try(valid, seen.results, emits)

    def _try(self, valid: Any, products: list, emits: bool) -> None:
        """Find what is needed, by one step of which the compiler uses nothing."""
        copy = tf.nest.map_structure(tf.identity, self.drive_nest)
        drives = tf.nest.flatten(copy)
        carry = [tf.identity(tensor) for tensor in self.step.initial]
        products = [tf.identity(product) for product in products]
        d_carry = [tf.ones_like(tensor) for tensor in carry]
        d_emission = tf.ones_like(self.step.first[0]) if emits else None
        values, new, found = self._differentiate(
            drives, carry, valid, products, d_carry, d_emission
        )
        self.values = values
        self.needs = needs(
            tf.nest.flatten(list(found)), drives, carry, products, values, new
        )
        names = [error.name for error in found.errors]
        self.shared = [
            names.index(d.name) if d.name in names else None for d in found.drive
        ]

    def __call__(
        self,
        drives: Sequence[Any],
        carry: Sequence[Any],
        valid: Any,
        products: Sequence[Any],
        kept: Sequence[Any],
        d_carry: list,
        d_emission: Any,
    ) -> Gradients:
        """Return the gradients of a step.

        Args:
            drives: the drive's tensors; zeros for what is not needed, here and below.
            carry: the carry before the step.
            valid: whether rows are valid, or None.
            products: the results of `dot`.
            kept: the values that are kept, then those in the carry.
            d_carry: the gradient of the carry after the step.
            d_emission: that of what it emits, or None.
        """
        values, _, found = self._differentiate(
            drives, carry, valid, products, d_carry, d_emission
        )
        places = [*self.needs.values, *(k for k, _ in self.needs.carried)]
        computed = [values[k] for k in places]
        replace(computed, kept)
        instead = {t.name: other for t, other in zip(computed, kept, strict=True)}
        vectors = [instead.get(vector.name, vector) for vector in found.vectors]
        return found._replace(vectors=vectors)

    def _differentiate(
        self,
        drives: Sequence[Any],
        carry: Sequence[Any],
        valid: Any,
        products: Sequence[Any],
        d_carry: list,
        d_emission: Any,
    ) -> tuple[list, list, Gradients]:
        replay = Replay(self.transposed_kernels, products)
        sources = [list(drives), list(carry), self.step_weights]
        with tf.GradientTape() as tape, reading(self.cell, self.weights):
            tape.watch([*sources, replay.anchor])
            nest = tf.nest.pack_sequence_as(self.drive_nest, drives)
            with Values() as values:
                emission, new = self.step(nest, carry, valid, replay)
        results, upstream = self._upstream(emission, new, d_carry, d_emission)
        d_drive, d_before, d_weights = tape.gradient(results, sources, upstream, ZERO)
        own = [
            v for v, j in zip(replay.vectors, self.places, strict=True) if j is None
        ]
        found = Gradients(d_drive, d_before, d_weights, replay.errors, own)
        return values.found, new, found

    def _upstream(
        self, emission: Any, new: list, d_carry: list, d_emission: Any
    ) -> tuple:
        """Return what a step results in, and the gradients that come to it."""
        if d_emission is None:
            return new, d_carry
        if self.step.emitted is None:
            return [*new, emission], [*d_carry, d_emission]
        d_carry = list(d_carry)
        d_carry[self.step.emitted] += d_emission
        return new, d_carry


def place_of(vector: Any, states: Sequence[Any]) -> int | None:
    """Return which state a multiplied vector is, or None."""
    same = [j for j, state in enumerate(states) if state is vector]
    return same[0] if same else None

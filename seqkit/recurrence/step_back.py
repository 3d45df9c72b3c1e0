"""One step of a loop, differentiated by itself."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from seqkit.recurrence.equations import Equations
from seqkit.recurrence.products import Probe, Replay
from seqkit.recurrence.steps import Steps
from seqkit.recurrence.values import Ops, needs, replace
from seqkit.recurrence.weights import reading

ZERO = tf.UnconnectedGradients.ZERO


class Gradients(NamedTuple):
    """What going back through a step gives."""

    drive: list  # the gradients of the drive's tensors
    carry: list  # those of the carry before the step
    weights: list  # those of the weights that the step uses in other ways
    errors: list  # those of the results of `dot`
    vectors: list  # what was multiplied


class OfChunk(NamedTuple):
    """What a chunk's products need of its steps: places in a list of tensors."""

    drive: list[int]
    errors: list[int]
    vectors: list[Any]  # a place, or where else a vector is kept: see `Elsewhere`


class Elsewhere(NamedTuple):
    """Where a vector that was multiplied is kept: it was a state, or a kept value."""

    kind: str  # "carries" or "values"
    place: int
    later: int  # 1 in the carry after the step


class StepBack:
    """Goes back through a step, with the results of its products and functions given.

    Args:
        cell: the cell's equations.
        weights: the values of its weights.
        step_weights: those that a step uses in other ways than by `dot`.
        step: runs a step.
        seen: what a step multiplies.
        drive: the drive of a step, a nest of tensors.
        valid: whether a step's rows are valid, or None.
        emits: whether the gradient of what a step emits comes to it from outside.

    Attributes:
        needs: what must be given of a step.
        values: the values of a step, of which some are needed.
        leaves: tensors like those that a call returns for the products of a chunk.
        of_chunk: which of these are what.
    """

    def __init__(
        self,
        cell: Equations,
        weights: list,
        step_weights: list,
        step: Steps,
        seen: Probe,
        drive: Any,
        valid: Any,
        emits: bool,
    ):
        self.cell, self.weights, self.step_weights = cell, weights, step_weights
        self.step, self.drive_nest = step, drive
        # Transposed once: a product by a transposed kernel is slower, step by step.
        self.transposed_kernels = [tf.transpose(kernel) for kernel in seen.kernels]
        self._try(valid, seen.results, emits)

    def _try(self, valid: Any, products: list, emits: bool) -> None:
        """Find what is needed, by one step of which the compiler uses nothing."""
        with Ops() as ops:
            copy = tf.nest.map_structure(tf.identity, self.drive_nest)
            drives = tf.nest.flatten(copy)
            carry = [tf.identity(tensor) for tensor in self.step.initial]
            products = [tf.identity(product) for product in products]
            d_carry = [tf.ones_like(tensor) for tensor in carry]
            d_emission = tf.ones_like(self.step.first[0]) if emits else None
            self.values, new, found = self._differentiate(
                drives, carry, valid, products, d_carry, d_emission
            )
        results = tf.nest.flatten(list(found))
        values = self.values
        self.needs = needs(results, ops.found, drives, carry, products, values, new)
        kept = [values[k] for k in self.needs.values]
        elsewhere = {
            tensor.name: Elsewhere(kind, place, later)
            for kind, tensors, later in (
                ("values", kept, 0), ("carries", new, 1), ("carries", carry, 0)
            )
            for place, tensor in enumerate(tensors)
        }  # fmt: skip
        self.leaves: list = []
        self.of_chunk = OfChunk(
            [self._place(d) for d in found.drive],
            [self._place(error) for error in found.errors],
            [elsewhere.get(v.name) or self._place(v) for v in found.vectors],
        )

    def _place(self, tensor: Any) -> int:
        """Return a tensor's place among the leaves, as one of which it is counted."""
        names = [leaf.name for leaf in self.leaves]
        if tensor.name not in names:
            self.leaves.append(tensor)
            return len(names)
        return names.index(tensor.name)

    def _leaves_of(self, found: Gradients) -> list:
        """Return the leaves of a step, in order."""
        at = {
            place: tensor
            for name in OfChunk._fields
            for place, tensor in zip(
                getattr(self.of_chunk, name), getattr(found, name), strict=True
            )
            if isinstance(place, int)
        }
        return [at[place] for place in range(len(self.leaves))]

    def __call__(
        self,
        drives: Sequence[Any],
        carry: Sequence[Any],
        valid: Any,
        products: Sequence[Any],
        kept: Sequence[Any],
        d_carry: list,
        d_emission: Any,
    ) -> tuple[list, list, list]:
        """Return the gradients of the carry and the weights, and a chunk's leaves.

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
        leaves = self._leaves_of(found._replace(vectors=vectors))
        return found.carry, found.weights, leaves

    def _differentiate(
        self,
        drives: Sequence[Any],
        carry: Sequence[Any],
        valid: Any,
        products: Sequence[Any],
        d_carry: list,
        d_emission: Any,
    ) -> tuple[list, list, Gradients]:
        replay = Replay(self.transposed_kernels, list(products))
        sources = [list(drives), list(carry), self.step_weights]
        with tf.GradientTape() as tape, reading(self.cell, self.weights):
            tape.watch([*sources, replay.anchor])
            nest = tf.nest.pack_sequence_as(self.drive_nest, drives)
            with Ops() as ops:
                emission, new = self.step(nest, carry, valid, replay)
        results, upstream = self._upstream(emission, new, d_carry, d_emission)
        d_drive, d_before, d_weights = tape.gradient(results, sources, upstream, ZERO)
        found = Gradients(d_drive, d_before, d_weights, replay.errors, replay.vectors)
        return ops.values, new, found

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

"""Back-propagation through time, to be compiled."""

import functools
import operator
from typing import Any, NamedTuple

import tensorflow as tf

from seqkit.recurrence.products import Replay
from seqkit.recurrence.slices import read_from
from seqkit.recurrence.steps import by_rows, unflatten
from seqkit.recurrence.sweep import (
    Ahead,
    Kept,
    Sweep,
    arrays_like,
    flat,
    read,
    repeat,
    stacked,
    write,
)
from seqkit.recurrence.weights import reading

ZERO = tf.UnconnectedGradients.ZERO


class Sums(NamedTuple):
    """Gradients that add up over time."""

    kernels: list  # of what the steps multiply by
    in_step: list  # of the weights that the steps use in other ways
    weights: list  # of every weight, through drive and readout


class OfChunk(NamedTuple):
    """What the steps of a chunk leave for its products, an array over time each."""

    drives: list  # the gradients of the drives
    errors: list  # the gradients of the products
    vectors: list  # what was multiplied, where it is no state


class Backward(Sweep):
    """Runs the steps of a sequence from the last to the first.

    Each step is differentiated by itself, with its products replaced by their recorded
    results. What a product's kernel gets of it waits until the chunk is done.
    """

    def run(self, kept: Kept, d_output: Any, d_last: list) -> tuple[Any, list, list]:
        """Return the gradients of the inputs, the initial states and the weights.

        Args:
            kept: what the forward loop kept.
            d_output: the gradient of its output.
            d_last: the gradients of its last states.
        """
        weights = self.weights
        self.drive_nest = self._drive(self.rows.read(0))
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(weights)
            with reading(self.cell, weights):
                self.step, self.seen = self.probe(self.drive_nest)
        used = tape.gradient(self.step.first, weights)
        self.step_weights = [
            w for w, d in zip(weights, used, strict=True) if d is not None
        ]
        kept = kept._replace(
            carries=[self._by_steps(carry) for carry in kept.carries],
            products=[self._by_steps(product) for product in kept.products],
            emissions=[self._by_steps(emission) for emission in kept.emissions],
        )
        self.kept = Kept(*([read_from(s, tf.shape(s)[0]) for s in k] for k in kept))
        self.stacked_carries = kept.carries
        # Transposed once: a product by a transposed kernel is slower, step by step.
        self.transposed_kernels = [tf.transpose(k) for k in self.seen.kernels]
        self.places = [self._place(vector) for vector in self.seen.vectors]

        d_output, d_last = self.part(d_output), [self.part(d) for d in d_last]
        d_carry, d_weights = self._through_readout(kept, d_output, d_last)
        sums = Sums(
            [tf.zeros_like(kernel) for kernel in self.seen.kernels],
            [tf.zeros_like(weight) for weight in self.step_weights],
            d_weights,
        )
        (d_rows,) = arrays_like([self.rows.read(0)], self.count)
        last_chunk = (self.n_steps - 1) // self.size
        _, d_carry, sums, d_rows = tf.while_loop(
            lambda chunk, *_: chunk >= 0,
            self._run_chunk,
            (last_chunk, d_carry, sums, d_rows),
        )
        d_inputs = unflatten(flat(d_rows.stack()), self.capacity, self.batch)
        through_kernels = tape.gradient(self.seen.kernels, weights, sums.kernels, ZERO)
        in_step = iter(sums.in_step)
        d_weights = [
            a + b + (0 if d is None else next(in_step))
            for a, b, d in zip(sums.weights, through_kernels, used, strict=True)
        ]
        return self.unstack(d_inputs), d_carry[: len(d_last)], d_weights

    def _by_steps(self, stacked: Any) -> Any:
        return tf.ensure_shape(stacked, (None, self.fixed_batch, *stacked.shape[2:]))

    def _drive(self, rows: Any) -> Any:
        with reading(self.cell, self.weights):
            return self.cell.drive(rows)

    def _place(self, vector: Any) -> int | None:
        """Return which state a multiplied vector is, or None."""
        same = [j for j, state in enumerate(self.states) if state is vector]
        return same[0] if same else None

    def _through_readout(self, kept: Kept, d_output: Any, d_last: list) -> tuple:
        """Go back through the readout, to each emission or to the last carry."""
        weights = self.weights
        if self.return_sequences:
            emissions = self.emissions(kept)
            d_output = self.stack(d_output)
        else:
            emissions = self.kept.carries[self.step.emitted].read(self.n_steps)
        with tf.GradientTape() as tape, reading(self.cell, weights):
            tape.watch([emissions, weights])
            readout = self.cell.readout
            output = (
                by_rows(readout, emissions)
                if self.return_sequences
                else readout(emissions)
            )
        d_emissions, d_weights = tape.gradient(
            output, [emissions, weights], d_output, ZERO
        )
        zeros = [tf.zeros_like(c) for c in self.step.initial[len(d_last) :]]
        d_carry = [*d_last, *zeros]
        self.d_emissions: Any = None
        if self.return_sequences:
            self.d_emissions = read_from(d_emissions, self.capacity)
        else:
            d_carry[self.step.emitted] += d_emissions
        return d_carry, d_weights

    def _run_chunk(self, chunk: Any, d_carry: list, sums: Sums, d_rows: Any) -> tuple:
        drive_rows = read(self.kept.drives, chunk)
        drive, valid = self.steps(drive_rows), self.valid_steps(chunk)
        start = chunk * self.size

        of_these = Ahead(drive, valid, last=self.size - 1)
        of_all = Ahead(
            self.kept.products,
            self.kept.carries,
            self.d_emissions,
            last=self.capacity - 1,
        )

        def read_before(left: Any, ahead: int) -> tuple[list, list]:
            k = left - 1 - ahead
            return of_these.read(k), of_all.read(start + k)

        def run_step(
            now: tuple, left: Any, d_carry: list, in_step: list, of_chunk: OfChunk
        ) -> tuple:
            k = left - 1
            drive_k, valid_k = of_these.unpack(now[0])
            products, carry, d_emission = of_all.unpack(now[1])
            replay = Replay(self.transposed_kernels, products)
            sources = [drive_k, carry, self.step_weights]
            with tf.GradientTape() as tape, reading(self.cell, self.weights):
                tape.watch([*sources, replay.anchor])
                nest = tf.nest.pack_sequence_as(self.drive_nest, drive_k)
                emission, new = self.step(nest, carry, valid_k, replay)
            results, upstream = self._upstream(emission, new, d_carry, d_emission)
            d_drive, d_carry, d_weights = tape.gradient(
                results, sources, upstream, ZERO
            )
            own = [
                v for v, j in zip(replay.vectors, self.places, strict=True) if j is None
            ]
            of_chunk = OfChunk(
                write(of_chunk.drives, k, d_drive),
                write(of_chunk.errors, k, replay.errors),
                write(of_chunk.vectors, k, own),
            )
            return k, d_carry, add(in_step, d_weights), of_chunk

        own = [
            v for v, j in zip(self.seen.vectors, self.places, strict=True) if j is None
        ]
        first_drive = read(drive, 0)
        of_chunk = OfChunk(
            *(
                arrays_like(likes, self.size)
                for likes in (first_drive, self.seen.results, own)
            )
        )
        loop = (self.steps_in(chunk), d_carry, sums.in_step, of_chunk)
        for factor in self.factors:
            more = functools.partial(operator.le, factor)
            loop = repeat(run_step, read_before, loop, more, factor)
        _, d_carry, in_step, of_chunk = loop
        sums = sums._replace(in_step=in_step)
        sums, d_inputs = self._products(chunk, sums, OfChunk(*map(stacked, of_chunk)))
        return chunk - 1, d_carry, sums, d_rows.write(chunk, d_inputs)

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

    def _products(self, chunk: Any, sums: Sums, of_chunk: OfChunk) -> tuple[Sums, Any]:
        """Add up what a chunk gives the weights, and return its inputs' gradient."""
        start, weights = chunk * self.size, self.weights
        own = iter(of_chunk.vectors)
        vectors = [
            next(own) if j is None else self.part_of(self.stacked_carries[j], start)
            for j in self.places
        ]
        kernels = [
            tf.matmul(flat(vector), flat(error), transpose_a=True)
            for vector, error in zip(vectors, of_chunk.errors, strict=True)
        ]
        inputs = self.rows.read(chunk)
        with tf.GradientTape() as tape:
            tape.watch([inputs, weights])
            drive = tf.nest.flatten(self._drive(inputs))
        d_drives = [flat(d) for d in of_chunk.drives]
        d_inputs, d_weights = tape.gradient(drive, [inputs, weights], d_drives, ZERO)
        sums = Sums(
            add(sums.kernels, kernels), sums.in_step, add(sums.weights, d_weights)
        )
        return sums, d_inputs


def add(one: list, other: list) -> list:
    """Return the sums of two lists, term by term."""
    return [a + b for a, b in zip(one, other, strict=True)]

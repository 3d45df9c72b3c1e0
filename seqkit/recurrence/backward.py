"""Back-propagation through time, to be compiled."""

from typing import Any, NamedTuple

import tensorflow as tf

from seqkit.recurrence.slices import read_from
from seqkit.recurrence.steps import by_rows, unflatten
from seqkit.recurrence.sweep import (
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


class Backward(Sweep):
    """Runs the steps of a sequence from the last to the first.

    Each step is differentiated by itself, given what was kept of it (`StepBack`). What
    a product's kernel gets of it waits until the chunk is done.
    """

    def run(self, kept: Kept, d_output: Any, d_last: list) -> tuple[Any, list, list]:
        """Return the gradients of the inputs, the initial states and the weights.

        Args:
            kept: what the forward loop kept.
            d_output: the gradient of its output.
            d_last: the gradients of its last states.
        """
        weights = self.weights
        tape = tf.GradientTape(persistent=True)
        self.back = self.step_back(self._drive(self.rows.read(0)), tape)
        kept = kept._replace(
            carries=list(map(self._by_steps, kept.carries)),
            products=list(map(self._by_steps, kept.products)),
            values=[
                tf.ensure_shape(stacked, (None, *self.back.values[k].shape))
                for k, stacked in zip(self.back.needs.values, kept.values, strict=True)
            ],
            emissions=list(map(self._by_steps, kept.emissions)),
        )
        self.kept = Kept(*([read_from(s, tf.shape(s)[0]) for s in k] for k in kept))
        self.stacked = {"carries": kept.carries, "values": kept.values}

        d_output, d_last = self.part(d_output), [self.part(d) for d in d_last]
        d_carry, d_weights = self._through_readout(kept, d_output, d_last)
        sums = Sums(
            [tf.zeros_like(kernel) for kernel in self.seen.kernels],
            [tf.zeros_like(weight) for weight in self.back.step_weights],
            d_weights,
        )
        (d_rows,) = arrays_like([self.rows.read(0)], self.count)
        loop = (0, self.n_chunks - 1, d_carry, sums, d_rows)
        *_, d_carry, sums, d_rows = repeat(self._run_chunk, loop, self.n_chunks)
        d_inputs = unflatten(flat(d_rows.stack()), self.capacity, self.batch)
        through_kernels = tape.gradient(self.seen.kernels, weights, sums.kernels, ZERO)
        in_step = iter(sums.in_step)
        d_weights = [
            a + b + (0 if d is None else next(in_step))
            for a, b, d in zip(sums.weights, through_kernels, self.used, strict=True)
        ]
        return self.unstack(d_inputs), d_carry[: len(d_last)], d_weights

    def _by_steps(self, stacked: Any) -> Any:
        return tf.ensure_shape(stacked, (None, self.fixed_batch, *stacked.shape[2:]))

    def _drive(self, rows: Any) -> Any:
        with reading(self.cell, self.weights):
            return self.cell.drive(rows)

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

    # The chunk is a variable of the loop: computed in it from the number of chunks, it
    # would be a constant to the compiler, with a program for every number.
    def _run_chunk(
        self, done: Any, chunk: Any, d_carry: list, sums: Sums, d_rows: Any
    ) -> tuple:
        drive_rows = read(self.kept.drives, chunk)
        drives, valid = self.steps(drive_rows), self.valid_steps(chunk)
        start, count, needs = chunk * self.size, self.steps_in(chunk), self.back.needs
        drive_likes = tf.nest.flatten(self.back.drive_nest)

        def run_step(done: Any, d_carry: list, in_step: list, leaves: list) -> tuple:
            k = count - 1 - done
            t = start + k
            kept = [
                *read(self.kept.values, t),
                *(self.kept.carries[j].read(t + 1) for _, j in needs.carried),
            ]
            d_carry, d_weights, of_step = self.back(
                filled(drive_likes, needs.drives, read(drives, k)),
                filled(
                    self.step.initial,
                    needs.carries,
                    [self.kept.carries[j].read(t) for j in needs.carries],
                ),
                read(valid, k),
                filled(self.seen.results, needs.products, read(self.kept.products, t)),
                kept,
                d_carry,
                read(self.d_emissions, t),
            )
            in_step = add(in_step, d_weights)
            return done + 1, d_carry, in_step, write(leaves, k, of_step)

        leaves = arrays_like(self.back.leaves, self.size)
        loop = (0, d_carry, sums.in_step, leaves)
        for factor in self.factors:
            loop = repeat(run_step, loop, count, factor)
        _, d_carry, in_step, leaves = loop
        sums = sums._replace(in_step=in_step)
        sums, d_inputs = self._products(chunk, sums, stacked(leaves))
        return done + 1, chunk - 1, d_carry, sums, d_rows.write(chunk, d_inputs)

    def _products(self, chunk: Any, sums: Sums, leaves: list) -> tuple[Sums, Any]:
        """Add up what a chunk gives the weights, and return its inputs' gradient."""
        start, weights = chunk * self.size, self.weights
        of_chunk = self.back.of_chunk
        kernels = [
            tf.matmul(
                flat(self._vectors(place, start, leaves)),
                flat(leaves[error]),
                transpose_a=True,
            )
            for place, error in zip(of_chunk.vectors, of_chunk.errors, strict=True)
        ]
        inputs = self.rows.read(chunk)
        with tf.GradientTape() as tape:
            tape.watch([inputs, weights])
            drive = tf.nest.flatten(self._drive(inputs))
        d_drives = [flat(leaves[place]) for place in of_chunk.drive]
        d_inputs, d_weights = tape.gradient(drive, [inputs, weights], d_drives, ZERO)
        sums = Sums(
            add(sums.kernels, kernels), sums.in_step, add(sums.weights, d_weights)
        )
        return sums, d_inputs

    def _vectors(self, place: Any, start: Any, leaves: list) -> Any:
        """Return the vectors of a chunk that were multiplied."""
        if isinstance(place, int):
            return leaves[place]
        array = self.stacked[place.kind][place.place]
        return self.part_of(array, start + place.later)


def filled(likes: list, places: list[int], tensors: list) -> list:
    """Return tensors at their places, and zeros at the others."""
    at = dict(zip(places, tensors, strict=True))
    return [
        at[place] if place in at else tf.zeros_like(like)
        for place, like in enumerate(likes)
    ]


def add(one: list, other: list) -> list:
    """Return the sums of two lists, term by term."""
    return [a + b for a, b in zip(one, other, strict=True)]

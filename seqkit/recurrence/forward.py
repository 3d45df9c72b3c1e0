"""The forward loop, to be compiled."""

from typing import Any

import tensorflow as tf

from seqkit.recurrence.sweep import (
    Kept,
    Sweep,
    arrays_like,
    read,
    repeat,
    stacked,
    write,
)
from seqkit.recurrence.values import Ops
from seqkit.recurrence.weights import reading


class Forward(Sweep):
    """Runs the steps of a sequence from the first to the last, and keeps what is asked.

    Time is cut into chunks, so that a chunk's drive is one product.
    """

    def run(self) -> tuple[Any, list, Kept]:
        """Return the output, the last states, and what the backward loop needs."""
        with reading(self.cell, self.weights):
            return self._run()

    def _run(self) -> tuple[Any, list, Kept]:
        first_drive = self.cell.drive(self.rows.read(0))
        back = self.step_back(first_drive, tf.GradientTape())
        self.needs = back.needs
        start = self.step.initial
        emits = self.return_sequences and self.step.emitted is None
        stores = Kept(
            arrays_like(self._needed_drives(first_drive), self.count),
            write(arrays_like(start, self.capacity + 1), 0, start),
            arrays_like(
                [self.seen.results[k] for k in self.needs.products], self.capacity
            ),
            arrays_like([back.values[k] for k in self.needs.values], self.capacity),
            arrays_like([self.step.first[0]] if emits else [], self.capacity),
        )
        loop = (0, start, stores)
        _, carry, stores = repeat(self._run_chunk, loop, self.n_chunks)
        kept = Kept(*map(stacked, stores))
        emissions = self.emissions(kept) if self.return_sequences else None
        return self.output(carry, emissions), carry[: len(self.states)], kept

    def _needed_drives(self, drive_rows: Any) -> list:
        tensors = tf.nest.flatten(drive_rows)
        return [tensors[place] for place in self.needs.drives]

    def _run_chunk(self, chunk: Any, carry: list, stores: Kept) -> tuple:
        drive_rows = self.cell.drive(self.rows.read(chunk))
        drives = write(stores.drives, chunk, self._needed_drives(drive_rows))
        stores = stores._replace(drives=drives)
        count = self.steps_in(chunk)
        drive_steps, valid_steps = self.steps(drive_rows), self.valid_steps(chunk)
        needs = self.needs

        def run_step(k: Any, carry: list, stores: Kept) -> tuple:
            t = chunk * self.size + k
            dot = self.seen.recorder()
            with Ops() as ops:
                emission, carry = self.step(
                    read(drive_steps, k), carry, read(valid_steps, k), dot
                )
            stores = Kept(
                stores.drives,
                write(stores.carries, t + 1, carry),
                write(stores.products, t, [dot.results[j] for j in needs.products]),
                write(stores.values, t, [ops.values[j] for j in needs.values]),
                write(stores.emissions, t, [emission] if stores.emissions else []),
            )
            return k + 1, carry, stores

        loop = (0, carry, stores)
        for factor in self.factors:
            loop = repeat(run_step, loop, count, factor)
        return chunk + 1, *loop[1:]


class Inference(Sweep):
    """Runs the steps of a sequence from the first to the last, and keeps nothing.

    A chunk is one step: a drive that is used at once stays in the processor's cache.
    """

    CHUNK = 1

    def run(self) -> tuple[Any, list]:
        """Return the output and the last states."""
        with reading(self.cell, self.weights):
            return self._run()

    def _run(self) -> tuple[Any, list]:
        self.step, self.seen = self.probe(self.cell.drive(self.rows.read(0)))
        emitted = [self.step.first[0]] if self.return_sequences else []

        def run_step(t: Any, carry: list, emissions: list) -> tuple:
            drive = self.cell.drive(self.rows.read(t))
            valid = None if self.valid is None else self.valid.read(t)
            emission, carry = self.step(drive, carry, valid, self.seen.recorder())
            emissions = write(emissions, t, [emission] if emissions else [])
            return t + 1, carry, emissions

        loop = (0, self.step.initial, arrays_like(emitted, self.capacity))
        for factor in self.factors:
            loop = repeat(run_step, loop, self.n_steps, factor)
        _, carry, emissions = loop
        every = emissions[0].stack() if emissions else None
        return self.output(carry, every), carry[: len(self.states)]

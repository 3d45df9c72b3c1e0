"""The forward loop, to be compiled."""

from typing import Any

import tensorflow as tf

from seqkit.recurrence.steps import by_rows
from seqkit.recurrence.sweep import (
    Kept,
    Sweep,
    arrays_like,
    read,
    repeat,
    stacked,
    write,
)
from seqkit.recurrence.weights import reading


class Forward(Sweep):
    """Runs the steps of a sequence from the first to the last."""

    def run(self, keep: bool) -> tuple[Any, list, Kept | None]:
        """Return the output, the last states, and what the backward loop needs.

        Args:
            keep: whether to keep what the backward loop needs, or give None for it.
        """
        with reading(self.cell, self.weights):
            return self._run(keep)

    def _run(self, keep: bool) -> tuple[Any, list, Kept | None]:
        first_drive = self.cell.drive(self.rows.read(0))
        self.step, self.seen = self.probe(first_drive)
        start = self.step.initial
        in_carry = keep and self.step.emitted is not None
        self.emits = self.return_sequences and not in_carry
        emissions = [self.step.first[0]] if self.emits else []
        products = self.seen.results if keep else []
        drives = tf.nest.flatten(first_drive) if keep else []
        carries = arrays_like(start if keep else [], self.capacity + 1)
        stores = Kept(
            arrays_like(drives, self.count),
            write(carries, 0, start) if keep else [],
            arrays_like(products, self.capacity),
            arrays_like(emissions, self.capacity),
        )
        _, carry, stores = tf.while_loop(
            lambda chunk, *_: chunk * self.size < self.n_steps,
            self._run_chunk,
            (0, start, stores),
        )
        kept = Kept(*map(stacked, stores))
        last_states = carry[: len(self.states)]
        return self._output(carry, kept), last_states, kept if keep else None

    def _run_chunk(self, chunk: Any, carry: list, stores: Kept) -> tuple:
        drive_rows = self.cell.drive(self.rows.read(chunk))
        if stores.drives:
            drives = write(stores.drives, chunk, tf.nest.flatten(drive_rows))
            stores = stores._replace(drives=drives)
        drive, valid = self.steps(drive_rows), self.valid_steps(chunk)
        count = self.steps_in(chunk)

        def run_step(k: Any, carry: list, stores: Kept) -> tuple:
            t = chunk * self.size + k
            dot = self.seen.recorder()
            emission, carry = self.step(read(drive, k), carry, read(valid, k), dot)
            stores = Kept(
                stores.drives,
                write(stores.carries, t + 1, carry) if stores.carries else [],
                write(stores.products, t, dot.results) if stores.products else [],
                write(stores.emissions, t, [emission]) if stores.emissions else [],
            )
            return k + 1, carry, stores

        loop = (0, carry, stores)
        for factor in self.factors:
            loop = repeat(run_step, loop, lambda k, n=factor: k + n <= count, factor)
        return chunk + 1, *loop[1:]

    def _output(self, carry: list, kept: Kept) -> Any:
        if not self.return_sequences:
            return self.cell.readout(carry[self.step.emitted])
        return self.unstack(by_rows(self.cell.readout, self.emissions(kept)))

"""What the forward and the backward loop share: time cut into chunks, and the cell."""

from typing import Any, NamedTuple

import tensorflow as tf

from seqkit.recurrence.equations import Equations
from seqkit.recurrence.plain import iteration_sizes
from seqkit.recurrence.products import Probe
from seqkit.recurrence.shapes import chunk_size, steps_of_an_iteration
from seqkit.recurrence.slices import read_from
from seqkit.recurrence.step_back import StepBack
from seqkit.recurrence.steps import Steps, by_rows, time_major, unflatten
from seqkit.recurrence.weights import reading


class Given(NamedTuple):
    """What both loops are given: tensors, batch-major."""

    inputs: Any  # (batch, length, features)
    valid: Any  # (batch, length), or None
    n_steps: Any  # how many of the `length` steps are there
    states: list  # (batch, size) each
    recurrent_mask: Any  # (batch, size), or None
    weights: list
    exact: bool  # whether n_steps is length, in every call
    parts: int  # into how many the batch is cut, for loops that run side by side


class Kept(NamedTuple):
    """What the forward loop keeps for the backward loop, stacked over time."""

    drives: list  # (chunks, size * batch, ...) for each needed tensor of a drive
    carries: list  # (capacity + 1, batch, ...): before each step, and after the last
    products: list  # (capacity, batch, ...) for each needed product of a step
    values: list  # (capacity, batch, ...) for each needed value of a step
    emissions: list  # (capacity, batch, ...), or empty where a carry holds them


class Sweep:
    """One way through a sequence, in chunks of `size` time steps.

    Args:
        cell: the equations of a cell.
        given: what the loops are given.
        place: which part of the batch this is.
        return_sequences: whether the output is every step's.
        unroll: how many steps an iteration takes, True for all; False where it is not
            said.
    """

    CHUNK: int | None = None  # the size of a chunk; None for one that suits products
    step: Steps

    def __init__(
        self,
        cell: Equations,
        given: Given,
        place: Any,
        return_sequences: bool,
        unroll: bool | int,
    ):
        self.cell, self.weights = cell, given.weights
        self.return_sequences = return_sequences
        steps = steps_of_an_iteration(unroll)
        self.factors = iteration_sizes(steps, given.inputs.shape[1])
        rows = given.inputs.shape[0]
        self.fixed_batch = None if rows is None else rows // given.parts
        self.batch = self.fixed_batch or tf.shape(given.inputs)[0] // given.parts
        self.length = given.inputs.shape[1] or tf.shape(given.inputs)[1]
        self.n_steps = self.length if given.exact else given.n_steps
        self.parts, self.place = given.parts, place
        self.size = self.CHUNK or chunk_size(
            self.batch, self.length, unroll, given.exact
        )
        self.count = (self.length + self.size - 1) // self.size
        self.capacity = self.count * self.size
        self.n_chunks = (self.n_steps + self.size - 1) // self.size
        self.rows = self.chunked(self.stack(self.part(given.inputs)))
        self.states = [self.part(state) for state in given.states]
        self.recurrent_mask, self.valid = given.recurrent_mask, None
        if given.recurrent_mask is not None:
            self.recurrent_mask = self.part(given.recurrent_mask)
        if given.valid is not None:
            self.valid = self.chunked(self.stack(self.part(given.valid)[:, :, None]))

    def part(self, tensor: Any) -> Any:
        """Return the rows of the sweep's part of the batch."""
        # Not `tf.slice`: the compiler takes its start for a constant, and would compile
        # the same loops once for each part.
        shape = tf.concat([[self.parts, self.batch], tf.shape(tensor)[1:]], 0)
        part = tf.gather(tf.reshape(tensor, shape), self.place)
        return tf.ensure_shape(part, (self.fixed_batch, *tensor.shape[1:]))

    def probe(self, drive_rows: Any) -> tuple[Steps, Probe]:
        """Run one step to see what the cell multiplies and what it emits.

        The compiler drops the step itself, since nothing uses its results.
        """
        probe = Probe()
        keep_emission = self.valid is not None or not self.return_sequences
        drive = read(self.steps(drive_rows), 0)
        steps = Steps(
            self.cell, self.recurrent_mask, keep_emission, drive, self.states, probe
        )
        self.cell.refuse_randomness()
        self.cell.refuse_what_cannot_be_compiled()
        return steps, probe

    def step_back(self, drive_rows: Any, tape: tf.GradientTape) -> StepBack:
        """Run one step, as `probe` does, and return what goes back through steps.

        Sets `step` and `seen`, what the probe gives, and `used`: for each weight its
        gradient by other ways than products, or None where there is no other way.

        Args:
            drive_rows: the drive of a chunk.
            tape: is to watch how kernels come from weights.
        """
        with tape, reading(self.cell, self.weights):
            tape.watch(self.weights)
            self.step, self.seen = self.probe(drive_rows)
        self.cell.refuse_what_cannot_be_compiled(differentiated=True)
        self.used = tape.gradient(self.step.first, self.weights)
        used = zip(self.weights, self.used, strict=True)
        return StepBack(
            self.cell,
            self.weights,
            [weight for weight, gradient in used if gradient is not None],
            self.step,
            self.seen,
            read(self.steps(drive_rows), 0),
            read(self.valid_steps(0), 0),
            self.return_sequences,
        )

    def emissions(self, kept: Kept) -> Any:
        """Return what every step emitted, `(capacity, batch, ...)`."""
        if kept.emissions:
            return kept.emissions[0]
        return kept.carries[self.step.emitted][1:]

    def output(self, carry: list, emissions: Any) -> Any:
        """Return the output: of the last step, or of all that were emitted."""
        if not self.return_sequences:
            return self.cell.readout(carry[self.step.emitted])
        return self.unstack(by_rows(self.cell.readout, emissions))

    def stack(self, sequence: Any) -> Any:
        """Return `(batch, length, ...)` as `(capacity, batch, ...)`, zeros added."""
        missing = self.capacity - self.length
        paddings = [[0, missing]] + [[0, 0]] * (len(sequence.shape) - 1)
        return tf.pad(time_major(sequence), paddings)

    def unstack(self, stacked: Any) -> Any:
        """Return `(capacity, batch, ...)` as `(batch, length, ...)`."""
        return time_major(stacked[: self.length])

    def chunked(self, stacked: Any) -> tf.TensorArray:
        """Return `(capacity, batch, n)` as an array of rows `(size * batch, n)`."""
        shape = (self.count, self.size * self.batch, *stacked.shape[2:])
        return read_from(tf.reshape(stacked, shape), self.count)

    def part_of(self, stacked: Any, start: Any) -> Any:
        """Return the time steps of a chunk from a tensor `(time, batch, n)`."""
        width = stacked.shape[-1]
        return tf.slice(stacked, (start, 0, 0), (self.size, self.batch, width))

    def steps(self, rows: Any) -> Any:
        """Return rows `(size * batch, ...)`, a nest, as arrays of `(batch, ...)`."""

        def cut(leaf: Any) -> tf.TensorArray:
            return read_from(unflatten(leaf, self.size, self.batch), self.size)

        return tf.nest.map_structure(cut, rows)

    def valid_steps(self, chunk: Any) -> tf.TensorArray | None:
        """Return the steps of a chunk's mask, or None where there is no mask."""
        return None if self.valid is None else self.steps(self.valid.read(chunk))

    def steps_in(self, chunk: Any) -> Any:
        """Return how many steps of a chunk are there.

        A number that the compiler knows makes a loop whose end it need not test.
        """
        if isinstance(self.capacity, int) and self.capacity == self.n_steps:
            return self.size
        return tf.minimum(self.size, self.n_steps - chunk * self.size)


def read(arrays: Any, t: Any) -> Any:
    """Read the same place of every array in a nest; None stays None."""
    if arrays is None:
        return None
    return tf.nest.map_structure(lambda array: array.read(t), arrays)


def write(arrays: list, t: Any, values: list) -> list:
    """Write one value into the same place of each array."""
    return [array.write(t, value) for array, value in zip(arrays, values, strict=True)]


def arrays_like(tensors: list, size: Any) -> list[tf.TensorArray]:
    """Return an array of that size for each tensor, to hold tensors like it."""
    return [tf.TensorArray(t.dtype, size, element_shape=t.shape) for t in tensors]


def stacked(arrays: list) -> list:
    """Return each array as one tensor."""
    return [array.stack() for array in arrays]


def flat(tensor: Any) -> Any:
    """Return `(time, batch, ...)` as rows `(time * batch, ...)`."""
    shape = tf.shape(tensor)
    return tf.reshape(tensor, (shape[0] * shape[1], *tensor.shape[2:]))


def repeat(run: Any, loop: tuple, limit: Any, factor: int = 1) -> tuple:
    """Repeat `factor` runs an iteration, while as many are left below the limit.

    Counting up to a bound is what the compiler knows the end of.

    Args:
        run: takes the loop's variables, and returns them, the first one greater by one.
        loop: the loop's variables.
        limit: where the first variable ends.
        factor: how many runs an iteration takes.

    Returns:
        The loop's variables.
    """
    start, *rest = loop
    times = (limit - start) // factor

    # One by one: of a loop that takes larger steps the compiler may miscount the end.
    def body(done: Any, *rest: Any) -> tuple:
        loop = (start + done * factor, *rest)
        for _ in range(factor):
            loop = run(*loop)
        return done + 1, *loop[1:]

    _, *rest = tf.while_loop(lambda done, *_: done < times, body, (0, *rest))
    return start + times * factor, *rest

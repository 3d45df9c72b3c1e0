"""What each step of a recorded run computed: all steps once more, side by side.

The recurrence is known: the state before every step is there. So the steps no longer
wait for each other, and one call of the cell's equations does them all.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seqkit.cells.naming import naming_by
from seqkit.inspect.record import Arrays, LayerTrace, Values
from seqkit.recurrence.loop import shown_steps
from seqkit.recurrence.recorded import Run, held
from seqkit.recurrence.weights import reading

# How far the states of the steps done once more may be off those of the loop.
TOLERANCE = {"float64": 1e-8, "float32": 1e-3, "float16": 0.1, "bfloat16": 0.5}


class RunGradients(NamedTuple):
    """A loss's gradients by what a run left."""

    given: Any  # (batch, time, size), zeros that were added to what steps return too
    first: list  # of the first states, (batch, size) each
    outputs: Any  # (batch, time, size)


class Seen:
    """Keeps values under their names, for a tape to differentiate by.

    Args:
        tape: the tape.
        rows: how many rows each value has.
    """

    def __init__(self, tape: tf.GradientTape, rows: int) -> None:
        self.tape, self.rows = tape, rows
        self.values: dict[str, Any] = {}
        self.products: dict[str, Any] = {}

    def name(self, name: str, value: Any) -> Any:
        """Keep what a cell names.

        Raises:
            ValueError: the name is there already, or the value is not one of each row.
        """
        if name in self.values:
            raise ValueError(f"A name is for one value of a step, got {name!r} twice.")
        if not value.shape.rank or value.shape[0] != self.rows:
            raise ValueError(
                f"A named value must have the shape (batch, ...), got {name!r} of the "
                f"shape {tuple(value.shape)}."
            )
        self.values[name] = self.watched(value)
        return self.values[name]

    def multiply(self, vector: Any, kernel: Any) -> Any:
        """Return vector · kernel, and keep it under the kernel's name."""
        name = getattr(kernel, "name", None) if hasattr(kernel, "path") else None
        name = name or "product"
        if name in self.products or name == "product":
            name = f"{name}_{len(self.products) + 1}"
        self.products[name] = self.watched(tf.matmul(vector, kernel))
        return self.products[name]

    def watched(self, value: Any) -> Any:
        """Return a value as one of its own, by which the tape differentiates."""
        value = tf.identity(value)
        self.tape.watch(value)
        return value


class Steps:
    """All steps of a run, side by side.

    Args:
        run: the run.

    Raises:
        RuntimeError: they give other states than the loop gave.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.after, self.emitted = _returned(run)
        self._take()
        self._read()
        self._check()

    def _take(self) -> None:
        """Take all steps."""
        run, cell = self.run, self.run.cell
        before = [
            tf.concat([first[:, None], after[:, :-1]], axis=1)
            for first, after in zip(run.first, self.after, strict=True)
        ]
        mask, time = run.recurrent_mask, run.given.shape[1]
        with reading(cell, run.weights), tf.GradientTape() as self._tape:
            rows = _rows(run.given[..., : -run.zeros_size])
            self.seen = Seen(self._tape, rows.shape[0])
            # Watched, so that the tape knows whatever follows from them.
            rows, *states = map(self.seen.watched, [rows, *map(_rows, before)])
            if mask is not None:
                mask = tf.repeat(mask, time, axis=0)
            with naming_by(self.seen.name):
                drive = cell.drive(rows)
                emission, new = cell.step(drive, states, self.seen.multiply, mask)
        same = run.layout.emitted < len(new)
        self._new, self._returned = new, new if same else [*new, emission]

    def _read(self) -> None:
        """Read the outputs off what the steps emitted."""
        run = self.run
        with reading(run.cell, run.weights), tf.GradientTape() as self._later_tape:
            rows = _rows(self.emitted)
            self.read = Seen(self._later_tape, rows.shape[0])
            with naming_by(self.read.name):
                self._outputs = run.cell.readout(self.read.watched(rows))

    def _check(self) -> None:
        """Compare the states with those of the loop."""
        for state, new in zip(self.after, self._new, strict=True):
            found, expected = self.array(new), as_array(state)
            bound = TOLERANCE[self.run.cell.compute_dtype]
            if self.run.valid is not None:
                found = np.where(self.run.valid[..., None], found, expected)
            if not np.allclose(found, expected, bound, bound, equal_nan=True):
                worst = np.nanmax(np.abs(found - expected))
                raise RuntimeError(
                    f"`{type(self.run.cell.cell).__name__}.step` must treat each row "
                    "by itself to be traced: many steps side by side give other "
                    f"states than one after the other, by up to {worst:.2g}."
                )

    def values(self) -> tuple[Arrays, Arrays]:
        """Return what was named, and the products."""
        named = {**self.seen.values, **self.read.values}
        return self._arrays(named), self._arrays(self.seen.products)

    def gradients(self, of_loss: RunGradients) -> tuple[list, Arrays, Arrays]:
        """Return a loss's gradients by the states, what was named, and the products.

        By a state, they are also those through what its own step makes of it.
        """
        zeros = of_loss.given[..., -self.run.zeros_size :]
        upstream = tf.split(_rows(zeros), self.run.layout.sizes, axis=-1)
        sources = [self._new, self.seen.values, self.seen.products]
        found, named, products = self._tape.gradient(self._returned, sources, upstream)
        # Where the step makes nothing of a state, all is what follows from it.
        states = [
            later if whole is None else whole
            for whole, later in zip(found, upstream, strict=False)
        ]
        read = self._later_tape.gradient(
            self._outputs, self.read.values, _rows(of_loss.outputs)
        )
        values, by_value = {**self.seen.values, **self.read.values}, {**named, **read}
        return (
            list(map(self.array, states)),
            self._arrays(_or_zeros(by_value, values)),
            self._arrays(_or_zeros(products, self.seen.products)),
        )

    def _arrays(self, values: dict) -> Arrays:
        return {name: self.array(value) for name, value in values.items()}

    def array(self, rows: Any) -> np.ndarray:
        """Return rows as an array `(batch, time, ...)`."""
        return as_array(tf.reshape(rows, (*self.run.given.shape[:2], *rows.shape[1:])))


def layer_trace(run: Run, name: str, of_loss: RunGradients | None) -> LayerTrace:
    """Return all that the steps of a run computed.

    Args:
        run: the run.
        name: what to call the layer.
        of_loss: a loss's gradients, or None.

    Raises:
        RuntimeError: steps side by side give other states than one after the other.
    """
    steps = Steps(run)
    cell = run.cell.cell
    gates, products = steps.values()
    outputs = held(run.outputs, run.valid)
    if run.valid is not None:
        shown = shown_steps(run.valid, run.layer.zero_output_for_mask)
        outputs = tf.where(shown[..., None], outputs, tf.zeros_like(outputs))
    found = _values(run, run.given, run.first, steps.after, gates, products, outputs)
    gradients = None
    if of_loss is not None:
        gradients = _values(
            run,
            of_loss.given,
            of_loss.first,
            *steps.gradients(of_loss),
            of_loss.outputs,
        )
    valid = None if run.valid is None else run.valid.numpy()
    if valid is not None:
        for arrays in (found.gates, found.products):
            _set(arrays, ~valid, np.nan)
        for arrays in (gradients.gates, gradients.products) if gradients else ():
            _set(arrays, ~valid, 0)
    if run.layer.go_backwards:
        valid = None if valid is None else valid[:, ::-1]
        for each in (found, gradients) if gradients else (found,):
            _turn(each)
    return LayerTrace(
        **vars(found),
        name=name,
        network=type(cell).__name__.removesuffix("Cell"),
        go_backwards=run.layer.go_backwards,
        valid=valid,
        weights=_weights(cell),
        gradients=gradients,
    )


def _values(
    run: Run,
    given: Any,
    first: Sequence,
    states: Sequence,
    gates: Arrays,
    products: Arrays,
    outputs: Any,
) -> Values:
    names = run.cell.cell.state_names
    features = given.shape[-1] - run.zeros_size
    features -= run.cell.cell.noise_size if run.cell.noisy else 0
    return Values(
        inputs=as_array(given[..., :features]),
        initial_states=dict(zip(names, map(as_array, first), strict=True)),
        states=dict(zip(names, map(as_array, states), strict=True)),
        gates=gates,
        products=products,
        outputs=as_array(outputs),
    )


def _returned(run: Run) -> tuple[list, Any]:
    """Return the states after each step, and what each emitted, `(batch, time, n)`."""
    returned = tf.split(run.returned, run.layout.sizes, axis=-1)
    emitted, after = returned[run.layout.emitted], returned[: len(run.first)]
    if run.valid is not None:
        begun = shown_steps(run.valid, False)[..., None]
        after = [
            tf.where(begun, state, first[:, None])
            for state, first in zip(after, run.first, strict=True)
        ]
    return after, emitted


def _or_zeros(gradients: dict, values: dict) -> dict:
    """Return gradients, zeros where nothing follows from a value."""
    return {
        name: tf.zeros_like(values[name]) if gradient is None else gradient
        for name, gradient in gradients.items()
    }


def _weights(cell: Any) -> Arrays:
    """Return a cell's weights by name; where two have one name, by their paths."""
    names = [weight.name for weight in cell.weights]
    return {
        weight.name if names.count(weight.name) == 1 else weight.path: as_array(weight)
        for weight in cell.weights
    }


def _set(arrays: Arrays, where: np.ndarray, value: float) -> None:
    """Set what arrays `(batch, time, ...)` hold at some steps."""
    for array in arrays.values():
        array[where] = value


def _turn(values: Values) -> None:
    """Turn the time axis of all values round."""
    values.inputs, values.outputs = values.inputs[:, ::-1], values.outputs[:, ::-1]
    for arrays in (values.states, values.gates, values.products):
        for name, array in arrays.items():
            arrays[name] = array[:, ::-1]


def _rows(tensor: Any) -> Any:
    """Return `(batch, time, n)` as rows `(batch * time, n)`."""
    return tf.reshape(tensor, (-1, tensor.shape[-1]))


def as_array(tensor: Any) -> np.ndarray:
    """Return a tensor as an array that can be changed; bfloat16 as float32."""
    tensor = tf.convert_to_tensor(tensor)
    if tensor.dtype == tf.bfloat16:
        tensor = tf.cast(tensor, tf.float32)
    return np.array(tensor)

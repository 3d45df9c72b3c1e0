"""What a trace holds."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]


@dataclass
class Values:
    """An array for each quantity of a layer: its values, or a loss's gradients by them.

    The names of gates and states are those of the equations in the cell's docstring. A
    gate that belongs to one of several cells has that cell's number before its name,
    as in "1/i".

    Attributes:
        inputs: x of each step, `(batch, time, features)`.
        initial_states: by name, the states before the first step, `(batch, size)`.
        states: by name, the states after each step, `(batch, time, size)`.
        gates: by name, whatever else the equations name, `(batch, time, size)`.
        products: by the kernel's name, what each `dot` of a step gave, `(batch, time,
            size)`.
        outputs: y of each step, `(batch, time, size)`.
    """

    inputs: np.ndarray
    initial_states: Arrays
    states: Arrays
    gates: Arrays
    products: Arrays
    outputs: np.ndarray

    def items(self) -> Iterator[tuple[str, str, np.ndarray]]:
        """Yield kind, name and array of all that has time steps, in the step's order.

        The kinds are "input", "product", "gate", "state" and "output".
        """
        yield "input", "x", self.inputs
        for kind, arrays in (
            ("product", self.products),
            ("gate", self.gates),
            ("state", self.states),
        ):
            for name, array in arrays.items():
                yield kind, name, array
        yield "output", "y", self.outputs

    def join_stretches(self, batch: int, time: int) -> None:
        """Put together, in place, the stretches that sequences were cut into.

        Args:
            batch: how many sequences they were.
            time: steps of each.
        """

        def joined(array: np.ndarray) -> np.ndarray:
            return array.reshape(batch, -1, *array.shape[2:])[:, :time]

        number = len(self.inputs) // batch
        self.inputs, self.outputs = joined(self.inputs), joined(self.outputs)
        for arrays in (self.states, self.gates, self.products):
            arrays.update({name: joined(array) for name, array in arrays.items()})
        for name, array in self.initial_states.items():
            self.initial_states[name] = array[::number]


@dataclass
class LayerTrace(Values):
    """All that a layer computed, step by step.

    The time axis is that of the input, also where the layer reads from the end: there
    the state at t is the one after x_t, which comes after that at t + 1.

    A step that the mask leaves out is not taken. Gates and products are NaN there, the
    states stand still, and gradients are zero.

    Attributes:
        inputs: x of each step, `(batch, time, features)`.
        initial_states: by name, the states before the first step, `(batch, size)`.
        states: by name, the states after each step, `(batch, time, size)`.
        gates: by name, whatever else the equations name, `(batch, time, size)`.
        products: by the kernel's name, what each `dot` of a step gave.
        outputs: y of each step, `(batch, time, size)`.
        name: of the layer; in a model with the names of what it is in, as "stack/1".
        network: the network's name, as "LSTM".
        go_backwards: whether it reads from the end.
        valid: booleans `(batch, time)`, False where a step was not taken; or None.
        weights: by name.
        gradients: the loss's gradient by each of the values, under the same names: by
            a state, through all that follows. None without a loss.
    """

    name: str
    network: str
    go_backwards: bool = False
    valid: np.ndarray | None = None
    weights: Arrays = field(default_factory=dict)
    gradients: Values | None = None

    def join_stretches(self, batch: int, time: int) -> None:
        """Put together, in place, the stretches that sequences were cut into."""
        super().join_stretches(batch, time)
        if self.valid is not None:
            self.valid = self.valid.reshape(batch, -1)[:, :time]
        if self.gradients is not None:
            self.gradients.join_stretches(batch, time)

    def __repr__(self) -> str:
        """Return a line with the names and shapes."""
        shown = [f"{name} {array.shape}" for _, name, array in self.items()]
        return f"<{self.network} {self.name!r}: {', '.join(shown)}>"

    def to_frame(self, row: int = 0, gradients: bool = False) -> Any:
        """Return one row of the batch as a pandas table, with a line for each step.

        Args:
            row: which row of the batch.
            gradients: whether to show gradients in place of the values.

        Returns:
            A `pandas.DataFrame` with the time steps as its index, and a column for each
            (kind, name, unit).

        Raises:
            ValueError: gradients are asked for and the trace has none.
        """
        pandas = _pandas()
        if gradients and self.gradients is None:
            raise ValueError("`gradients` need a trace with a `loss`, got none.")
        shown: Any = self.gradients if gradients else self
        columns = {}
        for kind, name, array in shown.items():
            of_row = array[row].reshape(len(array[row]), -1)
            for unit in range(of_row.shape[1]):
                columns[kind, name, unit] = of_row[:, unit]
        frame = pandas.DataFrame(columns)
        frame.columns.names = ["kind", "name", "unit"]
        frame.index.name = "time"
        return frame


@dataclass
class Trace:
    """All that happened in a call.

    Attributes:
        outputs: what the call returned, as arrays.
        loss: the number that `loss` gave, or None.
        layers: a record for each recurrent layer and each attention that ran, in their
            order; of a layer over several cells one for each.
    """

    outputs: Any
    loss: float | None
    layers: list[LayerTrace]

    def __getitem__(self, name: str) -> LayerTrace:
        """Return the record of a layer by its name.

        Raises:
            KeyError: there is none of that name.
        """
        found = {layer.name: layer for layer in self.layers}
        if name not in found:
            raise KeyError(f"No layer {name!r} ran; these did: {', '.join(found)}.")
        return found[name]

    def __repr__(self) -> str:
        """Return a line for each layer."""
        return "\n".join(map(repr, self.layers))

    def to_frame(self) -> Any:
        """Return all of it as a pandas table, with a line for each number.

        Returns:
            A `pandas.DataFrame` with the columns layer, row, time, kind, name, unit,
            value, and, where there was a loss, gradient.
        """
        pandas = _pandas()
        return pandas.concat(
            [_lines(layer, pandas) for layer in self.layers], ignore_index=True
        )


def _lines(layer: LayerTrace, pandas: Any) -> Any:
    """Return a table with a line for each number of a layer."""
    gradients: Any = layer.gradients
    found = [()] * 1000 if gradients is None else gradients.items()
    frames = []
    for (kind, name, array), gradient in zip(layer.items(), found, strict=False):
        flat = array.reshape(*array.shape[:2], -1)
        row, time, unit = (place.ravel() for place in np.indices(flat.shape))
        columns = {
            "layer": layer.name,
            "row": row,
            "time": time,
            "kind": kind,
            "name": name,
            "unit": unit,
            "value": flat.ravel(),
        }
        if gradients is not None:
            columns["gradient"] = gradient[2].ravel()
        frames.append(pandas.DataFrame(columns))
    return pandas.concat(frames, ignore_index=True)


def _pandas() -> Any:
    try:
        import pandas
    except ImportError:
        raise ModuleNotFoundError(
            "A trace as a table needs pandas: pip install 'seqkit[inspect]'.",
            name="pandas",
        ) from None
    return pandas

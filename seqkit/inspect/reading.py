"""What an attention reads in a call."""

from typing import Any, NamedTuple

import keras

from seqkit.cells.naming import naming_by
from seqkit.inspect.record import LayerTrace, Values
from seqkit.inspect.steps import as_array
from seqkit.layers.attention import Attention


class Reading(NamedTuple):
    """A call of an attention layer: tensors whose second axis is the queries'."""

    layer: Attention
    inputs: Any
    gates: dict
    outputs: Any

    @property
    def sources(self) -> tuple:
        """What a loss is differentiated by."""
        return self.inputs, self.gates, self.outputs

    def trace(self, name: str, gradients: tuple | None) -> LayerTrace:
        """Return the record, with a loss's gradients by the sources, or None."""
        return LayerTrace(
            **vars(_values(*self.sources)),
            name=name,
            network=type(self.layer).__name__,
            weights={w.name: as_array(w) for w in self.layer.weights},
            gradients=None if gradients is None else _values(*gradients),
        )


def reading_of(
    layer: Attention, call: Any, recorder: Any, query: Any, *args: Any, **kwargs: Any
) -> Any:
    """Call an attention layer, and leave what it read to a recorder.

    Args:
        layer: the layer.
        call: its own call.
        recorder: has `watch(tensor)` and `add(reading)`.
        query: `(batch, features)` or `(batch, time, features)`.
        *args: the other arguments of the call.
        **kwargs: likewise.

    Returns:
        What the call returns.
    """
    gates: dict = {}

    def keep(name: str, value: Any) -> Any:
        gates[name] = recorder.watch(value)
        return gates[name]

    query = recorder.watch(query)
    with naming_by(keep):
        result = call(query, *args, **kwargs)
    first, *more = keras.tree.flatten(result)
    context = recorder.watch(first)
    recorder.add(Reading(layer, query, gates, context))
    return (context, *more) if more else context


def _values(inputs: Any, gates: dict, outputs: Any) -> Values:
    def array(tensor: Any) -> Any:
        found = as_array(tensor)
        return found[:, None] if found.ndim == 2 else found

    named = {name: array(gate) for name, gate in gates.items()}
    return Values(array(inputs), {}, {}, named, {}, array(outputs))

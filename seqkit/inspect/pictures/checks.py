"""Checks of what pictures are given."""

from collections.abc import Iterable, Mapping
from typing import Any

from seqkit.inspect.record import LayerTrace, Trace
from seqkit.wording import briefly


def of_one_layer(
    trace: Any, name: str = "trace", with_states: bool = True
) -> LayerTrace:
    """Return the trace of a layer, from itself or from that of a call with one layer.

    Args:
        trace: a `LayerTrace`, or a `Trace` of one layer.
        name: of the argument, for errors.
        with_states: whether it must have states, as all but attention has.

    Raises:
        ValueError: it is neither, or has no states or no steps.
    """
    trace = _of_one(trace, name)
    if with_states and not trace.states:
        raise ValueError(f"`{name}` must have states, that of {trace.name!r} has none.")
    if not trace.inputs.shape[0] or not trace.inputs.shape[1]:
        raise ValueError(
            f"`{name}` must have a sequence and a step, that of {trace.name!r} is of "
            f"inputs {trace.inputs.shape}."
        )
    return trace


def _of_one(trace: Any, name: str) -> LayerTrace:
    if isinstance(trace, LayerTrace):
        return trace
    if not isinstance(trace, Trace):
        raise ValueError(f"`{name}` must be a trace, got {briefly(trace)}.")
    if len(trace.layers) != 1:
        names = ", ".join(repr(layer.name) for layer in trace.layers)
        raise ValueError(
            f'`{name}` must be of one layer: take one of {names} by trace["..."].'
        )
    return trace.layers[0]


def of_layers_by_name(traces: Any) -> dict[str, LayerTrace]:
    """Return traces of layers by name.

    Raises:
        ValueError: there is none, or what is named is no trace of one layer.
    """
    if not isinstance(traces, Mapping) or not traces:
        raise ValueError(
            f"`traces` must be a dictionary of traces by name, got {briefly(traces)}."
        )
    return {
        str(name): of_one_layer(trace, f"traces[{name!r}]")
        for name, trace in traces.items()
    }


def row_of(trace: LayerTrace, row: Any) -> int:
    """Return the number of a sequence that is there.

    Raises:
        ValueError: it is none.
    """
    rows = len(trace.inputs)
    if isinstance(row, bool) or not hasattr(row, "__index__") or not 0 <= row < rows:
        raise ValueError(
            f"`row` must be an integer from 0 to {rows - 1}, the sequences of the "
            f"trace, got {briefly(row)}."
        )
    return int(row)


def tokens_of(text: Any, steps: int) -> list[str]:
    """Return a character or a word for each step.

    Raises:
        ValueError: there are more or fewer than steps, or they are no texts.
    """
    tokens = list(text) if isinstance(text, Iterable) else [text]
    if not all(isinstance(token, str) for token in tokens):
        raise ValueError(
            f"`text` must be a text or a list of texts, got {briefly(text)}."
        )
    if len(tokens) != steps:
        raise ValueError(
            f"`text` must have one character or word for each of the {steps} steps, "
            f"got {len(tokens)}."
        )
    return [str(token) for token in tokens]

"""What `seqkit.inspect.trace` shows is what happens, step by step."""

import inspect
import re
from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.cells.composite import CompositeCell
from seqkit.cells.naming import naming_by
from seqkit.inspect import LayerTrace, trace
from seqkit.layers import Stack
from seqkit.testing.points.compare import same
from seqkit.testing.subject import FULL, Subject, arrays, is_bidirectional

ROWS, STEPS = 3, 4
MASK = np.array([[1, 1, 1, 1], [0, 1, 0, 1], [1, 1, 0, 0]], bool)


def check_trace(subject: Subject) -> None:
    """Values and gradients are those of the cell, called step by step under a tape."""
    layer, x = subject.layer(**FULL), subject.inputs(ROWS, STEPS)
    states = subject.states(ROWS)
    found = trace(layer, x, MASK, _loss, states)
    called = arrays(layer(x, mask=MASK, initial_state=states))
    same(arrays(found.outputs), called, "what a traced call returns")
    if is_bidirectional(layer):
        _check_directions(layer, found.layers, x)
        return
    expected = _stepped(layer.cell, tf.constant(x), list(map(tf.constant, states)))
    numbered = isinstance(layer, Stack)
    for kind, (values, gradients) in expected.items():
        shown = _merged(found.layers, kind, numbered)
        missing = set(values) ^ set(shown)
        assert not missing, f"{kind}s of the trace and of the steps differ: {missing}"
        for name, (value, gradient) in shown.items():
            of = f"{name} of the {kind}s"
            same([value[MASK]], [values[name][MASK]], of)
            same([gradient[MASK]], [gradients[name][MASK]], f"the gradient of {of}")


def check_names(subject: Subject) -> None:
    """Whatever the equations of a cell's docstring say of a step is in the trace."""
    layer = subject.layer(**FULL)
    for record in trace(layer, subject.inputs(ROWS, 1)).layers:
        names = [name.rpartition("/")[2] for _, name, _ in record.items()]
        names += [word for name in names for word in name.split()]  # Re h is of h
        cell = _cell_of(layer, record)
        missing = equation_names(cell) - set(names)
        assert not missing, f"{type(cell).__name__} does not name {missing}: {names}"


def equation_names(cell: Any) -> set[str]:
    """Return what stands before a sign of equality, with the index t, in a docstring.

    An equation that ends with "argument=value" is for that value alone. Of a cell
    around another one, s are the states of that one.

    Example:
        >>> from seqkit.cells import ElmanCell, GRUCell
        >>> sorted(equation_names(ElmanCell(2))), sorted(equation_names(GRUCell(2)))
        (['c', 'h', 'y'], ['h', 'n', 'r', 'z'])
    """
    prose = inspect.cleandoc(type(cell).__doc__ or "").partition("\nArgs:")[0]
    found = set()
    for equation in re.findall(r"^    (\S.* = .*)", prose, re.MULTILINE):
        option = re.search(r" {2,}.*?(\w+)=(\w+)", equation)
        if option and str(getattr(cell, option[1], option[2])) != option[2]:
            continue
        for symbol in equation.partition(" = ")[0].strip("[] ").split(","):
            name, *index = re.split(r"\^\w|_(?=t|\{t)", symbol.strip(), maxsplit=1)
            if index and " " not in name:
                found.add(name)
    return found - {"s"} if isinstance(cell, CompositeCell) else found


def _loss(results: Any) -> Any:
    """Return a number on which each result has an influence of its own."""
    return sum(
        tf.reduce_sum(result * tf.cast(_weights(result.shape, place), result.dtype))
        for place, result in enumerate(tf.nest.flatten(results))
    )


def _weights(shape: Any, place: int) -> np.ndarray:
    return np.random.default_rng(place).uniform(0.5, 1.5, shape)


def _stepped(cell: Any, x: Any, states: list) -> dict[str, tuple[dict, dict]]:
    """Return values and gradients by kind and name, each `(rows, steps, ...)`."""
    seen: dict[str, list] = {"gate": [], "state": [], "output": []}
    held = tf.zeros((ROWS, cell.output_size), x.dtype)
    outputs = []
    with tf.GradientTape() as tape:
        tape.watch([x, states])
        for t in range(STEPS):
            named: dict[str, Any] = {}

            def keep(name: str, value: Any, named: dict = named) -> Any:
                named[name] = tf.identity(value)
                tape.watch(named[name])
                return named[name]

            with naming_by(keep):
                output, new = cell(x[:, t], states)
            tape.watch(new)
            seen["gate"].append(named)
            seen["state"].append(dict(zip(cell.state_names, new, strict=True)))
            output = tf.identity(output)
            seen["output"].append({"y": output})
            valid = MASK[:, t : t + 1]
            held = tf.where(valid, output, held)
            states = [tf.where(valid, *pair) for pair in zip(new, states, strict=True)]
            outputs.append(held)
        value = _loss([tf.stack(outputs, 1), *states])
    zero = tf.UnconnectedGradients.ZERO
    gradients = tape.gradient(value, seen, unconnected_gradients=zero)
    return {kind: (_by_name(seen[kind]), _by_name(gradients[kind])) for kind in seen}


def _by_name(steps: list[dict]) -> dict[str, np.ndarray]:
    return {name: np.stack([step[name] for step in steps], 1) for name in steps[0]}


def _merged(layers: list[LayerTrace], kind: str, numbered: bool) -> dict:
    """Return values and gradients of a kind as those of one cell: of all levels."""
    found: dict[str, tuple] = {}
    for number, layer in enumerate(layers, 1):
        prefix = f"{number}/" if numbered else ""
        gradients: Any = layer.gradients
        if kind == "output":
            found = {"y": (layer.outputs, gradients.outputs)}  # the last level's
            continue
        arrays_of = {"gate": layer.gates, "state": layer.states}[kind]
        for_loss = {"gate": gradients.gates, "state": gradients.states}[kind]
        for name, array in arrays_of.items():
            found[prefix + name] = (array, for_loss[name])
    return found


def _check_directions(layer: Any, found: list[LayerTrace], x: np.ndarray) -> None:
    """Each direction is traced as it is alone."""
    both = (layer.forward_layer, layer.backward_layer)
    for record, alone in zip(found, both, strict=True):
        assert record.go_backwards == alone.go_backwards
        expected = trace(alone, x, MASK).layers[0]
        first = trace(layer, x, MASK)[record.name]
        for (_, name, value), (_, _, other) in zip(
            first.items(), expected.items(), strict=True
        ):
            what = f"{name} of {record.name}"
            same(np.nan_to_num(value), np.nan_to_num(other), what)


def _cell_of(layer: Any, record: LayerTrace) -> Any:
    """Return the cell that a record of a layer's trace is of."""
    if isinstance(layer, Stack):
        return layer.levels[int(record.name.rpartition("/")[2]) - 1].cell
    if is_bidirectional(layer):
        return (
            layer.backward_layer if record.go_backwards else layer.forward_layer
        ).cell
    return layer.cell

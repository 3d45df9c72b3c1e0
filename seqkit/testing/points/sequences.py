"""Point 1: one network, however its time loop is run."""

from typing import Any

import keras
import numpy as np

from seqkit.testing.points.compare import require, same
from seqkit.testing.subject import FULL, Subject, arrays, is_bidirectional, plain_loop

CUT = 3  # where the sequence is cut in two chunks


def check_plain_loop(subject: Subject) -> None:
    """The whole-sequence call gives what `keras.layers.RNN` over the cell gives."""
    _check_plain_loop(subject, **FULL)


def check_backwards(subject: Subject) -> None:
    """So it does when the sequence is read backwards."""
    if not is_bidirectional(subject.layer(**FULL)):
        _check_plain_loop(subject, **FULL, go_backwards=True)
        _check_plain_loop(subject, go_backwards=True)


def check_unroll(subject: Subject) -> None:
    """So it does unrolled, wholly or by a factor."""
    _check_plain_loop(subject, **FULL, unroll=True)
    _check_plain_loop(subject, **FULL, unroll=3)


def _check_plain_loop(subject: Subject, **options: Any) -> None:
    x, states = subject.inputs(), subject.states()
    layer = subject.layer(**options)
    same(
        subject.run(layer, x, initial_state=states),
        plain_loop(layer)(x, initial_state=states),
        f"the layer with {options} against keras.layers.RNN(cell)",
    )


def check_options(subject: Subject) -> None:
    """The options select among outputs and states; declared shapes hold."""
    x = subject.inputs()
    outputs, *states = arrays(subject.layer(**FULL)(x))
    layer = subject.layer(return_state=True)
    last, *last_states = arrays(layer(x))
    same(last_states, states, "states without return_sequences")
    same(subject.layer(return_sequences=True)(x), outputs, "without return_state")
    same(subject.layer()(x), last, "output with neither option")
    if not is_bidirectional(layer):
        same(last, outputs[:, -1], "the output without return_sequences")
    for options in (FULL, {"return_state": True}, {"return_sequences": True}, {}):
        layer = subject.layer(**options)
        shapes = layer.compute_output_shape(x.shape)
        declared = [
            a.shape
            for a in keras.tree.flatten(
                keras.tree.map_shape_structure(np.zeros, shapes)
            )
        ]
        found = [a.shape for a in arrays(layer(x))]
        require(
            declared == found,
            f"compute_output_shape with {options}: {declared}, the call gave {found}",
        )


def check_cell_loop(subject: Subject) -> None:
    """Step by step, by `initial_state` and `step`, outputs and states are the same."""
    layer = subject.layer(**FULL)
    if is_bidirectional(layer):
        return
    x, states = subject.inputs(), subject.states()
    expected = subject.run(layer, x, initial_state=states)
    outputs: list[Any] = []
    for t in range(x.shape[1]):
        output, states = layer.step(x[:, t], states)
        outputs.append(keras.ops.convert_to_numpy(output))
    same([np.stack(outputs, axis=1), *states], expected, "the cell step by step")
    begun = subject.run(layer, x, initial_state=layer.initial_state(len(x)))
    same(begun, subject.run(layer, x), "the call from `initial_state`")


def check_one_state(subject: Subject) -> None:
    """Initial states of one row are those of every row."""
    layer, x = subject.layer(**FULL), subject.inputs()
    one = subject.states(batch=1)
    every = [np.repeat(state, len(x), axis=0) for state in one]
    expected = subject.run(layer, x, initial_state=every)
    same(subject.run(layer, x, initial_state=one), expected, "states of one row")
    alone = [state[0] for state in one]
    same(subject.run(layer, x, initial_state=alone), expected, "states without a batch")


def check_chunks(subject: Subject) -> None:
    """Chunks with carried state give what the whole sequence gives."""
    layer = subject.layer(**FULL)
    if is_bidirectional(layer):
        return
    x, states = subject.inputs(), subject.states()
    first, *carried = subject.run(layer, x[:, :CUT], initial_state=states)
    second, *last = subject.run(layer, x[:, CUT:], initial_state=carried)
    joined = np.concatenate([*arrays(first), *arrays(second)], axis=1)
    whole = subject.run(layer, x, initial_state=states)
    same([joined, *last], whole, "two chunks, state carried")

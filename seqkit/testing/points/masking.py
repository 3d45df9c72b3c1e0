"""Point 3: a masked step is as if it were not there."""

import contextlib
import functools
import inspect
import warnings
from collections.abc import Callable
from typing import Any
from unittest import mock

import keras
import numpy as np

from seqkit.testing.points.compare import different, require, same
from seqkit.testing.subject import (
    FULL,
    Subject,
    arrays,
    is_bidirectional,
    masks,
    plain_loop,
)


def _setting(subject: Subject) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    return masks(), subject.inputs(), subject.states()


def _check_plain_loop(subject: Subject, **options: Any) -> None:
    mask, x, states = _setting(subject)
    layer = subject.layer(**options)
    same(
        subject.run(layer, x, initial_state=states, mask=mask),
        plain_loop(layer)(x, initial_state=states, mask=mask),
        f"the layer under masks with {options} against keras.layers.RNN(cell)",
    )


def check_plain_loop(subject: Subject) -> None:
    """Under every kind of mask the layer gives what `keras.layers.RNN` gives."""
    _check_plain_loop(subject, **FULL)


def check_plain_loop_with_options(subject: Subject) -> None:
    """So it does with every option that meets the mask."""
    _check_plain_loop(subject, return_state=True)
    _check_plain_loop(subject, **FULL, unroll=3)
    if not is_bidirectional(subject.layer(**FULL)):
        _check_plain_loop(subject, **FULL, go_backwards=True)
        _check_plain_loop(subject, **FULL, go_backwards=True, zero_output_for_mask=True)
    _check_plain_loop(subject, **FULL, zero_output_for_mask=True)


def check_forms(subject: Subject) -> None:
    """A mask may be of numbers, a list of rows, or have a last axis of one."""
    mask, x, states = _setting(subject)
    layer = subject.layer(**FULL)
    expected = arrays(subject.run(layer, x, initial_state=states, mask=mask))
    for form in (mask.astype("int32"), mask.tolist(), mask[:, :, None], [mask]):
        found = subject.run(layer, x, initial_state=states, mask=form)
        same(found, expected, f"the results with the mask given as {type(form)}")
    found = subject.run(layer, x, initial_state=states, mask=mask[2:3])
    repeated = np.repeat(mask[2:3], len(x), axis=0)
    expected = subject.run(layer, x, initial_state=states, mask=repeated)
    same(found, expected, "one row of the mask for all")


def check_shortened(subject: Subject) -> None:
    """A row gives, where it is valid, what it gives with its masked steps cut out."""
    mask, x, states = _setting(subject)
    layer = subject.layer(**FULL)
    flat = arrays(subject.run(layer, x, initial_state=states, mask=mask))
    outputs, last = flat[: -len(states)], flat[-len(states) :]
    for row, valid in enumerate(mask):
        alone = slice(row, row + 1)
        row_states = [s[alone] for s in states]
        expected: Any = row_states
        if valid.any():
            short = x[alone, valid]
            expected = arrays(plain_loop(layer)(short, initial_state=row_states))
            found = [a[alone, valid] for a in outputs]
        else:
            found = []
        found += [a[alone] for a in last]
        same(found, expected, f"row {row}, against the row without its masked steps")


def check_garbage(subject: Subject) -> None:
    """NaN, infinity and huge values under the mask change no output and no state."""
    mask, x, states = _setting(subject)
    layer = subject.layer(**FULL)
    expected = arrays(subject.run(layer, x, initial_state=states, mask=mask))
    for garbage in (np.nan, np.inf, 1e30):
        spoiled = np.where(mask[:, :, None], x, np.float32(garbage))
        found = subject.run(layer, spoiled, initial_state=states, mask=mask)
        same(found, expected, f"outputs and states with {garbage} under the mask")


def check_propagation(subject: Subject) -> None:
    """The mask reaches the next layer, in eager code and in a model."""
    _check_propagation(subject, subject.layer(return_sequences=True))


def _check_propagation(subject: Subject, first: Any) -> None:
    mask, x, _ = _setting(subject)
    x = np.where(mask[:, :, None], x, np.float32(0))
    after = keras.layers.LSTM(2)
    after.supports_masking = True  # Keras 3.16 warns where it says otherwise
    outputs = np.concatenate(arrays(first(x, mask=mask)), axis=-1)
    expected = after(outputs, mask=mask)
    different(after(outputs), expected, "the next layer without a mask")

    def network(inputs: Any) -> Any:
        between = keras.tree.flatten(first(keras.layers.Masking()(inputs)))
        joined = keras.layers.Concatenate()(between) if between[1:] else between[0]
        return after(joined)

    eager = network(keras.ops.convert_to_tensor(x))
    same(eager, expected, "the next layer, called eagerly")
    inputs = keras.Input((None, subject.features))
    same(keras.Model(inputs, network(inputs))(x), expected, "the next layer in a model")


def check_propagation_without_keras(subject: Subject) -> None:
    """So it does where Keras's own layers pass none on, as from Keras 3.16 on."""
    with contextlib.ExitStack() as patches, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras's, where a mask is dropped
        for cls in (keras.layers.RNN, keras.layers.Bidirectional):
            made = _without_masking(cls.__init__)
            patches.enter_context(mock.patch.object(cls, "__init__", made))
            none = mock.patch.object(cls, "compute_mask", return_value=None)
            patches.enter_context(none)
        _check_propagation(subject, subject.fresh(return_sequences=True))


def _without_masking(constructor: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(constructor)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        constructor(self, *args, **kwargs)
        self.supports_masking = False

    __init__.__signature__ = inspect.signature(constructor)  # type: ignore
    return __init__


def check_declared(subject: Subject) -> None:
    """`compute_mask` gives the outputs' mask, in their order; None for the rest."""
    mask, x, states = _setting(subject)

    def declared(**options: Any) -> list[Any]:
        found = subject.layer(**options).compute_mask(x, mask)
        listed = list(found) if isinstance(found, (list, tuple)) else [found]
        return [m if m is None else arrays(m)[0] for m in listed]

    none: list[Any] = [None] * len(states)
    require(declared() == [None], "a single output has a mask")
    last = declared(return_state=True)
    require(last == [None, *none], f"a single output and states have a mask: {last}")
    outputs = declared(return_sequences=True)
    same(outputs, [mask] * len(outputs), "the mask of the outputs")
    full = declared(**FULL)
    same(full[: len(outputs)], outputs, "the mask of the outputs, states returned")
    require(full[len(outputs) :] == none, "a state has a mask")
    if not is_bidirectional(subject.layer(**FULL)):
        flipped = declared(return_sequences=True, go_backwards=True)
        same(flipped, [mask[:, ::-1]], "the mask of outputs read backwards")

"""Point 8: what is wrong raises an error that names it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from seqkit.testing.points.compare import require
from seqkit.testing.subject import FULL, Subject, takes

BAD_ARGUMENTS: tuple[tuple[str, Any], ...] = (
    ("units", 0),
    ("units", -1),
    ("units", 2.5),
    ("dropout", 1.7),
    ("dropout", -0.1),
    ("recurrent_dropout", 1.7),
    ("recurrent_dropout", -0.1),
    ("activation", "no_such"),
    ("kernel_initializer", "no_such"),
    ("recurrent_regularizer", "no_such"),
    ("bias_constraint", "no_such"),
    ("unroll", 0),
    ("unroll", -1),
    ("unroll", "yes"),
)


def _message(call: Callable[[], Any], what: str) -> str:
    try:
        call()
    except (ValueError, TypeError) as error:
        return str(error)
    raise AssertionError(f"{what} raised no error")


def check_arguments(subject: Subject) -> None:
    """A constructor argument that is wrong raises; the message names and shows it.

    An argument that the layer does not take is named, as any other it does not know.
    """
    layer = subject.layer(**FULL)
    for name, value in BAD_ARGUMENTS:
        what = f"{name}={value!r}"
        message = _message(partial(subject.make_layer, **{name: value}), what)
        known = name == "unroll" or takes(layer, name)
        for word in (name, repr(value)) if known else (name,):
            require(word in message, f"{what}: no {word} in the error: {message}")
    message = _message(partial(subject.make_layer, no_such_argument=3), "no argument")
    require("no_such_argument" in message, f"unknown argument: not in: {message}")


def check_call(subject: Subject) -> None:
    """Inputs, states and masks of a wrong shape raise; the message says which."""
    layer, x, states = subject.layer(**FULL), subject.inputs(), subject.states()
    for bad in (x[0], x[..., np.newaxis], x[..., :-1]):
        what = f"inputs of shape {bad.shape}"
        message = _message(partial(subject.run, layer, bad), what).lower()
        named = "input" in message or "sequences" in message
        require(named, f"{what}: the error does not name the input: {message}")
    wide = [np.concatenate([s, s], axis=1) for s in states]
    more = [np.concatenate([s, s], axis=0) for s in states]
    for given in (states[1:], [*states, states[0]], wide, more):
        call = partial(subject.run, layer, x, initial_state=given)
        message = _message(call, "wrong initial states")
        _require_named("initial_state", given, message)
    for mask in (np.ones(s, bool) for s in ((5,), (5, 4), (5, 6), (2, 5), (5, 5, 2))):
        call = partial(subject.run, layer, x, mask=mask)
        _require_named("mask", [mask], _message(call, f"a mask of shape {mask.shape}"))


def _require_named(argument: str, given: list, message: str) -> None:
    """Raise unless an error names the argument and a shape of what was given."""
    shapes = [str(array.shape) for array in given]
    require(
        argument in message and (not shapes or any(s in message for s in shapes)),
        f"`{argument}` of shapes {shapes}: not in the error: {message}",
    )

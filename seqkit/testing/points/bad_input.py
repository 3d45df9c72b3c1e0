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
    """Inputs of a wrong rank or width and states of a wrong number or width raise."""
    layer, x, states = subject.layer(**FULL), subject.inputs(), subject.states()
    for bad in (x[0], x[..., np.newaxis], x[..., :-1]):
        what = f"inputs of shape {bad.shape}"
        message = _message(partial(layer, bad), what).lower()
        named = "input" in message or "sequences" in message
        require(named, f"{what}: the error does not name the input: {message}")
    wide = [np.concatenate([s, s], axis=1) for s in states]
    for given in (states[1:], [*states, states[0]], wide):
        what = f"initial states of shapes {[s.shape for s in given]}"
        message = _message(partial(layer, x, initial_state=given), what)
        named = "initial_state" in message
        require(named, f"{what}: no initial_state in the error: {message}")

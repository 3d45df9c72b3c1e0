"""Names of the values inside a network, for whoever looks inside."""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

Recorder = Callable[[str, Any], Any]

_recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


def named(name: str, value: Any) -> Any:
    """Return a value as it is, shown under that name to whoever records.

    Example:
    >>> seen = {}
    >>> with naming_by(lambda name, value: seen.setdefault(name, value)):
    ...     half = named("half", 0.5)
    >>> half, seen, named("half", 0.25)
    (0.5, {'half': 0.5}, 0.25)
    """
    recorder = _recorder.get()
    return value if recorder is None else recorder(name, value)


@contextlib.contextmanager
def naming_by(recorder: Recorder) -> Iterator[None]:
    """Inside, `recorder(name, value)` is given what is named, and returns the value."""
    token = _recorder.set(recorder)
    try:
        yield
    finally:
        _recorder.reset(token)


@contextlib.contextmanager
def naming_within(prefix: str) -> Iterator[None]:
    """Inside, names have a prefix: `1/i` is `i` of the first of several cells."""
    outer = _recorder.get()
    if outer is None or not prefix:
        yield
        return
    with naming_by(lambda name, value: outer(f"{prefix}/{name}", value)):
        yield

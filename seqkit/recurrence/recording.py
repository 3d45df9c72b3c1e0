"""Whether the runs of layers are recorded, and by what."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

_recorder: ContextVar[Any] = ContextVar("recorder", default=None)


def recorder() -> Any:
    """Return what records the runs of layers here, or None."""
    return _recorder.get()


@contextlib.contextmanager
def recording(recorder: Any) -> Iterator[None]:
    """Inside, layers run by the plain loop, and leave all of it to a recorder.

    Args:
        recorder: has the methods `watch(tensor)`, which returns the tensor, to be
            differentiated by, and `add(run)`, which takes a `seqkit.recurrence.
            recorded.Run`.
    """
    token = _recorder.set(recorder)
    try:
        yield
    finally:
        _recorder.reset(token)

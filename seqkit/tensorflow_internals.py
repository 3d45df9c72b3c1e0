"""The only names that seqkit takes from TensorFlow beyond its public interface.

Gathered in one place, so that a change in TensorFlow is one change here.

- `record_operation`: tells all tapes how tensors are to be differentiated.
- `stop_recording`: pauses all tapes.
- `pywrap_tfe.TFE_Py_TapeSet…`: whether all are paused, and how they go on.
- `inside_compilation`: whether the graph being traced is to be compiled by XLA as a
  whole.
- `RegisterPFor`: says how an op is run for many rows at a time.
- `VECTORIZERS`: what traces a function once and runs it for many rows at a time.
- `Operation._update_input`: lets an op of the graph that is being traced take another
  input.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import tensorflow as tf
from tensorflow.python import pywrap_tfe
from tensorflow.python.eager.record import record_operation, stop_recording
from tensorflow.python.ops.control_flow_util import GraphOrParentsInXlaContext
from tensorflow.python.ops.parallel_for.pfor import RegisterPFor, wrap

__all__ = [
    "VECTORIZERS",
    "inside_compilation",
    "prevent_gradient",
    "record_operation",
    "recording",
    "replace_input",
    "stop_recording",
]

VECTORIZERS = ("tensorflow.python.ops.parallel_for.control_flow_ops._pfor_impl",)


def inside_compilation() -> bool:
    """Return whether a function is being traced that XLA compiles as a whole."""
    graph = tf.compat.v1.get_default_graph()
    return tf.inside_function() and bool(GraphOrParentsInXlaContext(graph))


@contextlib.contextmanager
def recording() -> Iterator[None]:
    """Inside, tapes record, also where all were paused."""
    paused = pywrap_tfe.TFE_Py_TapeSetIsStopped()
    if paused:
        pywrap_tfe.TFE_Py_TapeSetRestartOnThread()
    try:
        yield
    finally:
        if paused:
            pywrap_tfe.TFE_Py_TapeSetStopOnThread()


def replace_input(op: Any, place: int, tensor: Any) -> None:
    """Let an op of the graph that is being traced take another tensor as an input."""
    op._update_input(place, tensor)


def prevent_gradient(tensor: Any, message: str) -> Any:
    """Return a tensor whose gradient is an error, which tells the message."""
    return tf.raw_ops.PreventGradient(input=tensor, message=message)


def _of_many_rows(of_one: Any) -> Any:
    """Run `PreventGradient` for many rows at a time."""
    tensor, message = of_one.stacked_input(0), of_one.get_attr("message")
    return wrap(prevent_gradient(tensor, message), True)


with contextlib.suppress(KeyError):  # where TensorFlow says it, or said it before
    RegisterPFor("PreventGradient")(_of_many_rows)

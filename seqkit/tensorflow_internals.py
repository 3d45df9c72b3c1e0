"""The only names that seqkit takes from TensorFlow beyond its public interface.

Gathered in one place, so that a change in TensorFlow is one change here.

- `record_operation`: tells all tapes how tensors are to be differentiated.
- `stop_recording`: pauses all tapes.
- `inside_compilation`: whether the graph being traced is to be compiled by XLA as a
  whole.
- `VECTORIZERS`: what traces a function once and runs it for many rows at a time.
- `Operation._update_input`: lets an op of the graph that is being traced take another
  input.
"""

from typing import Any

import tensorflow as tf
from tensorflow.python.eager.record import record_operation, stop_recording
from tensorflow.python.ops.control_flow_util import GraphOrParentsInXlaContext

__all__ = [
    "VECTORIZERS",
    "inside_compilation",
    "record_operation",
    "replace_input",
    "stop_recording",
]

VECTORIZERS = ("tensorflow.python.ops.parallel_for.control_flow_ops._pfor_impl",)


def inside_compilation() -> bool:
    """Return whether a function is being traced that XLA compiles as a whole."""
    graph = tf.compat.v1.get_default_graph()
    return tf.inside_function() and bool(GraphOrParentsInXlaContext(graph))


def replace_input(op: Any, place: int, tensor: Any) -> None:
    """Let an op of the graph that is being traced take another tensor as an input."""
    op._update_input(place, tensor)

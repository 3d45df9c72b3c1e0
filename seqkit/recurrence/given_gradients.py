"""Gradients given by hand, kept where the graph is that they belong to.

`tf.custom_gradient` keeps every gradient function, and with it the graph around it, for
as long as the process lives: each model trained and dropped would leave its graph.
"""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from seqkit.tensorflow_internals import record_operation

_NAME = "SeqkitGivenGradient"
_KEPT = "_seqkit_given_gradients"  # the graph's attribute: functions by name of op


def with_gradient(
    results: Sequence[Any], sources: Sequence[Any], gradient: Callable
) -> list:
    """Return tensors equal to the results, which a given function differentiates.

    Args:
        results: tensors of the graph that is being traced.
        sources: the tensors of which they are functions.
        gradient: takes the gradient of each result, returns that of each source, or
            None.

    Returns:
        A tensor for each result.
    """
    graph = tf.compat.v1.get_default_graph()
    with graph.gradient_override_map({"IdentityN": _NAME}):
        tensors = tf.raw_ops.IdentityN(input=[*results, *sources])

    def of_all(*upstream: Any) -> list:
        dense = [
            tf.convert_to_tensor(each) if isinstance(each, tf.IndexedSlices) else each
            for each in upstream[: len(results)]
        ]
        return [None] * len(results) + list(gradient(*dense))

    if not hasattr(graph, _KEPT):
        setattr(graph, _KEPT, {})
    getattr(graph, _KEPT)[tensors[0].op.name] = of_all
    record_operation(_NAME, tensors, [*results, *sources], of_all)
    return tensors[: len(results)]


@tf.RegisterGradient(_NAME)
def _given(op: Any, *upstream: Any) -> list:
    """Return what the function kept for an op makes of the gradients from above."""
    return getattr(op.graph, _KEPT)[op.name](*upstream)

"""Gradients given by hand, kept where the graph is that they belong to.

`tf.custom_gradient` keeps every gradient function, and with it the graph around it, for
as long as the process lives: each model trained and dropped would leave its graph.
"""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from seqkit.keras_internals import call_error
from seqkit.recurrence.choice import vectorizing
from seqkit.tensorflow_internals import (
    prevent_gradient,
    record_operation,
    stop_recording,
)

_NAME = "SeqkitGivenGradient"
_NOT_THROUGH = (
    "a gradient of this recurrence, taken inside a vectorized loop, has no gradient "
    "itself. Use `experimental_use_pfor=False` or `tf.map_fn`, inside "
    "`seqkit.recurrence.portable()`."
)
_KEPT = "_seqkit_given_gradients"  # the graph's attribute: functions by name of op


def with_gradient(
    results: Sequence[Any],
    sources: Sequence[Any],
    gradient: Callable,
    of_themselves: bool = False,
) -> list:
    """Return tensors equal to the results, which a given function differentiates.

    What the results are computed of must be no source itself, but `constants` of them:
    else tapes would differentiate both ways. The sources, and whatever the gradient
    function uses, must be `local`; what it uses of the computation, constants too, for
    inside a branch TensorFlow differentiates all that a gradient function uses.

    Args:
        results: tensors.
        sources: the tensors of which they are functions.
        gradient: takes the gradient of each result, returns that of each source, or
            None.
        of_themselves: whether the results have gradients besides, for who comes from
            outside of a vectorized loop.

    Returns:
        A tensor for each result.
    """
    if vectorizing() and not of_themselves:
        results = _refusing(results, sources)

    def of_all(*upstream: Any) -> list:
        dense = [
            tf.convert_to_tensor(each) if isinstance(each, tf.IndexedSlices) else each
            for each in upstream[: len(results)]
        ]
        return [None] * len(results) + list(gradient(*dense))

    graph = tf.compat.v1.get_default_graph()
    # Forward mode keeps the first derivative that it sees of a tensor.
    with stop_recording(), graph.gradient_override_map({"IdentityN": _NAME}):
        tensors = tf.raw_ops.IdentityN(input=[*results, *sources])
    if tf.inside_function():
        if not hasattr(graph, _KEPT):
            setattr(graph, _KEPT, {})
        getattr(graph, _KEPT)[tensors[0].op.name] = of_all
    record_operation(_NAME, tensors, [*results, *sources], of_all)
    return tensors[: len(results)]


def _refusing(results: Sequence[Any], sources: Sequence[Any]) -> list:
    """Return the results, with an error for a gradient.

    A gradient given by hand is lost where a graph is rewritten for many rows. Without
    this, who differentiates by the sources from outside would get zeros.
    """
    total = tf.add_n([tf.reduce_sum(tf.cast(s, "float32")) for s in sources])
    return [
        prevent_gradient(tf.where(True, each, tf.cast(total, each.dtype)), _NOT_THROUGH)
        for each in results
    ]


def local(nest: Any) -> Any:
    """Return a nest with tensors of the graph that is being traced, or of eager code.

    A gradient function may hold no others: inside a branch or a loop, TensorFlow finds
    tensors of the graph around it only by their copies.
    """
    return tf.nest.map_structure(
        lambda each: tf.identity(each) if tf.is_tensor(each) else each, nest
    )


def constants(nest: Any) -> Any:
    """Return a nest with tensors through which no tape differentiates."""
    return tf.nest.map_structure(
        lambda each: tf.stop_gradient(each) if tf.is_tensor(each) else each, nest
    )


def once(gradient: Callable, sources: list) -> Callable:
    """Return a gradient function whose own gradient is an error, not a wrong number.

    Args:
        gradient: takes the gradients that come from above.
        sources: what the gradient depends on besides.
    """

    def of_gradient(*_: Any) -> None:
        raise call_error(
            "This recurrence has first derivatives only, in reverse mode. For a "
            "gradient of a gradient, call the layer inside "
            "`seqkit.recurrence.portable()`; for forward mode, outside any graph.",
            NotImplementedError,
        )

    def checked(*upstream: Any) -> list:
        found = gradient(*constants(upstream))
        return with_gradient(found, [*upstream, *sources], of_gradient)

    return checked


@tf.RegisterGradient(_NAME)
def _given(op: Any, *upstream: Any) -> list:
    """Return what the function kept for an op makes of the gradients from above."""
    return getattr(op.graph, _KEPT)[op.name](*upstream)

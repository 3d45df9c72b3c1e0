"""The time loop of cuDNN, for what it allows."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from seqkit.keras_internals import keras_loop
from seqkit.recurrence.devices import has_gpu
from seqkit.tensorflow_internals import inside_compilation

DTYPES = ("float16", "float32", "float64")


def suits(layer: Any) -> bool:
    """Return whether cuDNN has a layer's equations, and may be used for it.

    It has the LSTM, and the GRU with `reset_after`, with biases, tanh and the logistic
    function; no recurrent dropout, no unrolling.
    """
    return (
        getattr(layer, "use_cudnn", False) is not False
        and layer.activation is keras.activations.tanh
        and layer.recurrent_activation is keras.activations.sigmoid
        and layer.use_bias
        and getattr(layer, "reset_after", True)
        and not layer.recurrent_dropout
        and not layer.unroll
        and not layer.recompute
        and layer.compute_dtype in DTYPES
    )


def may_run(layer: Any) -> bool:
    """Return whether cuDNN is there for a layer that it suits."""
    return suits(layer) and has_gpu()


def runs(layer: Any) -> bool:
    """Return whether cuDNN runs a layer here and now.

    Raises:
        ValueError: The layer insists on it, and it cannot.
    """
    here = may_run(layer) and not inside_compilation()
    if getattr(layer, "use_cudnn", False) is True and not here:
        raise ValueError(
            f"`use_cudnn=True` of {layer.name!r} needs a GPU, the default activations, "
            "biases and `reset_after`, no recurrent dropout, `unroll` or `recompute`, "
            "and a graph not compiled as a whole; not all of them hold here."
        )
    return here


def cudnn_loop(
    layer: Any, sequences: Any, states: list, mask: Any, otherwise: Callable
) -> tuple[Any, list]:
    """Run a layer by cuDNN where sizes and mask allow it, decided as the graph runs.

    Args:
        layer: a layer that `runs` allows.
        sequences: tensor `(batch, time, features)`, in the order in which it came, with
            dropout applied.
        states: the initial states.
        mask: boolean tensor `(batch, time)`, or None.
        otherwise: takes nothing and gives what this function does, by another loop.

    Returns:
        The outputs `(batch, time, units)`, or the last one `(batch, units)` unless the
        layer returns sequences, and the last states.
    """

    def by_cudnn() -> tuple[Any, list]:
        last, every, new = keras_loop(layer, sequences, states, mask, False)
        if not layer.return_sequences:
            return last, list(new)
        if mask is not None:  # cuDNN's outputs are zero in the padding
            valid = tf.reverse(mask, [1]) if layer.go_backwards else mask
            every = tf.where(valid[..., None], every, new[0][:, None])
        return every, list(new)

    allowed = allows(sequences, mask)
    known = tf.get_static_value(allowed)
    if known is None and not tf.inside_function():
        known = bool(allowed)
    if known is not None:
        return by_cudnn() if known else otherwise()
    return tf.cond(allowed, by_cudnn, otherwise)


def allows(sequences: Any, mask: Any) -> Any:
    """Return whether cuDNN takes these sizes and this mask, as a boolean tensor.

    It takes no batch without rows or steps, and only masks whose rows begin with a
    valid step and have none after the first that is not.
    """
    if mask is None:
        batch, time = sequences.shape[:2]
        if batch is not None and time is not None:
            return tf.constant(batch > 0 and time > 0)
        return tf.size(sequences) > 0
    begins = tf.reduce_all(tf.reduce_any(mask[:, :1], axis=1))
    goes_on = tf.reduce_all(mask[:, :-1] | ~mask[:, 1:])
    return begins & goes_on & (tf.size(mask) > 0)

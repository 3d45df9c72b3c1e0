"""The time loop of cuDNN, for what it allows."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from seqkit.cells.gru import GRUCell
from seqkit.cells.lstm import LSTMCell
from seqkit.keras_internals import call_error
from seqkit.recurrence import cudnn_rnn as op
from seqkit.recurrence.choice import vectorizing
from seqkit.recurrence.devices import has_gpu
from seqkit.recurrence.weights import values
from seqkit.tensorflow_internals import inside_compilation

DTYPES = ("float16", "float32", "float64")
EQUATIONS = ("drive", "step", "readout", "run_step", "training_weights")


def _use_cudnn(layer: Any) -> Any:
    """Return the option of that name, False where cuDNN has not the cell's equations.

    `keras.layers.Bidirectional` gives it to any backward layer, and a subclass may have
    equations of its own.
    """
    own = type(layer.cell)
    known = any(
        all(getattr(own, name, None) is getattr(cell, name) for name in EQUATIONS)
        for cell in (LSTMCell, GRUCell)
    )
    return known and getattr(layer, "use_cudnn", False)


def suits(layer: Any) -> bool:
    """Return whether cuDNN has a layer's equations, and may be used for it.

    It has the LSTM, and the GRU with `reset_after`, with biases, tanh and the logistic
    function; no recurrent dropout, no unrolling.
    """
    return (
        _use_cudnn(layer) is not False
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
    of_amd = tf.sysconfig.get_build_info().get("is_rocm_build", False)
    return suits(layer) and has_gpu() and not of_amd


def runs(layer: Any) -> bool:
    """Return whether cuDNN runs a layer here and now.

    Raises:
        ValueError: The layer insists on it, and it cannot.
    """
    here = may_run(layer) and not inside_compilation() and not vectorizing()
    if _use_cudnn(layer) is True and not here:
        raise call_error(
            f"`use_cudnn=True` of {layer.name!r} needs a GPU, the default activations, "
            "biases and `reset_after`, no recurrent dropout, `unroll` or `recompute`, "
            "and a graph neither compiled as a whole nor vectorized; not all of them "
            "hold here."
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

    allowed = allows(sequences, mask)
    known = tf.get_static_value(allowed)
    if known is None and not tf.inside_function():
        known = bool(allowed)
    if known is not None:
        return _by_cudnn(layer, sequences, states, mask) if known else otherwise()
    return tf.cond(
        allowed, lambda: _by_cudnn(layer, sequences, states, mask), otherwise
    )


def _by_cudnn(layer: Any, sequences: Any, states: list, mask: Any) -> tuple[Any, list]:
    """Run a layer by cuDNN, whatever the sizes and the mask."""
    if mask is None:
        lengths = tf.fill(tf.shape(sequences)[:1], tf.shape(sequences)[1])
    else:
        lengths = tf.reduce_sum(tf.cast(mask, "int32"), axis=1)
    if layer.go_backwards:
        sequences = tf.reverse_sequence(sequences, lengths, seq_axis=1, batch_axis=0)
    kind = op.LSTM if len(states) == 2 else op.GRU
    weights = [tf.cast(weight, sequences.dtype) for weight in values(layer.cell)]
    every, last = op.cudnn_rnn(
        kind, sequences, states, op.parameters(kind, weights), lengths
    )
    if not layer.return_sequences:
        return last[0], last
    if mask is not None:  # cuDNN's outputs are zero in the padding
        if layer.go_backwards:  # steps that are left out come first there
            every = tf.reverse_sequence(every, lengths, seq_axis=1, batch_axis=0)
            every, mask = tf.reverse(every, [1]), tf.reverse(mask, [1])
        every = tf.where(mask[..., None], every, last[0][:, None])
    return every, last


def allows(sequences: Any, mask: Any) -> Any:
    """Return whether cuDNN takes these sizes and this mask, as a boolean tensor.

    It takes no batch without rows or steps, and only masks whose rows begin with a
    valid step and have none after the first that is not.
    """
    if 0 in sequences.shape[:2]:
        return tf.constant(False)
    if mask is None:
        known = None not in sequences.shape[:2]
        return tf.constant(True) if known else tf.size(sequences) > 0
    begins = tf.reduce_all(tf.reduce_any(mask[:, :1], axis=1))
    goes_on = tf.reduce_all(mask[:, :-1] | ~mask[:, 1:])
    return begins & goes_on & (tf.size(mask) > 0)

"""cuDNN's recurrent networks: one op, its parameters and its gradient.

The backward pass of cuDNN may write into what its forward pass kept, and TensorFlow
gives the same memory to every gradient of one call. On a card, gradients asked for
twice, by a persistent tape or a tape inside another, were wrong. Here each gradient has
a copy of its own. In a vectorized loop, as of a jacobian, some rows were wrong all the
same: that is an error.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from seqkit.keras_internals import call_error
from seqkit.recurrence.choice import vectorizing
from seqkit.recurrence.given_gradients import constants, local, once, with_gradient


class Kind(NamedTuple):
    """A network as cuDNN knows it, and where its gates stand in Keras's weights."""

    mode: str
    gates: tuple[int, ...]


LSTM = Kind("lstm", (0, 1, 2, 3))
GRU = Kind("gru", (1, 0, 2))


def parameters(kind: Kind, weights: Sequence[Any]) -> Any:
    """Return a layer's weights as one vector, in cuDNN's order.

    First the kernels of the inputs, gate by gate, then those of the state, then the
    biases of both. An LSTM of Keras has one bias: that of the inputs is zero.

    Args:
        kind: the network.
        weights: kernel `(features, gates · units)`, recurrent kernel `(units, gates ·
            units)` and bias `(gates · units)`, or `(2, gates · units)` of a GRU.
    """
    *kernels, bias = weights
    biases = [tf.zeros_like(bias), bias] if len(bias.shape) == 1 else tf.unstack(bias)

    def by_gates(tensor: Any) -> list:
        parts = tf.split(tensor, len(kind.gates), axis=-1)
        return [tf.reshape(tf.transpose(parts[place]), [-1]) for place in kind.gates]

    return tf.concat(
        [part for each in (*kernels, *biases) for part in by_gates(each)], 0
    )


def cudnn_rnn(
    kind: Kind, inputs: Any, states: list, vector: Any, lengths: Any
) -> tuple[Any, list]:
    """Run a network, as an op that any number of tapes may differentiate once.

    Args:
        kind: the network.
        inputs: tensor `(batch, time, features)`.
        states: h, and c of an LSTM, each `(batch, units)`.
        vector: the `parameters`.
        lengths: how many steps each row has, `(batch,)`, at least one.

    Returns:
        The outputs `(batch, time, units)`, zero after a row's last step, and the last
        states.
    """
    sources = local([inputs, *states, vector])
    x, *before, params = constants(sources)
    h, c = [tf.expand_dims(state, 1) for state in before] + [0.0] * (2 - len(states))
    forward = {
        "input": x, "input_h": h, "input_c": tf.cast(c, x.dtype), "params": params,
        "sequence_lengths": local(lengths),
        "rnn_mode": kind.mode, "time_major": False,
    }  # fmt: skip
    output, last_h, last_c, kept, kept_on_host = constants(
        tuple(tf.raw_ops.CudnnRNNV3(**forward, is_training=True))
    )

    def gradient(d_output: Any, d_h: Any, d_c: Any = None) -> list:
        if vectorizing():
            raise call_error(
                "cuDNN gives wrong rows in a vectorized loop. Take the jacobian with "
                "`experimental_use_pfor=False`, or make the layer with "
                "`use_cudnn=False`.",
                NotImplementedError,
            )
        d_inputs, d_first_h, d_first_c, d_params = tf.raw_ops.CudnnRNNBackpropV3(
            **forward,
            output=output,
            output_h=last_h,
            output_c=last_c,
            output_backprop=d_output,
            output_h_backprop=tf.expand_dims(d_h, 1),
            output_c_backprop=(
                tf.zeros_like(last_c) if d_c is None else tf.expand_dims(d_c, 1)
            ),
            reserve_space=tf.raw_ops.DeepCopy(x=kept),
            host_reserved=kept_on_host,
        )
        d_states = [tf.squeeze(d, 1) for d in (d_first_h, d_first_c)[: len(states)]]
        return [d_inputs, *d_states, d_params]

    last = [tf.squeeze(each, 1) for each in (last_h, last_c)[: len(states)]]
    output, *last = with_gradient([output, *last], sources, once(gradient, sources))
    return output, last

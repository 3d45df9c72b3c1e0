"""A model of cuDNN's recurrent ops, by its documentation, to stand in for a card.

Its parameters are one vector: matrices (units, features) of the inputs, gate by gate,
then those of the state, then the biases of the inputs and of the state. An LSTM has
the gates i, f, c, o, a GRU r, z, n, with the reset after the product. Outputs are zero
after the last step of a row.
"""

import numpy as np
import tensorflow as tf


def _parts(vector, features, units, gates):
    sizes = [units * features] * gates + [units * units] * gates
    sizes += [units] * (2 * gates)
    parts = tf.split(vector, sizes)
    matrices = [tf.reshape(p, (units, -1)) for p in parts[: 2 * gates]]
    return matrices[:gates], matrices[gates:], parts[2 * gates :]


def _step(mode, x, h, c, weights):
    inner, outer, biases = weights
    n = len(inner)
    of_x = [x @ tf.transpose(w) + b for w, b in zip(inner, biases[:n], strict=True)]
    of_h = [h @ tf.transpose(w) + b for w, b in zip(outer, biases[n:], strict=True)]
    if mode == "gru":
        r, z = (tf.sigmoid(of_x[k] + of_h[k]) for k in (0, 1))
        return (1 - z) * tf.tanh(of_x[2] + r * of_h[2]) + z * h, c
    i, f, o = (tf.sigmoid(of_x[k] + of_h[k]) for k in (0, 1, 3))
    c = f * c + i * tf.tanh(of_x[2] + of_h[2])
    return o * tf.tanh(c), c


def _run(mode, x, h, c, vector, lengths):
    units = h.shape[-1]
    weights = _parts(vector, x.shape[-1], units, 4 if mode == "lstm" else 3)
    h, c = h[:, 0], (c[:, 0] if mode == "lstm" else tf.zeros_like(h[:, 0]))
    steps = tf.shape(x)[1]
    outputs = tf.TensorArray(x.dtype, steps, element_shape=h.shape)

    def body(t, h, c, outputs):
        new_h, new_c = _step(mode, x[:, t], h, c, weights)
        valid = (t < lengths)[:, None]
        outputs = outputs.write(t, tf.where(valid, new_h, 0))
        return t + 1, tf.where(valid, new_h, h), tf.where(valid, new_c, c), outputs

    _, h, c, outputs = tf.while_loop(lambda t, *_: t < steps, body, (0, h, c, outputs))
    return tf.transpose(outputs.stack(), (1, 0, 2)), h[:, None], c[:, None]


def forward(
    calls, *, input, input_h, input_c, params, sequence_lengths, rnn_mode, time_major,
    is_training,
):  # fmt: skip
    """Stand in for `CudnnRNNV3`; note the lengths of each call."""
    assert is_training
    assert not time_major

    def check(lengths, steps):
        calls.append(lengths)
        if not (lengths.size and lengths.min() > 0 and lengths.max() <= steps):
            raise ValueError(lengths)
        return np.int32(0)

    checked = tf.numpy_function(
        check, [sequence_lengths, tf.shape(input)[1]], "int32", stateful=True
    )
    checked.set_shape(())
    input += tf.cast(checked, input.dtype)
    found = _run(rnn_mode, input, input_h, input_c, params, sequence_lengths)
    return *found, tf.zeros(3), tf.zeros(3, "int8")


def backward(
    *, input, input_h, input_c, params, sequence_lengths, rnn_mode, time_major,
    output, output_h, output_c, output_backprop, output_h_backprop, output_c_backprop,
    reserve_space, host_reserved,
):  # fmt: skip
    """Stand in for `CudnnRNNBackpropV3`."""
    c = input_c if rnn_mode == "lstm" else tf.zeros_like(input_h)
    sources = [input, input_h, c, params]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        results = _run(rnn_mode, *sources, sequence_lengths)
    upstream = [output_backprop, output_h_backprop, output_c_backprop]
    zero = tf.UnconnectedGradients.ZERO
    return tape.gradient(results, sources, upstream, zero)

"""LSTMs with peephole connections against an op of TensorFlow."""

import numpy as np
import pytest
import tensorflow as tf

from seqkit import layers

FEATURES, UNITS = 3, 4
X = np.random.default_rng(0).normal(size=(2, 6, FEATURES)).astype("float32")


def by_the_op(kernel, recurrent_kernel, bias, peepholes, projection):
    """Outputs of `LSTMBlockCell`, a step after the other, its h projected between.

    The op has blocks in the order i, g, f, o, and as many units in h as in c: a
    projection to fewer is filled up with zeros.
    """
    missing = UNITS - len(recurrent_kernel)
    recurrent_kernel = np.pad(recurrent_kernel, [(0, missing), (0, 0)])
    i, f, g, o = np.split(np.vstack([kernel, recurrent_kernel, bias[None]]), 4, axis=1)
    *rows, last = np.concatenate([i, g, f, o], axis=1)
    h = c = np.zeros((len(X), UNITS), "float32")
    outputs = []
    for x in X.swapaxes(0, 1):
        step = tf.raw_ops.LSTMBlockCell(
            x=x, cs_prev=c, h_prev=h, w=np.stack(rows), b=last, wci=peepholes[0],
            wcf=peepholes[1], wco=peepholes[2], forget_bias=0.0, cell_clip=-1.0,
            use_peephole=True,
        )  # fmt: skip
        c, output = step.cs, step.h.numpy() @ projection
        h = np.pad(output, [(0, 0), (0, missing)])
        outputs.append(output)
    return np.stack(outputs, axis=1)


def layer_and_weights(make, **options):
    layer = make(UNITS, return_sequences=True, **options)
    layer.build((None, None, FEATURES))
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=w.shape).astype("float32") for w in layer.weights]
    layer.set_weights(weights)
    return layer, weights


def test_peephole_lstm():
    layer, weights = layer_and_weights(layers.PeepholeLSTM)
    expected = by_the_op(*weights, projection=np.eye(UNITS))
    np.testing.assert_allclose(layer(X), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("projection", [2, UNITS])
def test_projected_lstm(projection):
    layer, weights = layer_and_weights(layers.ProjectedLSTM, projection=projection)
    *weights, kernel, peepholes = weights
    expected = by_the_op(*weights, peepholes, kernel)
    np.testing.assert_allclose(layer(X), expected, rtol=1e-4, atol=1e-5)


def test_coupled_lstm():
    """1 − σ(a) = σ(−a): the forget gate has the weights of the input gate, negated."""
    layer, weights = layer_and_weights(layers.CoupledLSTM)
    *blocks, (p_i, p_o) = weights
    parts = [np.split(w, 3, axis=-1) for w in blocks]
    whole = [np.concatenate([i, -i, g, o], axis=-1) for i, g, o in parts]
    expected = by_the_op(*whole, [p_i, -p_i, p_o], np.eye(UNITS))
    np.testing.assert_allclose(layer(X), expected, rtol=1e-4, atol=1e-5)

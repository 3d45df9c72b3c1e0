"""Gated networks against PyTorch: `proj_size`, `layer_norm`, automatic gradients."""

import numpy as np
import pytest
import tensorflow as tf

from seqkit import layers
from seqkit.convert import weights_from_torch

torch = pytest.importorskip("torch")

FEATURES, UNITS = 3, 4
X = np.random.default_rng(0).normal(size=(2, 5, FEATURES))


def same_values_and_gradients(ours, theirs):
    """`theirs` maps inputs to outputs; gradients are by the inputs."""
    x, given = tf.constant(X), torch.tensor(X, requires_grad=True)
    with tf.GradientTape() as tape:
        tape.watch(x)
        found = ours(x)
        loss = tf.reduce_sum(tf.square(found))
    expected = theirs(given)
    expected.square().sum().backward()
    np.testing.assert_allclose(found, expected.detach(), rtol=1e-9, atol=1e-11)
    slopes = tape.gradient(loss, x)
    np.testing.assert_allclose(slopes, given.grad, rtol=1e-9, atol=1e-11)


def layer_with(name, weights=None, **options):
    layer = getattr(layers, name)(
        UNITS, return_sequences=True, dtype="float64", **options
    )
    layer.build((None, None, FEATURES))
    rng = np.random.default_rng(1)
    if weights is None:
        weights = [rng.normal(size=w.shape) for w in layer.weights]
    layer.set_weights(weights)
    return layer, [torch.tensor(np.asarray(w)) for w in weights]


@pytest.mark.parametrize("projection", [1, 2, 3])
def test_projected_lstm(projection):
    torch.manual_seed(0)
    theirs = torch.nn.LSTM(
        FEATURES, UNITS, proj_size=projection, batch_first=True, dtype=torch.float64
    )
    state = theirs.state_dict()
    weights = weights_from_torch("LSTM", state)
    ours, _ = layer_with(
        "ProjectedLSTM", weights, projection=projection, peepholes=False
    )
    same_values_and_gradients(ours, lambda x: theirs(x)[0])


def norm(a, gain, offset):
    return torch.nn.functional.layer_norm(a, a.shape[-1:], gain, offset, eps=1e-5)


def test_layer_norm_lstm():
    ours, weights = layer_with("LayerNormLSTM")
    kernel, recurrent_kernel, bias, *norms = weights

    def theirs(x):
        h = c = torch.zeros(len(x), UNITS, dtype=torch.float64)
        outputs = []
        for t in range(x.shape[1]):
            sums = norm(x[:, t] @ kernel, *norms[:2]) + bias
            sums = sums + norm(h @ recurrent_kernel, *norms[2:4])
            i, f, g, o = sums.chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * norm(c, *norms[4:]).tanh()
            outputs.append(h)
        return torch.stack(outputs, 1)

    same_values_and_gradients(ours, theirs)


def test_layer_norm_gru():
    ours, weights = layer_with("LayerNormGRU")
    kernel, recurrent_kernel, *norms = weights
    cut = [2 * UNITS, UNITS]

    def normed(product, gain, offset):
        parts = zip(*(v.split(cut, -1) for v in (product, gain, offset)), strict=True)
        return [norm(*part) for part in parts]

    def theirs(x):
        h = torch.zeros(len(x), UNITS, dtype=torch.float64)
        outputs = []
        for t in range(x.shape[1]):
            x_gates, x_n = normed(x[:, t] @ kernel, *norms[:2])
            h_gates, h_n = normed(h @ recurrent_kernel, *norms[2:])
            z, r = (x_gates + h_gates).sigmoid().chunk(2, 1)
            h = (1 - z) * h + z * (x_n + r * h_n).tanh()
            outputs.append(h)
        return torch.stack(outputs, 1)

    same_values_and_gradients(ours, theirs)

"""Batch normalization in the light GRU, against that of Keras."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit import layers
from seqkit.layers import LiGRU

RNG = np.random.default_rng(0)
UNITS, FEATURES = 3, 4
X = RNG.normal(2.0, 3.0, size=(5, 6, FEATURES))
MASK = np.ones((5, 6), bool)
MASK[1, 3:] = MASK[2, :2] = MASK[3] = False
OPTIONS = {"return_sequences": True, "dtype": "float64"}


def given(layer, width=FEATURES):
    layer.build((None, None, width))
    rng = np.random.default_rng(1)
    layer.set_weights([rng.uniform(0.2, 1.0, size=w.shape) for w in layer.weights])
    return layer


def in_keras(layer):
    """The same network: a product, the normalization of Keras, and the rest."""
    cell, width = layer.cell, 2 * UNITS
    product = keras.layers.Dense(width, use_bias=False, dtype="float64")
    norm = keras.layers.BatchNormalization(
        momentum=0.95, epsilon=1e-5, center=layer.use_bias, dtype="float64"
    )
    rest = LiGRU(UNITS, batch_norm=False, use_bias=False, **OPTIONS)
    for part, features in ((product, FEATURES), (norm, width), (rest, width)):
        part.build((None, None, features))
    product.set_weights([cell.kernel])
    betas = [cell.beta] if layer.use_bias else []
    norm.set_weights([cell.gamma, *betas, cell.moving_mean, cell.moving_variance])
    rest.set_weights([np.eye(width), cell.recurrent_kernel])
    weights = [product.kernel, rest.cell.recurrent_kernel, norm.gamma]
    weights += [norm.beta] if layer.use_bias else []

    def call(x, mask, training):
        normed = norm(product(x), training=training, mask=mask)
        return rest(normed, mask=mask, training=training)

    return call, weights, norm


def results(call, weights, mask, training, in_graph):
    def compute(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = call(x, mask=mask, training=training)
            loss = tf.reduce_sum(tf.sin(3 * y))
        return [y, *tape.gradient(loss, [x, *(w.value for w in weights)])]

    compute = tf.function(compute, autograph=False) if in_graph else compute
    return [value.numpy() for value in compute(tf.constant(X))]


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("mask", [None, tf.constant(MASK)], ids=["whole", "masked"])
@pytest.mark.parametrize(
    ("options", "in_graph"),
    [({}, False), ({}, True), ({"use_bias": False}, False), ({"recompute": 2}, False)],
)
def test_values_gradients_and_moving_averages(options, in_graph, mask, training):
    layer = given(LiGRU(UNITS, **OPTIONS, **options))
    call, weights, norm = in_keras(layer)
    cell = layer.cell
    own = [cell.kernel, cell.recurrent_kernel, cell.gamma]
    own += [cell.beta] if layer.use_bias else []
    found = results(layer, own, mask, training, in_graph)
    # Under a mask Keras adds 1e-7 to the number of steps.
    close = {"rtol": 1e-9 if mask is None else 1e-6, "atol": 1e-7}
    for a, b in zip(found, results(call, weights, mask, training, False), strict=True):
        np.testing.assert_allclose(a, b, **close)
    for name in ("moving_mean", "moving_variance"):
        a, b = getattr(cell, name), getattr(norm, name)
        np.testing.assert_allclose(a.numpy(), b.numpy(), **close)


def test_in_stacks_both_ways_and_around_other_layers():
    """Wherever the inputs are known before the first step, they are normalized."""
    x = X[..., :UNITS].astype("float32")

    def gru():
        return LiGRU(UNITS, return_sequences=True)

    for layer in (
        layers.Stack([gru(), gru()], residual=True, normalize=True),
        layers.Bidirectional(gru()),
        layers.Residual(layers.Zoneout(gru(), 0.1)),
        layers.WeightDrop(gru(), 0.5),
    ):
        given(layer, UNITS)
        moving = [w for w in layer.weights if w.name == "moving_mean"]
        before = [np.array(w) for w in moving]
        model = keras.Sequential([keras.Input((6, UNITS)), layer])
        model.compile("sgd", "mse")
        model.fit(x, np.zeros(model(x).shape), verbose=0)
        for one, other in zip(before, moving, strict=True):
            assert np.all(one != np.array(other))


@pytest.mark.parametrize("outside", ["OutputFeedback", "Zoneout"])
def test_inputs_that_are_made_step_by_step_are_refused(outside):
    layer = {
        "OutputFeedback": lambda: layers.OutputFeedback(LiGRU(UNITS), 2),
        "Zoneout": lambda: layers.Zoneout(layers.Stack([LiGRU(3), LiGRU(UNITS)])),
    }[outside]()
    layer(X)
    with pytest.raises(ValueError, match="`batch_norm=True` of LiGRU needs all inputs"):
        layer(X, training=True)


def test_a_frozen_layer_and_no_rows_leave_the_averages_alone():
    layer = given(LiGRU(UNITS, **OPTIONS))
    before = layer.get_weights()
    layer(X[:0], training=True)
    layer.trainable = False
    frozen = layer(X, training=True)
    np.testing.assert_array_equal(frozen, layer(X))
    for one, other in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", ["mixed_float16", "mixed_bfloat16"])
def test_half_precision(dtype):
    whole, half = given(LiGRU(UNITS)), given(LiGRU(UNITS, dtype=dtype))
    x = X.astype("float32")
    for training in (True, False):
        expected = whole(x, training=training)
        found = half(x, training=training)
        assert found.dtype == dtype.removeprefix("mixed_")
        np.testing.assert_allclose(
            tf.cast(found, "float32"), expected, rtol=0.05, atol=0.1
        )
    np.testing.assert_allclose(half.weights[-1], whole.weights[-1], rtol=0.02)

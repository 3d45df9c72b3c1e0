"""Gradients are those of eager code, however many tapes record."""

import collections
import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit import layers
from seqkit.recurrence import functions, portable

X = np.random.default_rng(0).standard_normal((9, 6, 3)).astype("float32")


def persistent(layer, x):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        loss = tf.reduce_sum(layer(x, training=True) ** 2)
    return [tape.gradient(loss, x), *tape.gradient(loss, layer.trainable_weights)]


def persistent_within(layer, x):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        loss = tf.reduce_sum(layer(x, training=True) ** 2)
        gradient = tape.gradient(loss, x)
    return [gradient]


def two(layer, x):
    with tf.GradientTape() as one, tf.GradientTape() as other:
        one.watch(x)
        other.watch(x)
        loss = tf.reduce_sum(layer(x, training=True) ** 2)
    return [one.gradient(loss, x), *other.gradient(loss, layer.trainable_weights)]


def nested(layer, x):
    """The outer tape records while the inner one is asked."""
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = layer(x, training=True)
        gradient = inner.gradient(y, x)
        loss = tf.reduce_sum(y**3)
    return [gradient, outer.gradient(loss, x)]


@pytest.mark.parametrize(
    ("function", "training"),
    [
        (persistent, True),
        (persistent_within, True),
        (two, True),
        (nested, True),
        (nested, False),
    ],
)
def test_gradients(function, training):
    layer = layers.GRU(2, return_sequences=True)
    layer.build((None, None, 3))
    x = tf.constant(X)
    call = layer.__call__
    layer_as_asked = lambda x, **_: call(x, training=training)  # noqa: E731
    layer_as_asked.trainable_weights = layer.trainable_weights
    graph = tf.function(lambda x: function(layer_as_asked, x), autograph=False)
    with portable():
        expected = function(layer_as_asked, x)
    for one, other in zip(graph(x), expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


@pytest.mark.parametrize("function", [persistent_within, nested])
def test_gradients_of_what_is_run_again(function):
    layer, x = layers.SimpleRNN(2, return_sequences=True, recompute=2), tf.constant(X)
    layer.build((None, None, 3))
    found = tf.function(lambda x: function(layer, x), autograph=False)(x)
    for one, other in zip(found, function(layer, x), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


@pytest.mark.parametrize("function", [persistent, two, nested])
@pytest.mark.parametrize("make", [layers.SimpleRNN, layers.MinGRU])
def test_gradients_of_a_branch(function, make):
    """What is differentiated there is of the graph around it."""
    layer = make(2, return_sequences=True)
    layer.build((None, None, 3))
    x = tf.constant(X)

    def in_a_branch(x, **options):
        return tf.cond(
            tf.size(x) > 0, lambda: layer(x, **options), lambda: tf.zeros((9, 6, 2))
        )

    in_a_branch.trainable_weights = layer.trainable_weights
    graph = tf.function(lambda x: function(in_a_branch, x), autograph=False)
    with portable():
        expected = function(layer, x)
    for one, other in zip(graph(x), expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


@pytest.mark.parametrize("options", [{"persistent": True}, {}])
def test_a_train_step_of_ones_own(options):
    class Model(keras.Sequential):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as outer, tf.GradientTape(**options) as tape:
                loss = tf.reduce_mean((self(x, training=True) - y) ** 2)
                gradients = tape.gradient(loss, self.trainable_weights)
            outer.gradient(loss, self.trainable_weights[0])
            self.optimizer.apply(gradients, self.trainable_weights)
            return {"loss": loss}

    model = Model([keras.layers.Input((6, 3)), layers.LSTM(4), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.05))
    y = X[:, -1, :1]
    before = np.mean((model(X) - y) ** 2)
    model.fit(X, y, epochs=15, verbose=0)
    assert np.mean((model(X) - y) ** 2) < before / 2


def loss_and_gradient(call, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(call(x) ** 2)
    return [loss, tape.gradient(loss, x)]


def jacobian(layer, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)[:, -1]
    return [tape.batch_jacobian(y, x)]


def in_a_function(layer, x):
    return loss_and_gradient(tf.function(lambda x: layer(x), autograph=False), x)


def recomputed(layer, x):
    return loss_and_gradient(tf.recompute_grad(lambda x: layer(x)), x)


def in_a_loop(layer, x):
    def body(i, y):
        return i + 1, tf.concat([layer(y), x[:, :, :1]], -1)

    def looped(x):
        return tf.while_loop(lambda i, _: i < 3, body, (0, x))[1]

    return loss_and_gradient(looped, x)


def in_a_branch(layer, x):
    def branched(x):
        return tf.cond(tf.reduce_sum(x) > -1e9, lambda: layer(x), lambda: x[:, :, :2])

    return loss_and_gradient(branched, x)


def row_by_row(layer, x):
    def mapped(x):
        call = lambda row: layer(row[None])[0]  # noqa: E731
        return tf.map_fn(call, x, fn_output_signature="float32")

    return loss_and_gradient(mapped, x)


@pytest.mark.parametrize(
    "function",
    [
        pytest.param(jacobian, marks=pytest.mark.slow),
        in_a_function,
        recomputed,
        in_a_loop,
        in_a_branch,
        row_by_row,
    ],
)
def test_wherever_a_layer_stands(function, monkeypatch):
    if function is recomputed:  # tapes are paused there while functions are traced
        monkeypatch.setattr(functions, "_of_kinds", collections.OrderedDict())
    layer = layers.GRU(2, return_sequences=True)
    layer.build((None, None, 3))
    call = functools.partial(layer, training=True)
    x = tf.constant(X)
    with portable():
        expected = function(call, x)
    found = tf.function(lambda x: function(call, x), autograph=False)(x)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


def forward_mode(layer, x):
    with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
        y = layer(x)
    return accumulator.jvp(y)


@pytest.mark.parametrize("make", [layers.GRU, layers.MinGRU, layers.LRU])
def test_forward_mode(make):
    layer, x = make(2, return_sequences=True), tf.constant(X)
    layer.build((None, None, 3))
    moved = (layer(x + 0.01) - layer(x - 0.01)) / 0.02
    np.testing.assert_allclose(forward_mode(layer, x), moved, atol=1e-3)
    call = tf.function(lambda x: forward_mode(layer, x), autograph=False)
    with pytest.raises(NotImplementedError, match="in reverse mode") as caught:
        call(x)
    assert "\n" not in str(caught.value)


def test_second_derivatives_are_compiled():
    layer, x = layers.SimpleRNN(2), tf.constant(X[:2, :3])
    layer.build((None, None, 3))

    def second(x):
        with portable(), tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                loss = tf.reduce_sum(layer(x) ** 2)
            gradient = inner.gradient(loss, x)
        return outer.gradient(gradient, x)

    found = tf.function(second, jit_compile=True, autograph=False)(x)
    np.testing.assert_allclose(found, second(x), atol=1e-5)

"""Gradients are those of eager code, however many tapes record."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit import layers
from seqkit.recurrence import portable

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


@pytest.mark.parametrize("function", [persistent, persistent_within, two, nested])
@pytest.mark.parametrize("training", [True, False])
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

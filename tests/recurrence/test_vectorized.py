"""Layers inside `tf.vectorized_map`, and rows of jacobians by vectorized loops."""

import functools

import numpy as np
import pytest
import tensorflow as tf

from seqkit.layers import MinGRU, SimpleRNN
from seqkit.recurrence import portable

X = np.random.default_rng(0).normal(size=(3, 4, 2)).astype("float32")
AGAIN = functools.partial(SimpleRNN, recompute=2, return_sequences=True)

in_both = pytest.mark.parametrize("in_graph", [False, True])


def built(make):
    layer = make(2)
    layer.build((None, None, 2))
    return layer


def found(function, layer, in_graph):
    call = lambda x: function(layer, x)  # noqa: E731
    call = tf.function(call, autograph=False) if in_graph else call
    return call(tf.constant(X))


def by_rows(mapped):
    """What a loop over rows gives, and its gradient from outside."""

    def through(layer, x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = mapped(lambda row: layer(row[None])[0], x)
            loss = tf.reduce_sum(tf.sin(y))
        return [y, *tape.gradient(loss, [x, layer.trainable_weights[0].value])]

    return through


def gradients_of_rows(mapped):
    def within(layer, x):
        def of_row(row):
            with tf.GradientTape() as tape:
                tape.watch(row)
                loss = tf.reduce_sum(layer(row[None]) ** 2)
            return tape.gradient(loss, row)

        return mapped(of_row, x)

    return within


def same(one, other):
    for a, b in zip(tf.nest.flatten(one), tf.nest.flatten(other), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@in_both
@pytest.mark.parametrize("make", [SimpleRNN, AGAIN, MinGRU])
def test_a_gradient_from_outside(make, in_graph):
    layer = built(make)
    with portable():
        expected = by_rows(tf.map_fn)(layer, tf.constant(X))
    same(found(by_rows(tf.vectorized_map), layer, in_graph), expected)


@pytest.mark.parametrize(("make", "in_graph"), [(AGAIN, False), (MinGRU, True)])
def test_gradients_of_each_row(make, in_graph):
    layer = built(make)
    with portable():
        expected = gradients_of_rows(tf.map_fn)(layer, tf.constant(X))
    same(found(gradients_of_rows(tf.vectorized_map), layer, in_graph), expected)


@in_both
def test_rows_of_a_jacobian_of_what_is_run_again(in_graph):
    def rows(layer, x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
        return tape.batch_jacobian(y, x)

    layer = built(AGAIN)
    with portable():
        expected = rows(layer, tf.constant(X))
    same(found(rows, layer, in_graph), expected)


def of_gradients(layer, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        gradients = gradients_of_rows(tf.vectorized_map)(layer, x)
        loss = tf.reduce_sum(gradients**2)
    return tape.gradient(loss, x)


def of_jacobian(layer, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = layer(x)
        loss = tf.reduce_sum(inner.batch_jacobian(y, x) ** 2)
    return tape.gradient(loss, x)


@pytest.mark.parametrize(
    ("second", "make"), [(of_gradients, MinGRU), (of_jacobian, AGAIN)]
)
def test_second_derivatives_are_no_zeros(second, make):
    """Where a vectorized loop loses them, that is an error."""
    with pytest.raises(LookupError, match="inside a vectorized loop") as caught:
        found(second, built(make), in_graph=True)
    assert "\n" not in str(caught.value)

"""Batches without rows, sequences without steps."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit import layers


def make_layer(kind, **options):
    return (
        kind(2, output_units=4, **options)
        if kind is layers.Elman
        else kind(2, **options)
    )


def run(layer, x, mask):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y, *states = layer(x, mask=mask, training=True)
        loss = tf.reduce_sum(y)
    sources = [x, *(weight.value for weight in layer.trainable_weights)]
    gradients = tape.gradient(
        loss, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO
    )
    return [y, *states, *gradients]


@pytest.mark.parametrize(
    ("kind", "sequences", "masked", "shape"),
    [
        (layers.GRU, True, True, (0, 5)),
        (layers.GRU, False, True, (3, 0)),
        (layers.Elman, True, False, (3, 0)),
        (layers.Elman, False, False, (0, 5)),
        (layers.Elman, False, False, (0, 0)),
    ],
)
def test_in_eager_code_and_graphs_of_any_kind(kind, sequences, shape, masked):
    layer = make_layer(kind, return_sequences=sequences, return_state=True, dropout=0.2)
    layer.build((None, None, 3))
    x = tf.zeros((*shape, 3))
    mask = tf.ones(shape, "bool") if masked else None
    batch, time = shape
    size = layer.cell.output_size
    unknown = [tf.TensorSpec((None, None, 3))]
    unknown += [tf.TensorSpec((None, None), "bool")] if masked else [None]
    fixed = tf.function(lambda x, m: run(layer, x, m), autograph=False)
    found = [run(layer, x, mask), fixed(x, mask)]
    if masked:
        open_ = tf.function(fixed.python_function, input_signature=unknown)
        found.append(open_(x, mask))
    else:
        open_ = tf.function(
            lambda x: run(layer, x, None), input_signature=unknown[:1], autograph=False
        )
        found.append(open_(x))
    for y, state, *gradients in found:
        assert y.shape == ((batch, time, size) if sequences else (batch, size))
        assert state.shape == (batch, 2)
        assert all(not np.any(each) for each in (y, state, *gradients))
        assert gradients[0].shape == x.shape


def test_without_steps_states_stay_and_the_output_is_zero():
    layer = layers.SimpleRNN(2, return_state=True)
    start = tf.ones((3, 2))
    call = tf.function(lambda x: layer(x, initial_state=start))
    for y, state in (
        layer(tf.zeros((3, 0, 4)), initial_state=start),
        call(tf.zeros((3, 0, 4))),
    ):
        assert not np.any(y)
        np.testing.assert_array_equal(state, start)


def test_a_replica_without_rows():
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        model = keras.Sequential([keras.layers.Input((4, 3)), layers.LSTM(2)])
        model.compile("sgd", "mse")

    @tf.function
    def step(x):
        def replica():
            here = x[: tf.constant(0)]
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(model(here, training=True))
            return tape.gradient(loss, model.trainable_weights)

        return strategy.run(replica)

    gradients = step(tf.zeros((5, 4, 3)))
    assert all(not np.any(each) for each in gradients)

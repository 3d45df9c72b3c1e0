"""What the compiled loop promises beyond the contract of every layer."""

import gc
import weakref

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit import cells, layers
from seqkit.recurrence import portable, shapes
from seqkit.recurrence.compiled import Frame


def inputs_of(*shape):
    return tf.constant(np.random.default_rng(0).standard_normal(shape), "float32")


def test_a_gradient_of_a_gradient_is_refused():
    layer = layers.SimpleRNN(2)
    layer.build((2, 3, 4))

    def second(x):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = layer(x)
            first = inner.gradient(y, x)
        return outer.gradient(first, x)

    x = inputs_of(2, 3, 4)
    with pytest.raises(NotImplementedError, match="portable"):
        tf.function(second)(x)
    with portable():
        np.testing.assert_allclose(tf.function(second)(x), second(x), atol=1e-6)


def test_shapes_that_are_not_fixed_are_few():
    layer = layers.GRU(3, return_sequences=True)
    layer.build((None, None, 4))

    @tf.function(input_signature=[tf.TensorSpec((None, None, 4))])
    def framed(x):
        return tf.shape(Frame(layer.cell, x).fill(x, timed=True))

    frames = {
        tuple(framed(inputs_of(batch, time, 4)).numpy())
        for batch in (29, 30, 31, 32)
        for time in (1, 5, 20, 33, 64)
    }
    assert frames == {(32, 64, 4)}
    fixed = Frame(layer.cell, inputs_of(30, 33, 4))
    assert fixed.fill(inputs_of(30, 33, 4), timed=True).shape == (30, 33, 4)


@pytest.mark.parametrize("time", [1, 5, 63, 70])
def test_lengths_that_are_not_fixed(time):
    layer = layers.GRU(3, return_sequences=True)
    signature = [tf.TensorSpec((None, None, 4))]
    call = tf.function(lambda x: layer(x), input_signature=signature)
    x = inputs_of(9, time, 4)
    np.testing.assert_allclose(call(x), layer(x), atol=1e-6)


@pytest.mark.parametrize("batch", [1, 7, 8, 9, 33])
def test_batches_of_every_size_are_cut_and_joined(batch):
    layer = layers.Elman(3, output_units=2, return_state=True)
    x = inputs_of(batch, 5, 4)
    call = tf.function(lambda x: layer(x), reduce_retracing=True)
    for fast, plain in zip(call(x), layer(x), strict=True):
        np.testing.assert_allclose(fast, plain, atol=1e-6)


def test_a_cell_is_forgotten_with_its_layer():
    def used_cell():
        layer = layers.SimpleRNN(2)
        tf.function(lambda x: layer(x))(inputs_of(2, 3, 4))
        return weakref.ref(layer.cell)

    cell = used_cell()
    gc.collect()
    keras.backend.clear_session()
    gc.collect()
    assert cell() is None


def test_rounding():
    sizes = [int(shapes.round_up(tf.constant(n))) for n in range(1, 1000)]
    assert all(n <= size <= 1.25 * n for n, size in enumerate(sizes, 1))
    assert len(set(sizes)) < 45
    powers = [
        int(shapes.power_of_two(tf.constant(n))) for n in (1, 2, 3, 64, 65, 2**20)
    ]
    assert powers == [1, 2, 4, 64, 128, 2**20]


def test_inside_a_compiled_model():
    model = keras.Sequential([keras.layers.Input((6, 3)), layers.LSTM(4)])
    model.compile("adam", "mse", jit_compile=True)
    x = np.zeros((10, 6, 3), "float32")
    model.fit(x, np.zeros((10, 4)), batch_size=4, verbose=0)


@keras.saving.register_keras_serializable("tests")
class Ticking(cells.SimpleRNNCell):
    """Multiplies a vector that no gradient reaches: a count, rounded."""

    states_without_gradient = (1,)

    @property
    def state_size(self):
        return [self.units, 3]

    def build(self, input_shape):
        super().build(input_shape)
        self.count_kernel = self.add_kernel("count_kernel", (3, self.units))

    def step(self, drive, states, dot):
        count = keras.ops.round(states[1] + 1)
        counted = dot(count, self.count_kernel, dropout=False)
        h = self.activation(drive + counted + dot(states[0], self.recurrent_kernel))
        return h, [h, count]


def test_kernels_get_the_gradient_of_vectors_that_have_none():
    layer = layers.RNN(Ticking(4))
    x = tf.constant(np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32"))
    layer.build(x.shape)
    weights = [w.value for w in layer.trainable_weights]

    def gradients():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(x, training=True))
        return tape.gradient(loss, weights)

    expected = gradients()
    for found, slope in zip(tf.function(gradients)(), expected, strict=True):
        assert np.any(slope)
        np.testing.assert_allclose(found, slope, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("length", "unroll"), [(5, True), (5, 8), (7, 3)])
def test_every_step_of_an_iteration_of_many_is_run(length, unroll):
    layer = layers.SimpleRNN(3, return_sequences=True, unroll=unroll)
    layer.build((None, None, 2))

    def output_and_gradient(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, training=True)
        return y, tape.gradient(y, x, output_gradients=tf.cos(y))

    x = tf.random.stateless_normal((4, length, 2), (0, 1))
    found = tf.function(output_and_gradient, autograph=False)(x)
    for one, other in zip(found, output_and_gradient(x), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)

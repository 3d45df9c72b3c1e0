"""Random numbers reach steps from outside the loop, or not at all."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from seqkit import layers
from seqkit.cells import SimpleRNNCell
from seqkit.recurrence import portable


class NoisyCell(SimpleRNNCell):
    """A simple cell that in training adds noise to its state: h + b·(ε, …, ε)."""

    noise_size = 1

    def step(self, drive, states, dot, noise):
        h = self.activation(drive + dot(states[0], self.recurrent_kernel))
        h = h if noise is None else h + self.bias * noise
        return h, [h]


class Noisy(layers.RecurrentLayer):
    cell_class = NoisyCell


class NoiseCell(NoisyCell):
    """A cell that shows its noise."""

    noise_size = 2

    def step(self, drive, states, dot, noise):
        return (drive * 0 if noise is None else noise), [states[0]]


class Noise(layers.RecurrentLayer):
    cell_class = NoiseCell


class Frozen(layers.RecurrentLayer):
    """Its cell draws in the step."""

    class cell_class(SimpleRNNCell):
        def step(self, drive, states, dot):
            h = drive + dot(states[0], self.recurrent_kernel)
            h = h + keras.random.normal(ops.shape(h), seed=self.seed_generator)
            return h, [h]


class FrozenDrive(layers.RecurrentLayer):
    """Its cell draws in the drive."""

    class cell_class(SimpleRNNCell):
        def drive(self, inputs):
            return tf.nn.dropout(super().drive(inputs), 0.5)


@pytest.mark.parametrize("make", [Frozen, FrozenDrive])
@pytest.mark.parametrize("place", ["compiled", "plain"])
@pytest.mark.parametrize("training", [True, False])
def test_drawing_inside_is_refused(make, place, training):
    layer = make(2)
    call = tf.function(lambda x: layer(x, training=training), autograph=False)
    if place == "plain":
        with portable(), pytest.raises(ValueError, match="noise_size"):
            call(tf.zeros((2, 3, 4)))
    else:
        with pytest.raises(ValueError, match="noise_size"):
            call(tf.zeros((2, 3, 4)))


@pytest.mark.parametrize("graph", [False, True])
def test_noise_differs_by_row_step_and_call_and_a_seed_repeats_it(graph):
    def calls(seed):
        layer = Noise(2, seed=seed, return_sequences=True)
        call = lambda x: layer(x, training=True)  # noqa: E731
        call = tf.function(call, autograph=False) if graph else call
        return np.stack([call(tf.zeros((9, 6, 3))) for _ in range(2)])

    noise = calls(1)
    assert len(np.unique(noise)) == noise.size
    assert 0 <= noise.min() < 0.1
    assert 0.9 < noise.max() < 1
    np.testing.assert_array_equal(calls(1), noise)
    assert not np.any(calls(2) == noise)


def test_there_is_none_outside_training():
    layer = Noise(2)
    assert not np.any(layer(np.ones((2, 3, 4), "float32")))
    assert not np.any(tf.function(layer.__call__)(np.ones((2, 3, 4), "float32")))


def test_the_loop_backward_sees_the_noise_of_the_loop_forward():
    """The gradient by b holds Σ ε where states do not meet."""
    layer = Noisy(1, activation="linear", recurrent_initializer="zeros", seed=3)
    layer.return_sequences = True
    layer.build((None, 7, 2))

    @tf.function(autograph=False)
    def value_and_gradient(x):
        with tf.GradientTape() as tape:
            y = layer(x, training=True)
            loss = tf.reduce_sum(y)
        return y, tape.gradient(loss, layer.cell.bias.value)

    layer.cell.bias.assign([0.5])
    y, gradient = value_and_gradient(tf.zeros((9, 7, 2)))
    noise = (y.numpy() - 0.5) / 0.5
    np.testing.assert_allclose(gradient, [np.sum(1 + noise)], rtol=1e-5)


def test_a_single_step_draws_too():
    cell = NoiseCell(2, seed=1)
    states = cell.get_initial_state(4)
    x = np.zeros((4, 3), "float32")
    one, _ = cell(x, states, training=True)
    other, _ = cell(x, states, training=True)
    assert len(np.unique([one, other])) == 16
    given, _ = cell(x, states, training=True, noise=np.full((4, 2), 0.25, "float32"))
    assert np.all(given == 0.25)


class Halved(layers.RecurrentLayer):
    """In training its recurrent kernel is multiplied by 0 or 2, drawn once a call."""

    class cell_class(SimpleRNNCell):
        def training_weights(self, values, sequences, mask):
            drawn = keras.random.uniform((), seed=self.seed_generator) < 0.5
            factor = 2 * ops.cast(drawn, values[1].dtype)
            return [values[0], values[1] * factor, *values[2:]]


@pytest.mark.parametrize("graph", [False, True])
def test_weights_may_be_drawn_once_a_sequence(graph):
    layer = Halved(1, activation="linear", kernel_initializer="ones", seed=5)
    layer.recurrent_start = layer.build((None, 3, 1))
    layer.cell.recurrent_kernel.assign([[1.0]])

    def call(x, training=True):
        with tf.GradientTape() as tape:
            y = layer(x, training=training)
        return y, tape.gradient(y, layer.cell.recurrent_kernel.value)

    call = tf.function(call, autograph=False) if graph else call
    found = {
        tuple(np.ravel([np.ravel(e)[0] for e in call(tf.ones((1, 3, 1)))]))
        for _ in range(20)
    }
    # y = 1 + k + k² with k = 0 or 2; its derivative by the weight is (1 + 2 k)·factor
    assert found == {(1.0, 0.0), (7.0, 10.0)}
    assert float(np.ravel(call(tf.ones((1, 3, 1)), False)[0])[0]) == 3

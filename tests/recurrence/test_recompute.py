"""Recomputation gives what back-propagation through all steps gives."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.cells import JordanCell, LSTMCell
from seqkit.layers import GRU, LSTM, Elman, Jordan, MinGRU, Stack, Zoneout

X = np.random.default_rng(0).normal(size=(3, 11, 2))
STATE = {"return_state": True, "dtype": "float64"}


def results(layer, x, mask=None, training=True, in_graph=True, lengths=None):
    """Outputs, states and all gradients."""
    layer.build((None, None, x.shape[-1]))
    rng = np.random.default_rng(1)
    layer.set_weights([rng.normal(size=w.shape) * 0.5 for w in layer.weights])
    weights = [w.value for w in layer.trainable_weights]

    def compute(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            found = layer(x, mask=mask, training=training)
            parts = [tf.reduce_sum(tf.sin(f + i)) for i, f in enumerate(found)]
            loss = tf.add_n(parts)
        return [*found, *tape.gradient(loss, [x, *weights])]

    if in_graph:
        shape = (None, None, x.shape[-1]) if lengths else x.shape
        compute = tf.function(
            compute, input_signature=[tf.TensorSpec(shape, x.dtype)], autograph=False
        )
    return compute(tf.constant(x))


def same(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-10)


@pytest.mark.parametrize("every", [True, 1, 4, 5, 11, 50])
def test_any_number_of_steps_between(every):
    expected = results(Jordan(3, decay=0.5, **STATE), X, in_graph=False)
    layer = Jordan(3, decay=0.5, recompute=every, **STATE)
    same(results(layer, X, in_graph=False), expected)


@pytest.mark.slow
def test_compiled_with_every_output():
    options = {"return_sequences": True, **STATE}
    found = results(LSTM(3, recompute=True, **options), X)
    same(found, results(LSTM(3, **options), X, in_graph=False))


def test_masks_whose_outputs_go_on_through_segments():
    mask = np.ones((3, 11), bool)
    mask[0, 2:] = False
    mask[1, :6] = False
    mask[2, 3:9] = False
    for make in (
        lambda **k: Elman(3, output_units=2, **k),
        lambda **k: Jordan(3, decay=0.5, go_backwards=True, **k),
        lambda **k: GRU(3, zero_output_for_mask=True, **k),
    ):
        for sequences in (True, False):
            options = {"return_sequences": sequences, **STATE}
            expected = results(make(**options), X, mask, in_graph=False)
            layer = make(recompute=2, **options)
            same(results(layer, X, mask, in_graph=False), expected)


@pytest.mark.slow
def test_a_graph_of_unknown_length():
    found = results(GRU(3, recompute=True, **STATE), X, lengths=True)
    same(found, results(GRU(3, **STATE), X, in_graph=False))


def test_noise_is_the_same_when_steps_are_run_again():
    def layer(recompute):
        cell = LSTMCell(3, dtype="float64", recurrent_dropout=0.3, seed=2)
        return Zoneout(cell, 0.3, seed=1, recompute=recompute, return_state=True)

    same(results(layer(3), X), results(layer(False), X, in_graph=False))


def test_stacks_and_scans():
    def stack(recompute):
        cells = [LSTMCell(3, dtype="float64"), JordanCell(2, dtype="float64")]
        return Stack(cells, recompute=recompute, return_state=True)

    for make in (stack, lambda k: MinGRU(3, recompute=k, **STATE)):
        expected = results(make(False), X, in_graph=False)
        same(results(make(3), X, in_graph=False), expected)


@pytest.mark.parametrize("time", [5, None])
@pytest.mark.parametrize(("every", "jit"), [(9, False), (2, True)])
def test_in_fit(every, jit, time):
    """Batches of unknown size; more steps between than there are; all compiled."""
    losses = []
    for options in ({}, {"recompute": every}):
        keras.utils.set_random_seed(0)
        inputs = keras.Input((time, 2))
        model = keras.Model(inputs, GRU(2, **options)(inputs))
        model.compile("sgd", "mse", jit_compile=jit)
        history = model.fit(X[:, :5], np.zeros((3, 2)), verbose=0, epochs=2)
        losses.append(history.history["loss"])
    np.testing.assert_allclose(*losses, rtol=1e-5)


@pytest.mark.parametrize("in_graph", [False, True])
def test_a_gradient_of_a_gradient_is_refused(in_graph):
    layer = GRU(3, recompute=2)
    layer.build((None, None, 2))

    def second(x):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = layer(x)
            first = inner.gradient(y, x)
        return outer.gradient(first, x)

    with pytest.raises(NotImplementedError, match="portable"):
        (tf.function(second) if in_graph else second)(tf.constant(X, "float32"))


def test_bad_values_are_named():
    for value in (0, -2, 1.5, "often"):
        with pytest.raises(ValueError, match="`recompute` must be a positive integer"):
            GRU(2, recompute=value)
    with pytest.raises(ValueError, match="`recompute` needs a loop"):
        GRU(2, recompute=True, unroll=True)

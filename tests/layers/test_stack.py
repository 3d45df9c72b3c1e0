"""Layers one over the other."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.cells import GRUCell, LSTMCell, SimpleRNNCell
from seqkit.layers import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    OutputFeedback,
    SimpleRNN,
    Stack,
)

X = np.random.default_rng(0).normal(size=(3, 6, 2)).astype("float32")


def given(layer):
    layer.build((None, None, X.shape[-1]))
    rng = np.random.default_rng(1)
    layer.set_weights([rng.normal(size=w.shape) * 0.5 for w in layer.weights])
    return layer


def test_it_is_one_layer_after_the_other():
    stack = given(Stack([LSTM(4), GRU(3)], return_sequences=True))
    first, second = LSTM(4, return_sequences=True), GRU(3, return_sequences=True)
    expected = second(first(X))
    first.set_weights(stack.get_weights()[:3])
    second.set_weights(stack.get_weights()[3:])
    expected = second(first(X))
    np.testing.assert_allclose(stack(X), expected, atol=1e-6)


def test_steps_give_what_the_sequence_gives():
    stack = given(Stack([LSTM(4), SimpleRNN(4)], residual=True, return_sequences=True))
    step = tf.function(stack.step)
    states, outputs = stack.initial_state(3), []
    for t in range(X.shape[1]):
        output, states = step(X[:, t], states)
        outputs.append(output)
    np.testing.assert_allclose(np.stack(outputs, 1), stack(X), atol=1e-6)


def test_residual_adds_the_input_of_each_layer_above_the_first():
    plain = given(Stack([SimpleRNN(4), SimpleRNN(4)], return_sequences=True))
    residual = given(Stack(plain.layers, residual=True, return_sequences=True))
    below = RNN(plain.layers[0], return_sequences=True)
    np.testing.assert_allclose(residual(X), plain(X) + below(X), atol=1e-6)


def test_normalize_is_the_layer_normalization_of_keras():
    stack = given(Stack([SimpleRNN(4), GRU(3)], normalize=True, return_sequences=True))
    normalization = keras.layers.LayerNormalization()
    normalization.build((None, None, 4))
    part = stack.cell.parts[1]
    normalization.set_weights([part.gamma, part.beta])
    lower, upper = (RNN(c, return_sequences=True) for c in stack.layers)
    expected = upper(normalization(lower(X)))
    np.testing.assert_allclose(stack(X), expected, atol=1e-5)


def test_sizes_of_residual_connections_are_checked():
    with pytest.raises(ValueError, match=r"input, 4, got 3"):
        Stack([GRU(4), GRU(3)], residual=True)(X)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([], "`layers` must be a list"),
        (GRU(2), "`layers` must be a list"),
        ([keras.layers.Dense(2)], "`layers` must be a recurrent layer or a cell"),
        ([keras.layers.LSTMCell(2)], "`layers` must be a recurrent layer or a cell"),
        ([GRU(2, stateful=True)], "`stateful` of 'gru.*' in `layers` would be lost"),
        ([GRU(2, activity_regularizer="l2")], "`activity_regularizer` of 'gru.*' in"),
        ([GRU(2, recompute=True)], "`recompute` of 'gru.*' in `layers` would be lost"),
        ([OutputFeedback(GRU(2), 1, sampling=0.5)], "`sampling` of 'output_feed"),
        ([keras.layers.RNN(GRUCell(2), unroll=True)], "`unroll` of 'rnn.*' in"),
    ],
)
def test_what_is_no_layer_is_refused(layers, message):
    with pytest.raises(ValueError, match=message):
        Stack(layers)


def test_options_may_be_set_on_a_stack_that_is_made(tmp_path):
    """As `Bidirectional` does, by which a model that is read back was not the same."""
    mask = np.arange(X.shape[1]) % 3 != 1
    stack = given(Stack([GRU(3), LSTMCell(2)], return_sequences=True))
    stack.zero_output_for_mask = True
    assert not np.any(np.asarray(stack(X, mask=mask[None]))[:, ~mask])
    stack.return_sequences = False
    assert stack(X).shape == (len(X), 2)
    inputs = keras.Input(X.shape[1:])
    both = Bidirectional(Stack([GRU(3), LSTMCell(2)], return_sequences=True))
    model = keras.Model(inputs, both(keras.layers.Masking()(inputs)))
    spoiled = X * mask[:, None]
    expected = model(spoiled)
    model.save(tmp_path / "model.keras")
    found = keras.models.load_model(tmp_path / "model.keras")(spoiled)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert not np.any(np.asarray(expected)[:, ~mask])


def test_a_stack_in_a_stack():
    inner = Stack([SimpleRNNCell(3), GRUCell(4)])
    stack = given(Stack([inner, LSTMCell(2)], return_sequences=True, return_state=True))
    flat = given(Stack([SimpleRNN(3), GRU(4), LSTM(2)], return_sequences=True))
    output, *states = stack(X)
    np.testing.assert_allclose(output, flat(X), atol=1e-6)
    assert [state.shape[1] for state in states] == [3, 4, 2, 2]


@pytest.mark.slow
def test_as_one_cell_it_is_compiled_too():
    """What `RNN` compiles of the cell as a whole gives the same gradients."""
    stack = Stack([SimpleRNN(4), GRU(4)], residual=True, return_sequences=True)
    whole = RNN(given(stack).cell, return_sequences=True)

    def gradients(layer):
        @tf.function
        def compute(x):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.sin(layer(x, training=True)))
            return tape.gradient(loss, [w.value for w in layer.weights])

        return compute(X)

    for one, other in zip(gradients(stack), gradients(whole), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("make", [keras.layers.RNN, RNN])
def test_keras_loops_run_its_cell(make):
    stack = given(Stack([LSTM(4), GRU(3)]))
    np.testing.assert_allclose(make(stack.cell)(X), stack(X), atol=1e-6)


def test_stacked_rnn_cells_of_keras_over_our_cells():
    cells = [LSTMCell(4), GRUCell(3)]
    layer = keras.layers.RNN(keras.layers.StackedRNNCells(cells), return_sequences=True)
    expected = layer(X)
    stack = Stack(cells, return_sequences=True)
    np.testing.assert_allclose(stack(X), expected, atol=1e-6)

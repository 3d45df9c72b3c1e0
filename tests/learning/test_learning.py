"""Gradients over time: their norms, online, and cut off."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit import tasks
from seqkit.layers import (
    GRU,
    LSTM,
    Elman,
    Jordan,
    LearnedInitialState,
    OutputFeedback,
    SimpleRNN,
)
from seqkit.learning import CarryState, RealTimeLearning, SeriesChunks, gradient_norms

RNG = np.random.default_rng(0)


def mean_square(target):
    return lambda found: tf.reduce_mean(tf.square(found - target))


def test_norms_are_those_of_differences():
    """Moving a state in the middle of a sequence moves the loss so much."""
    x = RNG.normal(size=(1, 6, 2))
    layer = SimpleRNN(1, dtype="float64")
    found = gradient_norms(layer, x, tf.reduce_sum)
    assert found.shape == (6, 1)
    for t in range(5):
        states = layer.initial_state(1)
        for u in range(t + 1):
            states = layer.step(x[:, u], states)[1]

        def end(moved, t=t, states=states):
            return layer(x[:, t + 1 :], initial_state=[states[0] + moved]).numpy().sum()

        slope = (end(1e-5) - end(-1e-5)) / 2e-5
        np.testing.assert_allclose(found[t, 0], abs(slope), rtol=1e-6)


def test_gradients_vanish_and_explode_and_gates_keep_them():
    task = tasks.adding(n=20, length=60)

    def reach(layer):
        """The norm at the first step over that at the last."""
        loss = mean_square(task.targets)
        norms = gradient_norms(layer, task.inputs, lambda y: loss(y[:, :1]))[:, -1]
        return norms[0] / norms[-1]

    def simple(gain, **options):
        return SimpleRNN(
            16, recurrent_initializer=keras.initializers.Orthogonal(gain, 1), **options
        )

    small = keras.initializers.RandomUniform(-0.1, 0.1, seed=1)  # no tanh saturates
    lstm = LSTM(16, kernel_initializer=small, recurrent_initializer=small)
    lstm.build(task.inputs.shape)
    kernel, recurrent_kernel, bias = lstm.get_weights()
    bias[16:32] = 5.0  # the forget gate stays open
    lstm.set_weights([kernel, recurrent_kernel, bias])
    assert reach(simple(0.7)) < 1e-6
    assert reach(simple(1.3, activation="linear")) > 1e5
    assert 0.05 < reach(lstm) < 20


def test_clipping_bounds_the_step_of_an_exploding_gradient():
    task = tasks.adding(n=20, length=40)
    explodes = keras.initializers.Orthogonal(1.3, 1)
    layer = SimpleRNN(1, "linear", recurrent_initializer=explodes)
    moved = []
    for clipnorm in (None, 1.0):
        optimizer = keras.optimizers.SGD(0.01, global_clipnorm=clipnorm)
        with tf.GradientTape() as tape:
            loss = mean_square(task.targets)(layer(task.inputs))
        gradients = tape.gradient(loss, layer.trainable_variables)
        before = layer.get_weights()
        optimizer.apply_gradients(
            zip(gradients, layer.trainable_variables, strict=True)
        )
        pairs = zip(before, layer.get_weights(), strict=True)
        moved.append(np.sqrt(sum(np.sum(np.square(b - a)) for a, b in pairs)))
        layer.set_weights(before)
    assert moved[0] > 1e3
    assert moved[1] == pytest.approx(0.01, rel=1e-3)


@pytest.mark.parametrize(
    "make",
    [
        lambda: SimpleRNN(3, dtype="float64"),
        lambda: LSTM(3, dtype="float64"),
        lambda: GRU(3, dtype="float64"),
        lambda: Elman(3, output_units=2, decay=0.5, dtype="float64"),
        lambda: Jordan(
            3, output_units=2, decay=0.5, trainable_decay=True, dtype="float64"
        ),
        lambda: OutputFeedback(SimpleRNN(2, dtype="float64"), 3),
        lambda: LearnedInitialState(SimpleRNN(2, dtype="float64")),
    ],
)
def test_online_gradients_add_up_to_those_through_time(make):
    layer = make()
    layer.return_sequences = True
    layer.build((None, None, 2))
    layer.set_weights([RNG.normal(size=w.shape) for w in layer.weights])
    x = RNG.normal(size=(2, 7, 2))
    targets = RNG.normal(size=(2, 7, layer.cell.output_size))

    def loss(target, found):
        return tf.reduce_sum(tf.square(found - target))

    weights = [w.value for w in layer.trainable_weights]
    with tf.GradientTape() as tape:
        whole = loss(targets, layer(x))
    expected = tape.gradient(whole, weights)
    learner = RealTimeLearning(layer, loss, batch_size=2)
    steps = [learner.step(x[:, t], targets[:, t]) for t in range(7)]
    found = [sum(parts) for parts in zip(*(s.gradients for s in steps), strict=True)]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(sum(s.loss for s in steps), whole)
    learner.reset()
    again = learner.step(x[:, 0], targets[:, 0])
    np.testing.assert_allclose(again.gradients[0], steps[0].gradients[0])


def test_online_learning_needs_a_layer_that_is_built():
    with pytest.raises(ValueError, match="`layer` must be built"):
        RealTimeLearning(GRU(2), tf.reduce_sum)


def some_series(lengths=(7, 3, 5, 2)):
    """Series whose readings say which series and which step they are."""
    return [
        np.stack([np.full(n, k), np.arange(n)], axis=-1).astype("float32")
        for k, n in enumerate(lengths)
    ]


@pytest.mark.parametrize("shuffle", [False, True])
def test_chunks_of_a_series_stay_in_one_row_in_their_order(shuffle):
    series = some_series()
    chunks = SeriesChunks(series, series, 2, batch_size=2, shuffle=shuffle, seed=3)
    for _ in range(3):
        read: dict = {}
        now: list = [None, None]
        for chunk in chunks.epoch():
            np.testing.assert_array_equal(chunk.inputs, chunk.targets)
            for row in range(2):
                valid = chunk.inputs[row][chunk.weights[row] > 0]
                if not len(valid):
                    assert chunk.starts[row]
                    continue
                (k,) = set(valid[:, 0])
                assert chunk.starts[row] == (valid[0, 1] == 0)
                assert chunk.starts[row] or now[row] == k
                now[row] = k
                read.setdefault(k, []).extend(valid[:, 1])
        assert {k: len(v) for k, v in read.items()} == {0: 7, 1: 3, 2: 5, 3: 2}
        assert all(steps == sorted(steps) for steps in read.values())
        chunks.on_epoch_end()


def test_fit_carries_the_state_and_cuts_the_gradient():
    """As step by step with a state that is stopped between chunks, in any order."""
    series = [RNG.normal(size=(n, 1)).astype("float32") for n in (6, 4, 5)]
    targets = [RNG.normal(size=(n, 3)).astype("float32") for n in (6, 4, 5)]
    chunks = SeriesChunks(series, targets, length=2, batch_size=2, shuffle=True)
    inputs = keras.Input(batch_shape=(2, 2, 1))
    layer = SimpleRNN(3, return_sequences=True, stateful=True)
    model = keras.Model(inputs, layer(inputs))
    model.compile(keras.optimizers.SGD(0.1), "mse", run_eagerly=True)
    plain = SimpleRNN(3, return_sequences=True, return_state=True)
    plain.build((2, 2, 1))
    plain.set_weights(layer.get_weights())
    state = tf.zeros((2, 3))
    for chunk in chunks.epoch():
        state = tf.where(chunk.starts[:, None], 0.0, state)
        with tf.GradientTape() as tape:
            outputs, state = plain(chunk.inputs, initial_state=[state])
            errors = tf.reduce_mean(tf.square(outputs - chunk.targets), axis=-1)
            loss = tf.reduce_mean(errors * chunk.weights)
        gradients = tape.gradient(loss, plain.trainable_variables)
        for weight, gradient in zip(plain.trainable_variables, gradients, strict=True):
            weight.assign_sub(0.1 * gradient)
    model.fit(chunks, callbacks=[CarryState(chunks)], shuffle=True, verbose=0)
    for one, other in zip(layer.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_validation_carries_states_of_its_own():
    """Each series alone gives the same loss, whatever training left behind."""
    series = [RNG.normal(size=(n, 1)).astype("float32") for n in (6, 4, 5)]
    tested = SeriesChunks(series[:2], series[:2], length=3, batch_size=1)
    inputs = keras.Input(batch_shape=(1, None, 1))
    layer = SimpleRNN(1, return_sequences=True, stateful=True)
    model = keras.Model(inputs, layer(inputs))
    model.compile(keras.optimizers.SGD(0.0), "mse", run_eagerly=True)
    plain = SimpleRNN(1, return_sequences=True)
    plain.build((1, None, 1))
    plain.set_weights(layer.get_weights())
    errors = [np.square(plain(x[None])[0] - x) for x in series[:2]]
    expected = sum(e.sum() for e in errors) / tested.length / len(tested)
    training = SeriesChunks(series, series, length=2)
    carry = CarryState(training, validation=tested)
    history = model.fit(training, validation_data=tested, epochs=2, callbacks=[carry],
                        verbose=0).history  # fmt: skip
    np.testing.assert_allclose(history["val_loss"], expected, rtol=1e-5)
    alone = model.evaluate(tested, callbacks=[CarryState(tested)], verbose=0)
    np.testing.assert_allclose(alone, expected, rtol=1e-5)
    one = [series[0][None, :3]] * 2  # no chunks: each batch starts anew
    history = model.fit(training, validation_data=one, callbacks=[CarryState(training)],
                        verbose=0).history  # fmt: skip
    np.testing.assert_allclose(history["val_loss"], errors[0][:3].mean(), rtol=1e-5)
    for steps in ({"steps_per_epoch": 2}, {}):
        with pytest.raises(ValueError, match="An epoch must have all"):
            model.fit(training if steps else tested, callbacks=[carry], verbose=0,
                      **steps)  # fmt: skip


def test_whole_numbers_among_others_are_no_rule_for_all():
    whole, broken = np.arange(4)[:, None], np.full((4, 1), 0.5)
    chunks = SeriesChunks([whole, broken], [whole, broken], 4, batch_size=2)
    assert 0.5 in chunks.chunk(0).inputs
    assert 0.5 in chunks.chunk(0).targets


def test_what_is_no_layer_or_loss_is_named():
    x = np.ones((2, 3, 1), "float32")
    layer = GRU(2)
    layer.build(x.shape)
    learner = RealTimeLearning(layer, lambda *_: 0.0, batch_size=2)
    for call, message in (
        (lambda: gradient_norms(keras.layers.GRU(2), x, np.sum), "`layer` must be a"),
        (lambda: gradient_norms(layer, x, "mse"), "`loss` must be a function"),
        (lambda: gradient_norms(layer, x, lambda y: y), "`loss` must give a number"),
        (lambda: gradient_norms(layer, x[0], np.sum), "`x` must have the shape"),
        (lambda: gradient_norms(layer, x[:, :0], np.sum), "`x` must have the shape"),
        (lambda: RealTimeLearning(keras.layers.GRU(2), np.sum), "`layer` must be a"),
        (lambda: RealTimeLearning(layer, np.sum, 0), "`batch_size` must be a positive"),
        (lambda: learner.step(x[:1, 0], x[:1, 0]), r"shape \(2, 1\), got \(1, 1\)"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_bad_chunks_are_named():
    x = some_series()
    for arguments, message in (
        ((x, x, 0), "`length` must be a positive integer, got 0"),
        ((x, x, 2, 0), "`batch_size` must be a positive integer"),
        ((x, x[:2], 2), "`targets` must have one for each step"),
        ((x, x, np.int64(2), 1, "yes"), "`shuffle` must be True or False"),
        ((x, x, 2, 1, False, "a"), "`seed` must be an integer"),
        (([], [], 2), "`series` must be a list of arrays"),
        ((3, x, 2), "`series` must be a list of arrays, got 3"),
        (([each[:, 0] for each in x], x, 2), r"arrays \(time, features\), got one"),
        (([*x, x[0][:, :0]], x, 2), "`series` must hold arrays that differ in length"),
        (([x[0][:0]], [x[0][:0]], 2), "`series` must have steps"),
    ):
        with pytest.raises(ValueError, match=message):
            SeriesChunks(*arguments)
    for name, value in (("workers", 2), ("use_multiprocessing", True)):
        with pytest.raises(ValueError, match=f"`{name}` must be"):
            setattr(SeriesChunks(x, x, 2), name, value)
    inputs = keras.Input((2, 2))
    model = keras.Model(inputs, GRU(2, return_sequences=True)(inputs))
    model.compile("sgd", "mse")
    chunks = SeriesChunks(x, x, 2)
    with pytest.raises(ValueError, match="must have a `stateful` layer"):
        model.fit(chunks, callbacks=[CarryState(chunks)], verbose=0)

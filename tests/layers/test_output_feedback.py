"""Output feedback: one set of weights, three ways to run."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.cells import SimpleRNNCell
from seqkit.layers import GRU, LSTM, Jordan, MultiRecurrent, OutputFeedback, Stack

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 6, 2)).astype("float32")
Y = RNG.normal(size=(3, 6, 2)).astype("float32")
SEQUENCES = {"return_sequences": True}


def given(layer, features=2):
    layer.build((None, None, features))
    rng = np.random.default_rng(1)
    layer.set_weights([rng.normal(size=w.shape) * 0.5 for w in layer.weights])
    return layer


@pytest.mark.parametrize(
    "context", [{}, {"decay": 0.5}, {"decay": [0.2, 0.9], "normalized": True}]
)
def test_one_cell_without_its_recurrence_is_the_jordan_network(context):
    jordan = given(Jordan(4, output_units=2, **context, **SEQUENCES))
    kernel, recurrent, bias, *readout = jordan.get_weights()
    feedback = OutputFeedback(
        SimpleRNNCell(4), keras.layers.Dense(2, "tanh"), **context, **SEQUENCES
    )
    feedback.build((None, None, 2))
    joined = np.concatenate([kernel, recurrent])
    feedback.set_weights([joined, np.zeros((4, 4)), bias, *readout])
    np.testing.assert_allclose(feedback(X), jordan(X), atol=1e-6)


def test_one_simple_cell_is_the_multi_recurrent_network():
    feedback = OutputFeedback(SimpleRNNCell(4), keras.layers.Dense(2), **SEQUENCES)
    kernel, recurrent, bias, *readout = given(feedback).get_weights()
    network = MultiRecurrent(4, output_units=2, output_activation="linear", **SEQUENCES)
    network.build((None, None, 2))
    of_network = {w.name: w for w in network.weights}
    of_network["kernel"].assign(kernel[:2])
    of_network["feedback_kernel"].assign(kernel[2:])
    of_network["recurrent_kernel"].assign(recurrent)
    of_network["bias"].assign(bias)
    of_network["output_kernel"].assign(readout[0])
    of_network["output_bias"].assign(readout[1])
    np.testing.assert_allclose(feedback(X), network(X), atol=1e-6)


def by_hand(layer, x, targets, uses_output):
    """Step by step: y fed back where `uses_output` is true, or else the target."""
    states, outputs = layer.initial_state(len(x)), []
    for t in range(x.shape[1]):
        y, states = layer.step(x[:, t], states)
        fed = np.where(uses_output[:, t], y, targets[:, t])
        states = [*states[:-1], tf.constant(fed, "float32")]
        outputs.append(y)
    return np.stack(outputs, axis=1)


def test_targets_are_fed_in_place_of_outputs():
    layer = given(OutputFeedback(LSTM(4, **SEQUENCES), 2))
    forced = by_hand(layer, X, Y, np.zeros((3, 6, 1), bool))
    free = by_hand(layer, X, Y, np.ones((3, 6, 1), bool))
    np.testing.assert_allclose(layer(X, targets=Y), forced, atol=1e-6)
    np.testing.assert_allclose(layer(X), free, atol=1e-6)
    np.testing.assert_allclose(layer(X, targets=layer(X)), free, atol=1e-5)
    assert not np.allclose(forced, free, atol=1e-3)


def test_a_mixture_feeds_each_by_its_share():
    layer = given(OutputFeedback(GRU(4, **SEQUENCES), 2, sampling=0.3, seed=3))
    x, y = np.tile(X[:1], (200, 1, 1)), np.tile(Y[:1], (200, 1, 1))
    forced, free = layer(x[:1], targets=y[:1])[0], layer(x[:1])[0]
    second = layer(x, targets=y, training=True)[:, 1]
    like = [np.isclose(second, each[1], atol=1e-5).all(1) for each in (forced, free)]
    assert (like[0] | like[1]).all()
    assert 0.2 < np.mean(like[1]) < 0.4
    np.testing.assert_allclose(layer(x, targets=y)[0], forced, atol=1e-6)
    layer.sampling = 1.0
    np.testing.assert_allclose(layer(x, targets=y, training=True)[0], free, atol=1e-5)


def test_the_share_can_be_changed_while_a_graph_stays():
    layer = given(OutputFeedback(GRU(4, **SEQUENCES), 2))
    call = tf.function(lambda x, y: layer(x, targets=y, training=True))
    forced = call(X, Y).numpy()
    layer.sampling = 1.0
    np.testing.assert_allclose(call(X, Y), layer(X), atol=1e-5)
    assert not np.allclose(forced, layer(X), atol=1e-3)


def test_masks_and_chunks_with_targets():
    layer = given(OutputFeedback(LSTM(4), 2, **SEQUENCES, return_state=True))
    whole = layer(X, targets=Y)
    first = layer(X[:, :4], targets=Y[:, :4])
    second = layer(X[:, 4:], targets=Y[:, 4:], initial_state=list(first[1:]))
    np.testing.assert_allclose(
        np.concatenate([first[0], second[0]], 1), whole[0], atol=1e-6
    )
    mask = np.ones((3, 6), bool)
    mask[:, 4:] = False
    masked = layer(X, targets=Y, mask=mask)
    for one, other in zip(masked[1:], first[1:], strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_generation_goes_on_from_a_beginning():
    layer = given(OutputFeedback(Stack([LSTM(4), GRU(3)]), 2, **SEQUENCES))
    x = np.concatenate([X, X[:, :4]], axis=1)
    found = layer.generate(4, seed=Y, inputs=x)
    uses = np.arange(10)[None, :, None] * np.ones((3, 1, 1)) >= 6
    targets = np.concatenate([Y, np.zeros((3, 4, 2))], axis=1)
    np.testing.assert_allclose(
        found, by_hand(layer, x, targets, uses)[:, 6:], atol=1e-6
    )


@pytest.mark.slow
def test_training_with_targets_learns_to_run_free():
    """A sine wave goes on: trained on targets, then run on its own outputs."""
    keras.utils.set_random_seed(0)
    wave = np.sin(np.arange(40) * 0.4 + np.linspace(0, 6, 16)[:, None])[..., None]
    x = keras.Input((None, 1)), keras.Input((None, 1))
    layer = OutputFeedback(LSTM(16, return_sequences=True), 1)
    model = keras.Model(x, layer(x[0], targets=x[1]))
    model.compile(keras.optimizers.Adam(0.02), "mse")
    zeros = np.zeros_like(wave)
    model.fit([zeros, wave], wave, epochs=60, batch_size=16, verbose=0)
    forecast = layer.generate(10, seed=wave[:, :30].astype("float32"))
    assert np.mean(np.square(forecast - wave[:, 30:])) < 0.05
    loaded = keras.models.model_from_json(model.to_json())
    loaded.set_weights(model.get_weights())
    np.testing.assert_allclose(
        loaded.predict([zeros, wave], verbose=0),
        model.predict([zeros, wave], verbose=0),
        atol=1e-6,
    )


def built():
    layer = OutputFeedback(GRU(2), 2)
    layer.build(X.shape)
    return layer


def test_targets_may_be_ragged():
    layer, lengths = built(), [6, 3, 1]
    x, y = (tf.RaggedTensor.from_tensor(each, lengths) for each in (X, Y))
    mask = np.arange(6) < np.array(lengths)[:, None]
    np.testing.assert_allclose(
        layer(x, targets=y), layer(X, mask=mask, targets=Y), atol=1e-6
    )


def test_what_is_given_may_be_lists():
    layer = built()
    expected = layer.generate(2, seed=Y, initial_state=layer.initial_state(1))
    found = layer.generate(2, seed=Y.tolist(), inputs=np.zeros((3, 8, 2)).tolist())
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: OutputFeedback(GRU(2), 0), "`readout` must be a positive integer"),
        (lambda: OutputFeedback(GRU(2), "two"), "`readout` must be a keras.layers.De"),
        (
            lambda: OutputFeedback(GRU(2), 2, sampling=1.5),
            "`sampling` must be a number in",
        ),
        (lambda: OutputFeedback(GRU(2), 2, sampling="a"), "`sampling` must be a num"),
        (lambda: OutputFeedback(GRU(2), 2, normalized=True), "needs a `decay`"),
        (lambda: OutputFeedback(GRU(2), 2)(X, targets=Y[..., :1]), r"6, 2\), got"),
        (lambda: OutputFeedback(GRU(2), 2).generate(3), "needs a `seed`, `inputs`"),
        (
            lambda: OutputFeedback(GRU(2), 2).generate(0, seed=Y),
            "`steps` must be a",
        ),
        (
            lambda: OutputFeedback(GRU(2), 2).generate(3, seed=Y, inputs=X),
            "`inputs` must have 9 steps",
        ),
        (lambda: OutputFeedback(GRU(2), 2)(X, targets="y"), "`targets` of 'output_f"),
        (
            lambda: built().generate(3, seed=7),
            r"`seed` of .* None, 2\), got \(\)",
        ),
        (lambda: built().generate(3, seed=Y[:, 0]), r"`seed` of .* got \(3, 2\)"),
        (
            lambda: built().generate(6, inputs=X[..., :1]),
            r"`inputs` of .* \(None, None, 2\), got \(3, 6, 1\)",
        ),
        (
            lambda: built().generate(3, seed=Y, initial_state=[Y[:, 0]]),
            "`initial_state` of .* must hold 2 tensors, got 1",
        ),
        (
            lambda: built().generate(3, seed=Y, initial_state=built().initial_state(2)),
            r"`initial_state` of .* must have the shape \(3, 2\)",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()

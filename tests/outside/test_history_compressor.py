"""The history compressor: what goes up, by hand, and what training leaves to go up."""

import keras
import numpy as np
import pytest

from seqkit.layers import HistoryCompressor
from seqkit.testing.subject import FULL, arrays

# After a comes b, after b comes a: what the lower level knows from the beginning here.
A, B, X = np.eye(3, dtype="float32")


def knowing(**options):
    """A layer whose lower level repeats its input and expects b after a, a after b."""
    layer = HistoryCompressor(3, upper_units=2, activation="linear", **FULL, **options)
    layer.build((None, None, 3))
    rng = np.random.default_rng(0)
    w = {v.name: rng.normal(size=v.shape) * 0.5 for v in layer.weights}
    w["kernel"] = np.eye(3)
    for name in ("recurrent_kernel", "bias", "output_bias"):
        w[name] = np.zeros_like(w[name])
    w["output_kernel"] = 20.0 * np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    layer.set_weights([w[v.name] for v in layer.weights])
    return layer


def test_only_the_unpredicted_goes_up():
    layer = knowing()
    x = np.stack([A, B, A, X, A, B, B, A])[None]
    outputs, *_ = layer(x)
    _, upper, unexpected = layer.split_output(outputs)
    # The first; x after a; a after x, of which nothing is known; b after b.
    expected = [1, 0, 0, 1, 1, 0, 1, 0]
    np.testing.assert_array_equal(np.ravel(unexpected), expected)
    changed = np.any(np.diff(np.asarray(upper)[0], axis=0) != 0, axis=1)
    np.testing.assert_array_equal(changed, np.array(expected[1:]) > 0)


def test_the_upper_level_is_a_network_over_what_went_up():
    """H by hand, over the unpredicted inputs and the times between them in binary."""
    layer = knowing(time_digits=3)
    w = {v.name: v.numpy() for v in layer.weights}
    x = np.stack([A, B, A, X, A, B, B, A])[None]
    *_, upper, time = arrays(layer(x))
    state = np.zeros(2)
    for symbol, digits in (
        (A, [0, 0, 0]),
        (X, [1, 1, 0]),
        (A, [1, 0, 0]),
        (B, [0, 1, 0]),
    ):
        state = (
            symbol @ w["upper_kernel"]
            + digits @ w["time_kernel"]
            + state @ w["upper_recurrent_kernel"]
            + w["upper_bias"]
        )
    np.testing.assert_allclose(upper[0], state, rtol=1e-5)
    np.testing.assert_array_equal(
        time, [[2.0]]
    )  # steps to the next input from the last


def test_loss_by_hand():
    layer = knowing(collapsed=True)
    x = np.stack([A, B, X, A])[None]
    outputs, *_ = layer(x)
    p, upper, u, q, state = (
        np.asarray(part)[0] for part in layer.split_output(outputs)
    )
    expected = np.sum((q - state) ** 2, axis=1)
    for t in range(3):
        expected[t] += np.sum((p[t] - x[0, t + 1]) ** 2)
        expected[t] += u[t + 1, 0] * np.sum((upper[t] - x[0, t + 1]) ** 2)
    np.testing.assert_allclose(layer.loss(x, outputs)[0], expected, rtol=1e-5)


def test_long_times_have_one_code():
    layer = knowing(time_digits=2)
    x = np.stack([A, B] * 5)[None]
    np.testing.assert_array_equal(layer(x)[-1], [[3.0]])


@pytest.mark.parametrize(
    "collapsed", [False, pytest.param(True, marks=pytest.mark.slow)]
)
def test_learning_leaves_little_to_go_up(collapsed):
    """Of words with a random first letter the lower level learns the other letters."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    words = np.array([[0, 2, 3, 4], [1, 4, 3, 2]])
    text = words[rng.integers(0, 2, (16, 10))].reshape(16, 40)
    x = np.eye(5, dtype="float32")[text]
    layer = HistoryCompressor(
        16, upper_units=6, collapsed=collapsed, return_sequences=True
    )
    model = keras.Sequential([keras.Input((40, 5)), layer])
    model.compile(keras.optimizers.Adam(0.02), loss=layer.loss)
    before = np.mean(layer.split_output(layer(x))[2])
    losses = model.fit(x, x, batch_size=16, epochs=60, verbose=0).history["loss"]
    unexpected = np.asarray(layer.split_output(layer(x))[2])[:, 1:, 0]
    inside = np.arange(1, 40) % 4 != 0
    assert before > 0.9
    assert unexpected[:, inside].mean() < 0.02
    assert unexpected[:, ~inside].mean() > 0.2
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tolerance": 0}, "`tolerance` must be a positive number, got 0"),
        ({"time_digits": 9}, "`time_digits` must be at most 8, got 9"),
        ({"upper_units": 0}, "`upper_units` must be a positive integer, got 0"),
        ({"collapsed": "yes"}, "`collapsed` must be True or False, got 'yes'"),
    ],
)
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        HistoryCompressor(4, **options)

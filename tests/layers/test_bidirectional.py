"""Bidirectional: reversal within each row, states, merge modes, saving."""

import keras
import numpy as np
import pytest

from seqkit import layers

LAYERS = [layers.Jordan, layers.LSTM, keras.layers.GRU]
X = np.random.default_rng(0).standard_normal((3, 5, 4)).astype("float32")
MASK = np.arange(5) < np.array([[5], [3], [1]])


@pytest.mark.parametrize("layer", LAYERS)
def test_a_row_is_reversed_within_its_length(layer):
    both = layers.Bidirectional(layer(2, return_sequences=True), merge_mode=None)
    forward, backward = both(X, mask=MASK)
    for row, length in enumerate((5, 3, 1)):
        alone = both(X[row : row + 1, :length])
        for whole, part in zip((forward, backward), alone, strict=True):
            np.testing.assert_allclose(whole[row, :length], part[0], atol=1e-6)


@pytest.mark.parametrize("mode", ["concat", "sum", "mul", "ave", None])
def test_merge_modes(mode):
    both = layers.Bidirectional(
        layers.Jordan(2, return_sequences=True), merge_mode=mode
    )
    one, other = (np.array(layer(X)) for layer in parts_of(both))
    other = other[:, ::-1]
    expected = {
        "concat": np.concatenate([one, other], -1),
        "sum": one + other,
        "mul": one * other,
        "ave": (one + other) / 2,
        None: np.stack([one, other]),
    }[mode]
    np.testing.assert_allclose(both(X), expected, atol=1e-6)


def parts_of(both):
    both.build(X.shape)
    return both.forward_layer, both.backward_layer


@pytest.mark.parametrize("layer", LAYERS)
def test_stateful_with_returned_states(layer):
    inner = layer(2, stateful=True, return_state=True, return_sequences=True)
    x = keras.Input(batch_shape=X.shape)
    masked = keras.layers.Masking()(x)
    y, *states = layers.Bidirectional(inner)(masked)
    model = keras.Model(x, [y, *states])
    first = model.predict(X, verbose=0)
    second = model.predict(X, verbose=0)
    assert not np.allclose(first[0], second[0])


@pytest.mark.parametrize("layer", LAYERS)
def test_initial_state_after_save_and_load(layer, tmp_path):
    x = keras.Input((None, 4))
    n_states = 2 if layer is layers.LSTM else 1
    start = [keras.Input((2,)) for _ in range(2 * n_states)]
    inner = layer(2, return_state=True)
    model = keras.Model(
        [x, *start], layers.Bidirectional(inner)(x, initial_state=start)
    )
    values = [X, *(np.full((3, 2), 0.1 * n, "float32") for n in range(2 * n_states))]
    expected = model.predict(values, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    for a, b in zip(again.predict(values, verbose=0), expected, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_masks_of_outputs_and_states():
    inner = layers.LSTM(2, return_state=True, return_sequences=True)
    both = layers.Bidirectional(inner)
    assert both.compute_mask(None, MASK)[0] is MASK
    assert both.compute_mask(None, MASK)[1:] == [None] * 4
    last = layers.Bidirectional(layers.LSTM(2))
    assert last.compute_mask(None, MASK) is None


def unequal(merge_mode="concat", **options):
    options = {"return_sequences": True, "return_state": True, **options}
    backward = layers.GRU(4, go_backwards=True, **options)
    return layers.Bidirectional(
        layers.LSTM(2, **options), merge_mode, backward_layer=backward
    )


@pytest.mark.parametrize("mode", ["concat", None])
def test_layers_of_different_kinds_and_sizes(mode, tmp_path):
    both = unequal(mode)
    start = [keras.Input((n,)) for n in (2, 2, 4)]
    x = keras.Input((5, 4))
    outputs = both(x, initial_state=start)
    model = keras.Model([x, *start], outputs)
    values = [X, *(np.full((3, n), 0.1 * n, "float32") for n in (2, 2, 4))]
    found = model(values)
    assert [tuple(v.shape[1:]) for v in found] == [
        tuple(v.shape[1:]) for v in keras.tree.flatten(outputs)
    ]
    one, *states = both.forward_layer(X, initial_state=values[1:3])
    other, *more = both.backward_layer(X, initial_state=values[3:])
    merged = [one, other[:, ::-1]]
    merged = merged if mode is None else [np.concatenate(merged, -1)]
    for a, b in zip(found, [*merged, *states, *more], strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    for a, b in zip(again(values), found, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


@pytest.mark.parametrize("mode", ["sum", "mul", "ave"])
def test_different_sizes_cannot_be_added(mode):
    message = rf"^`merge_mode` of .* 2 forward and 4 backward, got '{mode}'\.$"
    with pytest.raises(ValueError, match=message):
        unequal(mode)


def test_too_few_states():
    both = unequal()
    with pytest.raises(
        ValueError, match=r"`initial_state` of .* must hold 3 tensors, 2"
    ):
        both(X, initial_state=[X[:, 0, :2], X[:, 0, :2]])


def test_states_of_different_sizes_are_set():
    both = unequal(stateful=True)
    both.build((3, None, 4))
    states = [np.full((3, n), n, "float32") for n in (2, 2, 4)]
    both.reset_state(states)
    for a, b in zip(both.states, states, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_layer_over_images():
    x = np.ones((2, 4, 6, 3), "float32")
    both = layers.Bidirectional(keras.layers.ConvLSTM1D(2, 3, padding="same"))
    assert both(x).shape == both.compute_output_shape(x.shape) == (2, 6, 4)


def test_first_weights():
    weights = [np.full(shape, 0.1) for shape in 2 * [(4, 2), (2, 2), (2,)]]
    both = layers.Bidirectional(layers.SimpleRNN(2), weights=weights)
    both.build((None, None, 4))
    for a, b in zip(both.get_weights(), weights, strict=True):
        np.testing.assert_allclose(a, b)


@pytest.mark.parametrize("both", [layers.Bidirectional, keras.layers.Bidirectional])
@pytest.mark.parametrize("other", [layers.Jordan, layers.LRU, layers.SimpleRNN])
def test_an_lstm_forward_and_a_network_without_its_options_backward(both, other):
    backward = other(2, return_sequences=True, go_backwards=True)
    both = both(layers.LSTM(3, return_sequences=True), backward_layer=backward)
    one, other = both.forward_layer(X), backward(X)[:, ::-1]
    expected = np.concatenate([one, other], -1)
    np.testing.assert_allclose(both(X), expected, atol=1e-6)


def test_each_layer_keeps_its_choice_of_cudnn():
    both = layers.Bidirectional(
        layers.LSTM(2, use_cudnn=False), backward_layer=layers.GRU(2, go_backwards=True)
    )
    found = [layer.use_cudnn for layer in (both.forward_layer, both.backward_layer)]
    assert found == [False, "auto"]


def test_what_is_no_recurrent_layer():
    for layer in (
        keras.layers.Dense(2),
        layers.LSTM(2).cell,
        layers.LSTM,
        layers.Bidirectional(layers.LSTM(2)),
    ):
        with pytest.raises(
            ValueError, match=r"^`layer` must be a recurrent layer, got"
        ):
            layers.Bidirectional(layer)


def test_states_are_set_all_or_none():
    both = layers.Bidirectional(layers.LSTM(2, stateful=True))
    both.build((3, 5, 4))
    good, wrong = np.ones((3, 2)), np.ones((3, 4))
    for states in ([good, wrong, good, good], [good, None, good, good]):
        with pytest.raises(ValueError, match=r"^`states` of .* must"):
            both.reset_state(states)
    assert not any(np.any(state) for state in both.forward_layer.states)

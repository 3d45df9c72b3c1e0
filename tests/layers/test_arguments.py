"""Call arguments of layers: one rule in eager code, graphs and graphs of any shape."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit import layers

X = np.random.default_rng(0).standard_normal((2, 5, 3)).astype("float32")
MASK = np.arange(5) < np.array([[5], [3]])
STATES = [np.full((2, 4), 0.1 * n, "float32") for n in (1, 2)]
RAGGED = tf.ragged.constant([X[0].tolist(), X[1, :3].tolist()], ragged_rank=1)
OPTIONS = {"return_sequences": True, "return_state": True}


def eager(layer, x, **arguments):
    return layer(x, **arguments)


def in_graph(layer, x, **arguments):
    return tf.function(lambda: layer(x, **arguments), autograph=False)()


def in_graph_of_any_shape(layer, x, **arguments):
    """All arrays come in with nothing known of their shapes but the rank."""
    layer.build((2 if layer.stateful else None, None, 3))
    flat = keras.tree.flatten(arguments)
    known = [not isinstance(leaf, np.ndarray) for leaf in flat]

    def call(x, *given):
        left = iter(given)
        leaves = [a if k else next(left) for a, k in zip(flat, known, strict=True)]
        return layer(x, **keras.tree.pack_sequence_as(arguments, leaves))

    given = [x, *(leaf for leaf, k in zip(flat, known, strict=True) if not k)]
    specs = [tf.TensorSpec([None] * a.ndim, a.dtype) for a in given]
    return tf.function(call, input_signature=specs, autograph=False)(*given)


modes = pytest.mark.parametrize("call", [eager, in_graph, in_graph_of_any_shape])


@modes
@pytest.mark.parametrize(
    "mask",
    [
        np.ones((2, 4), bool),
        np.ones((2, 6), bool),
        np.ones((2, 1), bool),
        np.ones((3, 5), bool),
        np.ones((1, 4), bool),
        np.ones((2, 5, 2), bool),
        np.ones(5, bool),
    ],
    ids=lambda mask: str(mask.shape),
)
def test_masks_of_another_shape(call, mask):
    layer = layers.SimpleRNN(4, name="here")
    shape = r"[\(\[]" + ",? ".join(str(n) for n in mask.shape)
    unknown = r"\(None" if call is in_graph_of_any_shape else shape
    with pytest.raises(
        (ValueError, tf.errors.InvalidArgumentError),
        match=rf"`mask` of .{{0,2}}here.{{0,2}} must (.|\n)*({shape}|{unknown})",
    ):
        call(layer, X, mask=mask)


@modes
@pytest.mark.parametrize("mask", ["mask", True, [[True], [True, False]], [["a"] * 5]])
def test_what_is_no_mask(call, mask):
    layer = layers.SimpleRNN(4, name="here")
    with pytest.raises(ValueError, match="`mask` of 'here' must be a boolean tensor"):
        call(layer, X, mask=mask)


@modes
@pytest.mark.parametrize("shape", [(3, 4), (2, 5), (2, 1), (1, 5), (2, 4, 1)])
def test_states_of_another_shape(call, shape):
    layer = layers.LSTM(4, name="here")
    states = [np.ones(shape, "float32")] * 2
    found = r"[\(\[]" + ",? ".join(str(n) for n in shape)
    with pytest.raises(
        (ValueError, tf.errors.InvalidArgumentError),
        match=rf"`initial_state` of .{{0,2}}here.{{0,2}} must (.|\n)*({found}|None)",
    ):
        call(layer, X, initial_state=states)


@modes
@pytest.mark.parametrize(
    "states", [STATES[:1], [*STATES, STATES[0]], STATES[0], "zeros", [None, None]]
)
def test_what_are_no_states(call, states):
    layer = layers.LSTM(4, name="here")
    with pytest.raises(ValueError, match="`initial_state` of 'here' must hold"):
        call(layer, X, initial_state=states)


@pytest.mark.parametrize("call", [in_graph, in_graph_of_any_shape])
def test_what_is_accepted_is_the_same_in_graphs(call):
    layer = layers.LSTM(4, **OPTIONS)
    given = {"mask": MASK[:, :, None], "initial_state": [s[:1] for s in STATES]}
    whole = {"mask": MASK, "initial_state": [np.repeat(s[:1], 2, 0) for s in STATES]}
    expected = layer(X, **whole)
    for found in (layer(X, **given), call(layer, X, **given)):
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


def test_whole_numbers_are_features():
    layer = layers.GRU(4)
    x = np.arange(30).reshape(2, 5, 3) % 4
    np.testing.assert_allclose(layer(x), layer(x.astype("float32")), atol=1e-6)


def test_the_number_of_features_may_be_unknown_to_a_graph():
    for layer in (layers.SimpleRNN(4), layers.Bidirectional(layers.SimpleRNN(4))):
        with pytest.raises(ValueError, match="must have a fixed number of features"):
            layer.build((None, None, None))
        layer.build((None, None, 3))
        found = in_graph_of_any_shape(layer, X)
        np.testing.assert_allclose(found, layer(X), atol=1e-6)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[\?,\?,3\]"):
            in_graph_of_any_shape(layer, X[:, :, :2])


@modes
def test_another_number_of_rows_of_a_stateful_layer(call):
    layer = layers.SimpleRNN(4, stateful=True, name="here")
    layer.build((2, None, 3))
    with pytest.raises(
        (ValueError, tf.errors.InvalidArgumentError),
        match=r"`sequences` of .{1,2}here.{1,2}, which is stateful, must have 2 rows",
    ):
        call(layer, X[:1])


@pytest.mark.parametrize(
    "layer",
    [
        layers.LSTM(4, **OPTIONS),
        layers.Bidirectional(layers.Jordan(4, **OPTIONS)),
        layers.Bidirectional(keras.layers.GRU(4, **OPTIONS)),
    ],
    ids=["LSTM", "Bidirectional-Jordan", "Bidirectional-keras"],
)
def test_ragged_rows_end_where_they_end(layer):
    expected = layer(X, mask=MASK)
    found = layer(RAGGED)
    np.testing.assert_array_equal(found[0]._keras_mask, MASK)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    last = MASK & (np.arange(5) != 1)
    for mask in (last, tf.ragged.constant([last[0].tolist(), last[1, :3].tolist()])):
        np.testing.assert_allclose(
            layer(RAGGED, mask=mask)[0], layer(X, mask=last)[0], atol=1e-6
        )


def test_ragged_input_of_a_model():
    first, second = layers.GRU(3, return_sequences=True), layers.SimpleRNN(2)
    inputs = keras.Input((None, 3), ragged=True)
    model = keras.Model(inputs, second(first(inputs)))
    expected = second(first(X, mask=MASK), mask=MASK)
    np.testing.assert_allclose(model(RAGGED), expected, atol=1e-6)


def test_features_may_not_be_ragged():
    ragged = tf.ragged.constant([[[1.0, 2.0], [3.0]], [[4.0, 5.0]]])
    layer = layers.SimpleRNN(2, name="here")
    layer.build((None, None, 2))
    with pytest.raises(
        ValueError, match="`sequences` of 'here' must be ragged in time"
    ):
        layer(ragged)


@pytest.mark.parametrize("kind", ["complex64", "S1"])
def test_what_are_no_real_numbers(kind):
    layer, text = layers.LSTM(4, name="here"), "must be a tensor of real numbers, got "
    other = X.astype(kind)
    with pytest.raises(ValueError, match=f"`sequences` of 'here' {text}") as caught:
        layer(other)
    assert "\n" not in str(caught.value)
    layer(X)
    with pytest.raises(ValueError, match=f"`initial_state` of 'here' {text}"):
        layer(X, initial_state=[other[:, :, 0], STATES[0]])
    with pytest.raises(ValueError, match=f"`inputs` of 'here' {text}"):
        layer.step(other[:, 0], STATES)
    with pytest.raises(ValueError, match=f"`states` of 'here' {text}"):
        layer.step(X[:, 0], [other[:, 0], STATES[0]])


@pytest.mark.parametrize("call", [eager, in_graph])
@pytest.mark.parametrize("layer", [layers.GRU, layers.LRU])
def test_a_tensor_in_a_list_is_none(call, layer):
    layer = layer(4, name="here")
    layer.build((None, None, 3))
    message = r"`sequences` of 'here' must have the shape .*, got \(1, 2, 5, 3\)"
    with pytest.raises(ValueError, match=message) as caught:
        call(layer, [X])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "layer", [layers.GRU(4), layers.Bidirectional(layers.GRU(4))], ids=["one", "two"]
)
def test_a_list_of_no_masks(layer):
    np.testing.assert_array_equal(layer(X, mask=[]), layer(X))


def test_a_dict_is_no_tensor():
    layer = layers.Bidirectional(layers.GRU(4), name="here")
    layer.build((None, None, 3))
    message = "`sequences` of 'here' must be a tensor of real numbers, got {'x': "
    with pytest.raises(ValueError, match=message) as caught:
        layer({"x": X})
    assert "\n" not in str(caught.value)


def test_errors_of_a_call_are_one_line_in_a_model():
    inputs, state = keras.Input((5, 3)), keras.Input((4,))
    layer = layers.Bidirectional(layers.SimpleRNN(4, name="rnn"))
    model = keras.Model([inputs, state], layer(inputs, initial_state=[state, state]))
    with pytest.raises(ValueError, match=r"`initial_state` of 'forward_rnn'") as caught:
        model([X, np.ones((3, 4))])
    assert "\n" not in str(caught.value)


STEP = {"inputs": X[:, 0], "states": STATES}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"inputs": X}, r"`inputs` .* \(batch, 3\), got \(2, 5, 3\)"),
        ({"inputs": X[0, 0]}, r"`inputs` .* \(batch, 3\), got \(3,\)"),
        ({"inputs": X[:, 0, :2]}, r"`inputs` .* \(batch, 3\), got \(2, 2\)"),
        ({"inputs": None}, "`inputs` .* real numbers, got None"),
        ({"states": STATES[:1]}, r"`states` .* hold 2 tensors, got 1: \(2, 4\)"),
        ({"states": STATES[0]}, r"`states` .* hold 2 tensors, got 1: \(2, 4\)"),
        ({"states": []}, "`states` .* hold 2 tensors, got 0"),
        ({"states": [X[:, 0]] * 2}, r"`states` .* \(2, 4\), got \(2, 3\)"),
        ({"inputs": X[:1, 0]}, r"`states` .* \(1, 4\), got \(2, 4\)"),
        ({"states": [s[None] for s in STATES]}, r"`states` .* got \(1, 2, 4\)"),
    ],
    ids=str,
)
def test_steps_of_another_shape(given, text):
    layer = layers.LSTM(4, name="here")
    layer.step(**STEP)
    for call in (layer.step, tf.function(layer.step, autograph=False)):
        with pytest.raises(ValueError, match=text.replace(" .* ", " of 'here' .* ")):
            call(**{**STEP, **given})


def test_a_step_takes_what_a_sequence_takes():
    layer = layers.LSTM(4)
    rows = [np.repeat(s[:1], 2, 0) for s in STATES]
    whole = X[:, 0].round()
    expected = layer.step(whole, rows)
    for given in (whole.tolist(), whole.astype(int), whole.astype("float64")):
        found = layer.step(given, tuple(np.float64(s[:1]) for s in STATES))
        for a, b in zip(*map(keras.tree.flatten, (found, expected)), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


@pytest.mark.parametrize("size", [-1, "2", 2.5, None, True, [2]])
def test_what_is_no_size_of_a_batch(size):
    layer = layers.Stack([layers.LSTM(4), layers.GRU(2)])
    for method in (layer.initial_state, layer.get_initial_state):
        with pytest.raises(ValueError, match="`batch_size` must be an integer from 0"):
            method(size)
    assert layer.initial_state(np.int64(0))[0].shape == (0, 4)


def attend(mask, x=X):
    return layers.LuongAttention("dot", name="here")(X[:, 0], x, memory_mask=mask)


def pool(mask, x=X):
    return layers.MaskedPooling("mean", name="here")(x, mask=mask)


GRU = layers.GRU(4, return_sequences=True)


def stretch(mask, x=X):
    return layers.Stretches(GRU, 2, name="here")(x, mask=mask)


@pytest.mark.parametrize("call", [attend, pool, stretch])
def test_masks_of_other_layers(call):
    ragged = tf.ragged.constant([[True] * 5, [True] * 3])
    expected = call(MASK)
    for mask in (MASK.astype(int), MASK.astype("float32"), MASK[:, :, None], ragged):
        np.testing.assert_allclose(call(mask), expected, atol=1e-6)
    np.testing.assert_allclose(call(None, RAGGED), expected, atol=1e-6)
    for wrong in (MASK[:, :4], MASK[0], np.ones((3, 5), bool)):
        with pytest.raises(ValueError, match=r"mask` of 'here' must have the shape"):
            call(wrong)


@pytest.mark.parametrize("call", [attend, pool])
def test_other_layers_take_real_numbers(call):
    with pytest.raises(ValueError, match="of 'here' must be a tensor of real numbers"):
        call(MASK, X.astype("complex64"))

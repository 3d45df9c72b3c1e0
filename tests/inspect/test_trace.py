"""The trace of a call: right values, right gradients, of any layer and model."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit import layers
from seqkit.cells import RecurrentCell
from seqkit.inspect import trace

BATCH, TIME, FEATURES, UNITS = 3, 5, 2, 4
X = np.random.default_rng(0).normal(size=(BATCH, TIME, FEATURES)).astype("float32")
MASK = np.array([[1, 1, 1, 0, 0], [0, 0, 1, 1, 0], [0] * 5], bool)


def of_squares(y):
    return sum(tf.reduce_sum(each**2) for each in keras.tree.flatten(y))


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def lstm_by_hand(layer, x, initial):
    """The equations of an LSTM with a tape over all values, one step at a time."""
    kernel, recurrent_kernel, bias = (w.value for w in layer.weights)
    h, c = initial
    seen = {name: [] for name in ("product", "i", "f", "g", "o", "c", "h")}
    for t in range(x.shape[1]):
        product = h @ recurrent_kernel
        i, f, g, o = tf.split(x[:, t] @ kernel + product + bias, 4, axis=-1)
        i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
        c = f * c + i * g
        h = o * tf.tanh(c)
        for name, value in zip(seen, (product, i, f, g, o, c, h), strict=True):
            seen[name].append(value)
    return seen


def test_an_lstm_by_hand():
    layer = layers.LSTM(UNITS, return_sequences=True, bias_initializer="uniform")
    layer.build(X.shape)
    first = [tf.random.stateless_uniform((BATCH, UNITS), (k, 0)) for k in (1, 2)]
    with tf.GradientTape() as tape:
        x = tf.constant(X)
        tape.watch([x, first])
        seen = lstm_by_hand(layer, x, first)
        value = of_squares(seen["h"])
    d_x, d_first, d_seen = tape.gradient(value, [x, first, seen])
    found = trace(layer, X, loss=of_squares, initial_state=first)
    assert found.loss == pytest.approx(float(value), rel=1e-5)
    (record,) = found.layers
    assert (record.name, record.network, record.valid) == (layer.name, "LSTM", None)
    assert set(record.gates) == {"i", "f", "g", "o"}
    for values, expected in ((record, seen), (record.gradients, d_seen)):
        arrays = {**values.gates, **values.states, "y": values.outputs}
        arrays["product"] = values.products["recurrent_kernel"]
        for name, steps in expected.items():
            stacked = np.stack(steps, axis=1)
            np.testing.assert_allclose(arrays[name], stacked, 1e-4, 1e-5, err_msg=name)
        np.testing.assert_allclose(values.outputs.shape, (BATCH, TIME, UNITS))
    np.testing.assert_allclose(record.gradients.inputs, d_x, 1e-4, 1e-5)
    for name, expected in zip("hc", d_first, strict=True):
        found_state = record.gradients.initial_states[name]
        np.testing.assert_allclose(found_state, expected, 1e-4, 1e-5)


def test_steps_that_are_not_taken():
    layer = layers.GRU(UNITS, return_sequences=True)
    record = trace(layer, X, MASK, loss=of_squares).layers[0]
    for name in "zrn":
        assert np.array_equal(np.isnan(record.gates[name]).all(-1), ~MASK)
        assert (record.gradients.gates[name][~MASK] == 0).all()
        assert np.isfinite(record.gradients.gates[name]).all()
    states = record.states["h"]
    np.testing.assert_array_equal(states[0, 2:], states[0, [2, 2, 2]])
    assert (states[1, :2] == 0).all()
    np.testing.assert_allclose(record.outputs, layer(X, mask=MASK), atol=1e-6)


def test_the_last_output_belongs_to_the_last_step_taken():
    layer = layers.SimpleRNN(UNITS)
    gradients = trace(layer, X, MASK, loss=of_squares).layers[0].gradients
    taken = np.abs(gradients.outputs).sum(-1) > 0
    np.testing.assert_array_equal(np.argwhere(taken), [[0, 2], [1, 3]])


def test_a_layer_that_reads_from_the_end_keeps_the_time_of_the_input():
    options = {"return_sequences": True}
    layer = layers.LSTM(UNITS, go_backwards=True, **options)
    found = trace(layer, X, MASK, loss=of_squares)
    forward = layers.LSTM(UNITS, **options)
    forward.build(X.shape)
    forward.set_weights(layer.get_weights())
    turned = trace(forward, X[:, ::-1], MASK[:, ::-1], loss=of_squares)
    np.testing.assert_allclose(found.outputs, turned.outputs, atol=1e-6)
    one, other = found.layers[0], turned.layers[0]
    assert one.go_backwards
    assert not other.go_backwards
    np.testing.assert_array_equal(one.valid, MASK)
    for pair in ((one, other), (one.gradients, other.gradients)):
        for (kind, name, a), (_, _, b) in zip(*(v.items() for v in pair), strict=True):
            np.testing.assert_allclose(a, b[:, ::-1], 1e-4, 1e-5, err_msg=name + kind)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "SimpleRNN"])
def test_a_layer_of_keras(kind):
    layer = getattr(keras.layers, kind)(UNITS, return_state=True, dropout=0.5)
    found = trace(layer, X, MASK, loss=of_squares)
    for one, other in zip(found.outputs, layer(X, mask=MASK), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    mirror = getattr(layers, kind)(UNITS, return_state=True)
    mirror.build(X.shape)
    mirror.set_weights(layer.get_weights())
    record, expected = (
        found.layers[0],
        trace(mirror, X, MASK, loss=of_squares).layers[0],
    )
    assert record.name == layer.name
    for name, gate in expected.gradients.gates.items():
        np.testing.assert_allclose(record.gradients.gates[name], gate, 1e-4, 1e-6)
    with pytest.raises(ValueError, match=f"{layer.name!r} has dropout"):
        trace(layer, X, training=True)


def test_layers_within_layers():
    inputs = keras.Input((None, FEATURES))
    two_ways = layers.Bidirectional(
        layers.GRU(2, return_sequences=True, name="gru"), name="both"
    )
    inner = keras.Sequential([two_ways], name="inner")
    x = keras.layers.Masking(0.0)(inner(inputs))
    stack = layers.Stack([layers.LSTM(2), layers.Elman(3)], name="stack")
    model = keras.Model(inputs, keras.layers.Dense(1)(stack(x)))
    found = trace(model, X, loss=of_squares)
    names = ["inner/both/forward_gru", "inner/both/backward_gru", "stack/1", "stack/2"]
    assert [layer.name for layer in found.layers] == names
    np.testing.assert_allclose(found.outputs, model(X), atol=1e-6)
    assert found["stack/1"].network == "LSTM"
    assert found["stack/2"].valid.all()
    np.testing.assert_allclose(found["stack/1"].outputs, found["stack/2"].inputs)
    with pytest.raises(KeyError, match="No layer 'lstm' ran; these did: inner/both"):
        found["lstm"]


def test_a_layer_that_runs_twice():
    inputs = keras.Input((TIME, FEATURES))
    shared = layers.SimpleRNN(FEATURES, return_sequences=True, name="shared")
    found = trace(keras.Model(inputs, shared(shared(inputs))), X)
    assert [layer.name for layer in found.layers] == ["shared", "shared (2)"]


class Doubling(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = {"first": [layers.Jordan(2, name="jordan")]}
        self.calling = tf.function(lambda x: 2 * self.parts["first"][0](x))

    def call(self, x):
        return self.calling(x)


def test_a_subclassed_model_with_a_graph_inside():
    model = Doubling()
    found = trace(model, X, loss=of_squares)
    np.testing.assert_allclose(found.outputs, model(X), atol=1e-6)
    (record,) = found.layers
    assert record.name == "jordan"
    np.testing.assert_allclose(2 * record.outputs[:, -1], found.outputs, atol=1e-6)


def test_random_numbers_and_states_are_set_back():
    layer = layers.Zoneout(
        layers.LSTM(UNITS, dropout=0.3, recurrent_dropout=0.3, stateful=True), 0.5
    )
    layer.build((BATCH, TIME, FEATURES))
    layer(X, training=True)
    before = [np.array(state) for state in layer.states]
    found = trace(layer, X, training=True, loss=of_squares)
    for state, expected in zip(layer.states, before, strict=True):
        np.testing.assert_array_equal(state, expected)
    np.testing.assert_allclose(found.outputs, layer(X, training=True), atol=1e-6)


def test_many_steps_as_a_graph(monkeypatch):
    layer = layers.Zoneout(
        layers.LSTM(2, recurrent_dropout=0.3, return_sequences=True), 0.5
    )
    layer.build((BATCH, TIME, FEATURES))
    given = {"mask": MASK, "loss": of_squares, "training": True}
    expected = trace(layer, X, **given)
    monkeypatch.setattr("seqkit.recurrence.recorded.STEPS_FOR_A_GRAPH", TIME)
    found = trace(layer, X, **given)
    np.testing.assert_allclose(found.outputs, expected.outputs, atol=1e-6)
    one, other = (each.layers[0] for each in (found, expected))
    for values, others in ((one, other), (one.gradients, other.gradients)):
        pairs = zip(values.items(), others.items(), strict=True)
        for (_, name, a), (_, _, b) in pairs:
            np.testing.assert_allclose(a, b, 1e-4, 1e-6, err_msg=name)


class Doubler(RecurrentCell):
    def build(self, input_shape):
        self.kernel = self.add_kernel("kernel", (input_shape[-1], self.units))

    def drive(self, inputs):
        return inputs @ self.kernel

    def step(self, drive, states, dot):
        gate = self.named("gate", 2 * drive)
        if self.seed == 1:
            self.named("gate", gate)
        return gate, [states[0] + gate - (self.seed == 2) * keras.ops.mean(gate)]


def test_a_cell_of_a_user():
    found = trace(layers.RNN(Doubler(UNITS), return_sequences=True), X).layers[0]
    assert found.network == "Doubler"
    np.testing.assert_allclose(found.gates["gate"], found.outputs)
    with pytest.raises(ValueError, match="one value of a step, got 'gate' twice"):
        trace(layers.RNN(Doubler(UNITS, seed=1)), X)
    with pytest.raises(RuntimeError, match="must treat each row by itself"):
        trace(layers.RNN(Doubler(UNITS, seed=2)), X)


class Attended(keras.Model):
    def __init__(self, attention):
        super().__init__()
        self.attention = attention
        self.memory = layers.GRU(2, return_sequences=True)
        self.query = layers.GRU(2, return_sequences=True)

    def call(self, x):
        return self.attention(self.query(x), self.memory(x, mask=MASK), MASK)


@pytest.mark.parametrize(
    "attention", [layers.BahdanauAttention(3), layers.LuongAttention("dot")]
)
def test_attention(attention):
    found = trace(Attended(attention), X, loss=of_squares)
    query, memory, record = found.layers
    assert record.name == attention.name
    there = np.repeat(MASK[:, None], TIME, 1)
    np.testing.assert_allclose(record.inputs, query.outputs)
    weights, by_weights = record.gates["α"], record.gradients.gates["α"]
    np.testing.assert_allclose(weights.sum(-1)[:2], 1, rtol=1e-5)
    assert (weights[~there] == 0).all()
    expected = np.einsum("btd,bsd->bts", record.gradients.outputs, memory.outputs)
    np.testing.assert_allclose(by_weights[there], expected[there], 1e-4, 1e-6)


@pytest.mark.parametrize("length", [2, 3, 7])
def test_stretches_are_put_together(length):
    inner = layers.Bidirectional(layers.GRU(2, return_sequences=True, name="gru"))
    model = keras.Sequential([layers.Stretches(inner, length, name="stretches")])
    found = trace(model, X, loss=of_squares)
    np.testing.assert_allclose(found.outputs, model(X), atol=1e-6)
    name = f"stretches/{inner.name}/"
    forward, backward = found[name + "forward_gru"], found[name + "backward_gru"]
    both = np.concatenate([forward.outputs, backward.outputs], axis=-1)
    np.testing.assert_allclose(both, found.outputs, atol=1e-6)
    np.testing.assert_array_equal(forward.inputs, X)
    for record in (forward, backward):
        assert record.valid is None or record.valid.all()
        for values in (record, record.gradients):
            for _, _, array in values.items():
                assert array.shape[:2] == (BATCH, TIME)
            assert values.initial_states["h"].shape == (BATCH, 2)
    one = np.concatenate([forward.gradients.outputs, backward.gradients.outputs], -1)
    np.testing.assert_allclose(one, 2 * found.outputs, 1e-4, 1e-6)


class StepByStep(keras.Model):
    def __init__(self):
        super().__init__()
        self.layer = layers.GRU(2, name="gru")
        self.layer.build(X.shape)

    def call(self, x):
        return self.layer.step(x[:, 0], self.layer.initial_state(BATCH))[0]


def test_a_model_that_steps_is_refused():
    with pytest.raises(ValueError, match="the cell of 'gru' step by step"):
        trace(StepByStep(), X)
    StepByStep()(X)  # nothing of that is left


def test_tables():
    found = trace(layers.GRU(2, return_sequences=True), X, MASK, loss=of_squares)
    frame = found.layers[0].to_frame(row=1)
    assert len(frame) == TIME
    np.testing.assert_array_equal(frame["state"]["h"][1], found.outputs[1, :, 1])
    gradients = found.layers[0].to_frame(row=1, gradients=True)
    expected = found.layers[0].gradients.gates["z"][1]
    np.testing.assert_array_equal(gradients["gate"]["z"], expected)
    lines = found.to_frame()
    picked = lines[(lines.name == "n") & (lines.row == 0) & (lines.unit == 1)]
    np.testing.assert_array_equal(picked.value, found.layers[0].gates["n"][0, :, 1])
    expected = found.layers[0].gradients.gates["n"][0, :, 1]
    np.testing.assert_array_equal(picked.gradient, expected)
    with pytest.raises(ValueError, match="`gradients` need a trace with a `loss`"):
        trace(layers.GRU(2), X).layers[0].to_frame(gradients=True)


def test_what_cannot_be_traced():
    with pytest.raises(ValueError, match="must have a recurrent layer inside"):
        trace(keras.Sequential([keras.layers.Dense(1)]), X)
    with pytest.raises(ValueError, match="must be a layer or a model, got"):
        trace(np.tanh, X)
    with pytest.raises(ValueError, match="`loss` must give a number, got a tensor"):
        trace(layers.GRU(2), X, loss=lambda y: y)
    with pytest.raises(ValueError, match="`loss` must be a function"):
        trace(layers.GRU(2), X, loss="mse")
    model = keras.Sequential([layers.GRU(2)], name="model")
    with pytest.raises(ValueError, match="`initial_state` must be None for 'model'"):
        trace(model, X, initial_state=[np.ones((BATCH, 2))])
    with pytest.raises(ValueError, match="must depend on what the call returns"):
        trace(layers.GRU(2), X, loss=lambda y: np.sum(y))
    with pytest.raises(ValueError, match="a time step to be traced"):
        trace(layers.GRU(2), X[:, :0])
    cell = keras.layers.StackedRNNCells([keras.layers.LSTMCell(2)])
    with pytest.raises(ValueError, match="'odd', a RNN over StackedRNNCells"):
        trace(keras.layers.RNN(cell, name="odd"), X)
    with pytest.raises(ValueError, match="in eager mode"):
        tf.function(lambda: trace(layers.GRU(2), X))()

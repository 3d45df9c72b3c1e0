"""What is decided where there is a GPU, by a stand-in for the list of devices."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit import cells, layers
from seqkit.recurrence import choose, portable, shapes
from seqkit.recurrence.equations import Equations
from tests.recurrence.model_of_cudnn import backward, forward

RESERVE = 11  # the place of what was kept, among the inputs of CudnnRNNBackpropV3
GATED = pytest.mark.parametrize("make", [layers.LSTM, layers.GRU])


@pytest.fixture(autouse=True)
def gpu(monkeypatch):
    """TensorFlow says that there is a GPU, in the logical list alone."""
    before = tf.config.list_logical_devices

    def devices(kind=None):
        found = [tf.config.LogicalDevice("/device:GPU:0", "GPU")]
        return found if kind == "GPU" else before(kind)

    monkeypatch.setattr(tf.config, "list_logical_devices", devices)


def chosen_in(function_options, layer):
    seen = []
    function = tf.function(lambda: seen.append(choose(layer)), **function_options)
    function.get_concrete_function()
    return seen[0]


@GATED
def test_cudnn_is_chosen_where_it_has_the_equations(make):
    assert choose(make(2)) == choose(make(2, dropout=0.5)) == "cudnn"
    assert chosen_in({}, make(2)) == "cudnn"
    for options in (
        {"use_cudnn": False},
        {"activation": "relu"},
        {"recurrent_activation": "hard_sigmoid"},
        {"use_bias": False},
        {"recurrent_dropout": 0.5},
        {"unroll": 2},
        {"dtype": "bfloat16"},
    ):
        assert choose(make(2, **options)) == "plain"
        assert chosen_in({}, make(2, **options)) == "compiled"
    assert choose(layers.GRU(2, reset_after=False)) == "plain"
    assert choose(layers.SimpleRNN(2)) == "plain"


class ShiftedCell(cells.LSTMCell):
    def readout(self, emission):
        return emission + 1


class Shifted(layers.LSTM):
    cell_class = ShiftedCell


class Renamed(layers.LSTM):
    pass


def test_other_equations_are_not_those_of_cudnn():
    assert choose(Renamed(2)) == "cudnn"
    assert choose(Shifted(2)) == "plain"
    assert Shifted(2).supports_jit
    for other in (layers.PeepholeLSTM(2), layers.Jordan(2)):
        other.use_cudnn = "auto"  # as `keras.layers.Bidirectional` sets it
        assert choose(other) == "plain"


@GATED
def test_what_is_exported_needs_no_gpu(make, tmp_path):
    for use_cudnn in ("auto", True):
        layer = make(2, use_cudnn=use_cudnn)
        with portable():
            assert choose(layer) == "plain"
        model = keras.Sequential([keras.layers.Input((None, 3)), layer])
        model.export(tmp_path / str(use_cudnn), verbose=False)
        loaded = tf.saved_model.load(tmp_path / str(use_cudnn))
        x = np.ones((2, 5, 3), "float32")
        with portable():
            np.testing.assert_allclose(loaded.serve(x), layer(x), atol=1e-6)


@GATED
def test_a_graph_compiled_as_a_whole_has_no_cudnn(make):
    assert chosen_in({"jit_compile": True}, make(2)) == "compiled"
    with pytest.raises(ValueError, match="use_cudnn=True"):
        chosen_in({"jit_compile": True}, make(2, use_cudnn=True))


@GATED
def test_keras_is_told_not_to_compile_the_step(make):
    """However deep the layer stands in a model."""
    inner = keras.Sequential([keras.layers.Input((None, 3)), make(2)])
    for model in (
        inner,
        keras.Sequential(
            [keras.layers.Input((None, 3)), layers.Bidirectional(make(2))]
        ),
        keras.Sequential([keras.layers.Input((None, 3)), inner]),
    ):
        model.compile("sgd", "mse", jit_compile=False)
        assert not all(layer.supports_jit for layer in model._flatten_layers())
    assert make(2, use_cudnn=False).supports_jit
    assert make(2, activation="relu").supports_jit
    assert layers.Elman(2).supports_jit


def test_one_part_of_one_chunk_and_two_steps_an_iteration():
    layer = layers.SimpleRNN(2)
    layer.build((32, 5, 3))
    assert shapes.n_parts(Equations(layer.cell, False), 32) == 1
    assert shapes.chunk_size(32, 5000, unroll=False, exact=True) == 5000
    assert [shapes.steps_of_an_iteration(n) for n in (False, 1, 4)] == [2, 1, 4]


def twice(layer, x):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        loss = tf.reduce_sum(layer(x, training=True) ** 2)
    return [tape.gradient(loss, x), *tape.gradient(loss, [x, *layer.trainable_weights])]


@pytest.mark.parametrize("time", [5, 6, None])
def test_loops_of_two_steps_an_iteration(time):
    layer = layers.Elman(2, return_sequences=True)
    layer.build((None, time, 3))
    x = tf.random.stateless_normal((4, time or 7, 3), (1, 2))
    with portable():
        expected = twice(layer, x)
    graph = tf.function(lambda x: twice(layer, x), autograph=False)
    found = graph.get_concrete_function(tf.TensorSpec((4, time, 3)))(x)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.fixture
def calls(monkeypatch):
    """Put a model of cuDNN's ops in their place; the lengths it was called with."""
    lengths = []
    monkeypatch.setattr(tf.raw_ops, "CudnnRNNV3", functools.partial(forward, lengths))
    monkeypatch.setattr(tf.raw_ops, "CudnnRNNBackpropV3", backward)
    return lengths


MASKS = {
    "none": None,
    "all": np.ones((4, 5), bool),
    "right": np.arange(5) < np.array([5, 3, 1, 2])[:, None],
    "left": np.arange(5) >= np.array([0, 3, 1, 2])[:, None],
    "hole": np.array([[1, 0, 1, 1, 1]] * 4, bool),
    "row": np.array([[1, 1, 1, 1, 1]] * 3 + [[0] * 5], bool),
}


@GATED
@pytest.mark.parametrize("name", MASKS)
def test_any_mask(make, name, calls):
    mask = MASKS[name]
    x = np.random.default_rng(1).standard_normal((4, 5, 3)).astype("float32")
    for options in (
        {"return_sequences": True},
        {"return_sequences": True, "go_backwards": True},
        {"zero_output_for_mask": True, "return_sequences": True},
        {},
    ):
        layer = make(2, return_state=True, **options)
        layer.build((4, 5, 3))
        calls.clear()
        with portable():
            expected = layer(x, mask=mask)
        assert not calls
        found = layer(x, mask=mask)
        taken = name in ("none", "all", "right")
        assert len(calls) == taken
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-6)


@GATED
def test_masks_are_told_apart_as_the_graph_runs(make, calls):
    """One graph for every mask and size, with gradients."""
    layer = make(2, return_sequences=True)
    layer.build((None, None, 3))

    def loss_and_gradients(x, mask):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, mask=mask, training=True)
            loss = tf.reduce_sum(y * tf.range(2, dtype="float32"))
        return [y, *tape.gradient(loss, [x, *layer.trainable_weights])]

    signature = [tf.TensorSpec((None, None, 3)), tf.TensorSpec((None, None), "bool")]
    graph = tf.function(loss_and_gradients, input_signature=signature)
    x = tf.random.stateless_normal((4, 5, 3), (1, 2))
    for name in ("all", "right", "left", "hole", "row"):
        mask = tf.constant(MASKS[name])
        with portable():
            expected = loss_and_gradients(x, mask)
        calls.clear()
        found = graph(x, mask)
        assert bool(calls) == (name in ("all", "right"))
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)
    assert graph(x[:0], tf.constant(MASKS["all"])[:0])[0].shape == (0, 5, 2)


def nodes_of(graph):
    """Every node of a graph, by name, and of the functions that it calls."""
    found = graph.as_graph_def()
    yield {node.name: node for node in found.node}
    for function in found.library.function:
        yield {node.name: node for node in function.node_def}


@GATED
@pytest.mark.parametrize("batch", [4, None])
def test_each_gradient_has_a_copy_of_what_was_kept(make, batch):
    """Asked for twice: by a persistent tape, and by a tape inside another."""

    def persistent(x):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            loss = tf.reduce_sum(layer(x) ** 2)
        return tape.gradient(loss, x), tape.gradient(loss, layer.trainable_weights)

    def nested(x):
        with tf.GradientTape() as outer, tf.GradientTape() as inner:
            outer.watch(x)
            loss = tf.reduce_sum(layer(x) ** 2)
            gradients = inner.gradient(loss, layer.trainable_weights)
        return outer.gradient(loss, x), gradients

    layer = make(2)
    layer.build((None, 5, 3))
    for function in (persistent, nested):
        graph = tf.function(function, autograph=False)
        graph = graph.get_concrete_function(tf.TensorSpec((batch, 5, 3))).graph
        kept = [
            (nodes, nodes[node.input[RESERVE].split(":")[0]])
            for nodes in nodes_of(graph)
            for node in nodes.values()
            if node.op == "CudnnRNNBackpropV3"
        ]
        assert {node.op for _, node in kept} == {"DeepCopy"}
        assert len({id(node) for _, node in kept}) == len(kept)
        assert len(kept) == 2 or batch is None  # a branch is differentiated once


@GATED
def test_vectorized_loops_are_not_for_cudnn(make):
    """On a card, rows of a jacobian that was made by one were wrong."""
    layer = make(2)
    layer.build((2, 5, 3))
    chosen = []
    tf.vectorized_map(lambda x: chosen.append(choose(layer)) or x, tf.zeros(3))
    assert set(chosen) == {"compiled"}

    def jacobian(x, **options):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = layer(x)
        return tape.jacobian(y, x, **options)

    for options in ({}, {"experimental_use_pfor": False}):
        graph = tf.function(functools.partial(jacobian, **options), autograph=False)
        if options:
            graph.get_concrete_function(tf.TensorSpec((2, 5, 3)))
        else:
            with pytest.raises(NotImplementedError, match="use_pfor=False"):
                graph.get_concrete_function(tf.TensorSpec((2, 5, 3)))


@GATED
@pytest.mark.parametrize("masked", [False, True])
def test_batches_known_to_be_empty_are_not_for_cudnn(make, masked):
    layer = make(2)
    layer.build((None, 5, 3))
    mask = tf.ones((0, 5), "bool") if masked else None
    call = tf.function(lambda x: layer(x, mask=mask), autograph=False)
    assert call(tf.zeros((0, 5, 3))).shape == (0, 2)
    assert layer(tf.zeros((0, 5, 3)), mask=mask).shape == (0, 2)


@GATED
def test_cudnn_is_given_what_keras_gives_it(make, monkeypatch):
    """The same numbers in the same places, whatever the op makes of them."""

    class Called(Exception):
        pass

    def record(**arguments):
        given.append(arguments)
        raise Called

    given = []
    theirs = getattr(keras.layers, make.__name__)(2)
    ours = make(2)
    x = np.random.default_rng(2).standard_normal((4, 5, 3)).astype("float32")
    x *= MASKS["right"][..., None]
    for layer in (theirs, ours):
        layer.build(x.shape)
    rng = np.random.default_rng(3)
    weights = [rng.standard_normal(w.shape) for w in theirs.get_weights()]
    monkeypatch.setattr(tf.raw_ops, "CudnnRNNV3", record)
    for layer in (theirs, ours):
        layer.set_weights(weights)
        with pytest.raises(Called):
            layer(x, mask=MASKS["right"])
    for name in given[0]:
        one, other = (np.asarray(arguments[name]) for arguments in given)
        if one.dtype.kind in "if":
            np.testing.assert_array_equal(one, other, name)
        else:
            assert one == other, name
    assert given[0].keys() == given[1].keys()

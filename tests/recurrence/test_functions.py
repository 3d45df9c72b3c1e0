"""Cells of one kind share what is compiled, and nothing else."""

import concurrent.futures
import contextlib
import gc
import weakref

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit import cells, layers
from seqkit.recurrence import portable
from seqkit.recurrence.equations import Equations
from seqkit.recurrence.functions import functions_of
from seqkit.recurrence.kinds import kind_of
from seqkit.testing.subject import cells as all_cells
from tests.testing.cases import PLAIN

X = np.random.default_rng(0).standard_normal((3, 6, 4)).astype("float32")


def built(cell):
    cell.build((None, 4))
    return cell


def test_what_changes_no_equation_is_shared():
    kind = kind_of(built(cells.LSTMCell(3)))
    for options in (
        {"seed": 1},
        {"kernel_initializer": "ones", "unit_forget_bias": True},
        {"kernel_regularizer": "l2", "recurrent_constraint": "max_norm"},
        {"name": "another", "trainable": False},
    ):
        assert kind_of(built(cells.LSTMCell(3, **options))) == kind


def test_what_changes_an_equation_is_not():
    others = [
        built(cells.LSTMCell(3)),
        built(cells.LSTMCell(4)),
        built(cells.LSTMCell(3, activation="relu")),
        built(cells.LSTMCell(3, use_bias=False)),
        built(cells.LSTMCell(3, dtype="float64")),
        built(cells.GRUCell(3)),
        built(cells.GRUCell(3, reset_after=False)),
        built(cells.JordanCell(3, decay=0.5)),
        built(cells.JordanCell(3, decay=0.25)),
        built(cells.JordanCell(3, decay=[0.25, 0.5, 0.5])),
    ]
    other_features = cells.LSTMCell(3)
    other_features.build((None, 5))
    kinds = {kind_of(cell) for cell in [*others, other_features]}
    assert len(kinds) == len(others) + 1
    assert None not in kinds


def test_a_cell_changed_by_hand_is_of_another_kind():
    cell = built(cells.SimpleRNNCell(3))
    before = kind_of(cell)
    cell.activation = keras.activations.relu
    assert kind_of(cell) != before


# The readout of output feedback is a layer of Keras, of which less is known.
SHARING = [case for case in PLAIN if case.layer is not layers.OutputFeedback]


@pytest.mark.parametrize("case", SHARING, ids=lambda case: case.name)
def test_every_layer_of_the_package_shares(case):
    """Composite cells too, whose parts decide."""
    one, other = (all_cells(case.subject().layer()) for _ in range(2))
    kinds = [kind_of(cell) for cell in one]
    assert None not in kinds
    assert kinds == [kind_of(cell) for cell in other]


def test_cells_of_others_share_nothing():
    class Cell(cells.SimpleRNNCell):
        pass

    one, other = built(Cell(3)), built(Cell(3))
    assert kind_of(one) is None
    function = functions_of(Equations(one, False))
    assert function is functions_of(Equations(one, False))
    assert function is not functions_of(Equations(other, False))
    closure = built(cells.SimpleRNNCell(3, activation=lambda x: one.units * x))
    assert kind_of(closure) is None


def test_layers_that_share_have_weights_of_their_own():
    one, other = (layers.GRU(3, seed=s, kernel_initializer="normal") for s in (1, 2))

    @tf.function
    def both(x):
        with tf.GradientTape() as tape:
            y, z = one(x, training=True), other(x, training=True)
            loss = tf.reduce_sum(y * z)
        return y, z, tape.gradient(loss, one.trainable_weights)

    one(X), other(X)
    assert functions_of(Equations(one.cell, False)) is functions_of(
        Equations(other.cell, False)
    )
    found = both(tf.constant(X))
    with portable():
        expected = both.python_function(tf.constant(X))
    for a, b in zip(tf.nest.flatten(found), tf.nest.flatten(expected), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
    assert np.abs(found[0] - found[1]).max() > 0.01


def test_threads_that_trace_the_same_kind_at_once():
    def trained(seed):
        layer = layers.SimpleRNN(5, seed=seed, return_sequences=True)
        layer.build((None, None, 4))
        layer.set_weights([np.full(w.shape, 0.1 * seed) for w in layer.get_weights()])
        call = tf.function(lambda x: layer(x), autograph=False)
        return call(tf.constant(X)), layer(X)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for found, expected in pool.map(trained, range(1, 5)):
            np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("exported", [False, True])
@pytest.mark.parametrize(
    ("make", "options"),
    [(layers.SimpleRNN, {}), (layers.SimpleRNN, {"recompute": 2}), (layers.LRU, {})],
)
def test_a_graph_is_forgotten_with_its_function(make, options, exported):
    layer = make(2, **options)
    layer.build((None, 6, 4))

    def used_graph():
        @tf.function(autograph=False)
        def step(x):
            inside = portable() if exported else contextlib.nullcontext()
            with tf.GradientTape() as tape, inside:
                loss = tf.reduce_sum(layer(x, training=True))
            return tape.gradient(loss, layer.trainable_weights)

        return weakref.ref(step.get_concrete_function(tf.constant(X)).graph)

    graph = used_graph()
    gc.collect()
    assert graph() is None

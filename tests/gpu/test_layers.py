"""Every layer on a card: alone and in `fit`, all masks, gradients, export.

Run with `python -m pytest -m gpu` on a machine that has one.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit import layers
from seqkit.recurrence import portable
from seqkit.testing.discovery import public_layers
from tests.gpu.comparing import (
    BATCH,
    FEATURES,
    MASKS,
    ON_A_CARD,
    TIME,
    agree,
    differentiated,
    errors,
    inputs,
)
from tests.testing.cases import PLAIN

pytestmark = ON_A_CARD


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("case", PLAIN, ids=lambda case: case.name)
def test_values_and_gradients(case, mask):
    """Equal to the plain loop of float64, as far as rounding allows: to 1e-5.

    A layer norm of few units magnifies rounding errors. Where inputs and weights that
    are changed by 1e-6 of themselves change a result more, twice that is allowed.
    """
    keras.utils.set_random_seed(0)
    layer = case(return_sequences=True)
    layer.build((None, None, FEATURES))
    exact = case(return_sequences=True, dtype="float64")
    exact.build((None, None, FEATURES))
    exact.set_weights(layer.get_weights())
    x = tf.constant(inputs())
    mask = None if MASKS[mask] is None else tf.constant(MASKS[mask])
    rng = np.random.default_rng(1)
    with portable(), tf.device("CPU"):
        expected = differentiated(exact, tf.cast(x, "float64"), mask)
        changed = [
            a * (1 + 1e-6 * rng.standard_normal(a.shape))
            for a in (x.numpy(), *exact.get_weights())
        ]
        exact.set_weights(changed[1:])
        moved = differentiated(exact, tf.constant(changed[0]), mask)
    graph = tf.function(lambda x, mask: differentiated(layer, x, mask), autograph=False)
    agree(graph(x, mask), expected, max(1e-5, 2 * max(errors(moved, expected))))


@pytest.mark.parametrize("make", [layers.LSTM, layers.GRU])
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("go_backwards", [False, True])
def test_cudnn_beside_the_plain_loop(make, mask, go_backwards):
    layer = make(16, return_sequences=True, go_backwards=go_backwards)
    layer.build((None, None, FEATURES))
    x = tf.constant(inputs())
    mask = None if MASKS[mask] is None else tf.constant(MASKS[mask])
    with portable():
        expected = differentiated(layer, x, mask)
    agree(differentiated(layer, x, mask), expected, 1e-5)
    graph = tf.function(lambda x, mask: differentiated(layer, x, mask), autograph=False)
    agree(graph(x, mask), expected, 1e-5)


@pytest.mark.parametrize("make", [layers.LSTM, layers.GRU])
@pytest.mark.parametrize("batch", [BATCH, None])
def test_gradients_asked_for_twice(make, batch):
    """By a persistent tape, in eager code and in graphs of any batch."""

    def asked(x):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            loss = tf.reduce_sum(layer(x, training=True) ** 2)
        return [
            tape.gradient(loss, x),
            *tape.gradient(loss, layer.trainable_weights),
            tape.gradient(loss, x),
        ]

    layer = make(16, return_sequences=True)
    layer.build((None, None, FEATURES))
    x = tf.constant(inputs())
    with portable():
        expected = asked(x)
    signature = [tf.TensorSpec((batch, TIME, FEATURES))]
    agree(asked(x), expected, 1e-5)
    agree(tf.function(asked, signature, autograph=False)(x), expected, 1e-5)


@pytest.mark.parametrize("case", PLAIN, ids=lambda case: case.name)
def test_fit_and_predict(case):
    x, y = inputs(), inputs(1)[:, 0, :1]
    model = keras.Sequential(
        [keras.layers.Input((None, FEATURES)), case(), keras.layers.Dense(1)]
    )
    model.compile("adam", "mse")
    losses = model.fit(x, y, epochs=3, verbose=0, batch_size=3).history["loss"]
    assert np.all(np.isfinite(losses))
    with portable():
        expected = model(x)
    agree([model.predict(x, verbose=0)], [expected], 1e-4)


@pytest.mark.parametrize("make", [layers.LSTM, layers.GRU])
def test_fit_of_models_within_models_with_masks(make):
    words = np.random.default_rng(0).integers(0, 5, (BATCH, TIME))
    inner = keras.Sequential(
        [
            keras.layers.Input((None,)),
            keras.layers.Embedding(5, 4, mask_zero=True),
            layers.Bidirectional(make(3, return_sequences=True)),
            make(3),
        ]
    )
    model = keras.Sequential([keras.layers.Input((None,)), inner])
    model.compile("adam", "mse")
    model.fit(words, np.zeros((BATCH, 3)), epochs=2, verbose=0)
    with portable():
        expected = model(words)
    agree([model.predict(words, verbose=0)], [expected], 1e-4)


@pytest.mark.parametrize("case", PLAIN, ids=lambda case: case.name)
def test_mixed_float16(case):
    layer = case(return_sequences=True, dtype="mixed_float16")
    layer.build((None, None, FEATURES))
    x = tf.constant(inputs())
    graph = tf.function(lambda x: layer(x), autograph=False)
    with portable():
        expected = layer(x)
    assert graph(x).dtype == "float16"
    agree([graph(x)], [expected], 3e-2)


@pytest.mark.parametrize("make", [layers.LSTM, layers.GRU, layers.Elman])
def test_what_is_exported_has_no_op_of_cudnn(make, tmp_path):
    model = keras.Sequential([keras.layers.Input((None, FEATURES)), make(4)])
    model.export(tmp_path / "saved", verbose=False)
    found = tf.saved_model.load(tmp_path / "saved")
    graph = found.signatures["serving_default"].graph.as_graph_def()
    ops = {n.op for n in graph.node}
    ops |= {n.op for f in graph.library.function for n in f.node_def}
    assert not [op for op in ops if op.startswith("CudnnRNN")]
    with tf.device("CPU"):
        agree([found.serve(inputs())], [model(inputs())], 1e-4)


def test_every_public_layer_is_tried():
    assert {case.layer.__name__ for case in PLAIN} == set(public_layers())

"""Models for TensorFlow Lite: its own ops alone, whatever the batch and the length."""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit import layers
from tests.testing.cases import PLAIN

X = np.random.default_rng(0).standard_normal((2, 5, 3)).astype("float32")
WORDS = np.array([[1, 2, 0, 0], [3, 4, 1, 2], [0, 0, 1, 1]], "int32")
SHAPES = [(2, 5), (None, 5), (None, None)]


def answers(model, x):
    """What a model in the format of TensorFlow Lite answers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it moves to a package of its own
        interpreter = tf.lite.Interpreter(model_content=model)
    (given,) = interpreter.get_input_details()
    interpreter.resize_tensor_input(given["index"], x.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(given["index"], x)
    interpreter.invoke()
    details = interpreter.get_output_details()
    return [interpreter.get_tensor(output["index"]) for output in details]


def check(model, x):
    """One output of the converted model is that of the model."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    (found,) = answers(converter.convert(), x)
    np.testing.assert_allclose(found, model(x), atol=1e-5)


def model_of(layer, batch, time):
    inputs = keras.Input(batch_shape=(batch, time, 3))
    return keras.Model(inputs, keras.tree.flatten(layer(inputs))[0])


@pytest.mark.parametrize(("batch", "time"), SHAPES)
@pytest.mark.parametrize("make", [layers.LSTM, layers.RGLRU])
def test_one_layer(make, batch, time):
    check(model_of(make(4), batch, time), X)


def test_a_model_with_masks():
    words = keras.Input((None,), dtype="int32")
    embedded = keras.layers.Embedding(5, 3, mask_zero=True)(words)
    both = layers.Bidirectional(layers.Jordan(3, return_sequences=True))(embedded)
    check(keras.Model(words, layers.MinGRU(4)(both)), WORDS)


def test_a_saved_model_of_a_fixed_shape(tmp_path):
    model = model_of(layers.GRU(4, return_sequences=True), None, None)
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serve", model.__call__, [tf.TensorSpec(X.shape)])
    archive.write_out(tmp_path, verbose=False)
    converter = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path))
    (found,) = answers(converter.convert(), X)
    np.testing.assert_allclose(found, model(X), atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("batch", "time"), [SHAPES[0], SHAPES[-1]])
@pytest.mark.parametrize("case", PLAIN, ids=lambda case: case.name)
def test_every_layer(case, batch, time):
    check(model_of(case(), batch, time), X)
    check(model_of(case(return_sequences=True), batch, time), X)

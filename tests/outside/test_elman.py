"""Elman's network on cases worked by hand."""

import numpy as np
import pytest

from seqkit.layers import Elman

INPUTS = np.array([[[1.0], [1.0], [1.0], [3.0]]], "float32")


def one_linear_unit(**options):
    """One linear unit, all weights one, all biases zero."""
    layer = Elman(1, activation="linear", return_sequences=True, **options)
    layer.build(INPUTS.shape)
    layer.set_weights(
        [np.full(w.shape, float("kernel" in w.name)) for w in layer.weights]
    )
    return layer


def test_the_golden_case():
    """h_t = x_t + h_{t-1}: the network adds up what it reads."""
    outputs = one_linear_unit()(INPUTS)
    np.testing.assert_array_equal(np.ravel(outputs), [1.0, 2.0, 3.0, 6.0])


def test_decay_keeps_part_of_the_context():
    """c: 0, 1, 0.5·1 + 2 = 2.5, 0.5·2.5 + 3.5 = 4.75; y_t = x_t + c_t."""
    outputs = one_linear_unit(decay=0.5)(INPUTS)
    np.testing.assert_array_equal(np.ravel(outputs), [1.0, 2.0, 3.5, 7.75])


def test_normalized_decay_averages():
    """c: 0, 0.5·1 = 0.5, 0.25 + 0.5·1.5 = 1, 0.5 + 0.5·2 = 1.5; y_t = x_t + c_t."""
    outputs = one_linear_unit(decay=0.5, normalized=True)(INPUTS)
    np.testing.assert_array_equal(np.ravel(outputs), [1.0, 1.5, 2.0, 4.5])


def test_the_context_holds_the_hidden_layer_not_the_output():
    """With y = 10 h the hidden layer still adds up its inputs."""
    layer = one_linear_unit()
    weights = layer.get_weights()
    weights[3] = np.full_like(weights[3], 10.0)
    layer.set_weights(weights)
    np.testing.assert_array_equal(np.ravel(layer(INPUTS)), [10.0, 20.0, 30.0, 60.0])


def test_the_rsnns_network_by_hand():
    """c_1 = 0.5, c_{t+1} = 0.3 c_t + h_t, h_t = σ(x_t + c_t), y_t = h_t."""
    layer = Elman(1, preset="rsnns", return_sequences=True)
    layer.build(INPUTS.shape)
    layer.set_weights(
        [np.full(w.shape, float("kernel" in w.name)) for w in layer.weights]
    )
    context, expected = 0.5, []
    for x in np.ravel(INPUTS):
        hidden = 1.0 / (1.0 + np.exp(-(x + context)))
        expected.append(hidden)
        context = 0.3 * context + hidden
    np.testing.assert_allclose(np.ravel(layer(INPUTS)), expected, rtol=1e-6)
    assert expected[0] == pytest.approx(0.8175745, abs=1e-7)

"""Layers against NumPy: forward and gradients worked out by hand."""

import numpy as np
import pytest

from seqkit import layers
from seqkit.testing import reference
from seqkit.testing.points.gradients import gradients
from seqkit.testing.reference import Context, Elman, Jordan
from seqkit.testing.subject import FULL, Subject, arrays, masks

# name: (layer, arguments, the same network in NumPy)
NETWORKS = {
    "SimpleRNN": (layers.SimpleRNN, {}, reference.SimpleRNN()),
    "SimpleRNN-relu": (
        layers.SimpleRNN,
        {"activation": "relu"},
        reference.SimpleRNN("relu"),
    ),
    "LSTM": (layers.LSTM, {}, reference.LSTM()),
    "LSTM-activations": (
        layers.LSTM,
        {"activation": "sigmoid", "recurrent_activation": "tanh"},
        reference.LSTM("sigmoid", "tanh"),
    ),
    "GRU": (layers.GRU, {}, reference.GRU()),
    "GRU-before": (
        layers.GRU,
        {"reset_after": False},
        reference.GRU(reset_after=False),
    ),
    "Elman": (layers.Elman, {}, Elman()),
    "Elman-sizes": (
        layers.Elman,
        {"output_units": 2, "output_activation": "sigmoid"},
        Elman(output_activation="sigmoid"),
    ),
    "Elman-decay": (layers.Elman, {"decay": 0.6}, Elman(context=Context(0.6))),
    "Elman-normalized": (
        layers.Elman,
        {"decay": [0.0, 0.3, 0.6, 0.9], "normalized": True},
        Elman(context=Context((0.0, 0.3, 0.6, 0.9), normalized=True)),
    ),
    "Elman-rsnns": (
        layers.Elman,
        {"preset": "rsnns", "output_units": 2},
        Elman("sigmoid", context=Context(0.3, truncated=True)),
    ),
    "Jordan": (layers.Jordan, {"output_units": 2}, Jordan()),
    "Jordan-wide": (layers.Jordan, {"output_units": 6}, Jordan()),
    "Jordan-decay": (
        layers.Jordan,
        {"output_units": 2, "decay": 0.6},
        Jordan(context=Context(0.6)),
    ),
    "Jordan-decays-normalized": (
        layers.Jordan,
        {"output_units": 2, "decay": [0.2, 0.8], "normalized": True},
        Jordan(context=Context((0.2, 0.8), normalized=True)),
    ),
    "Jordan-trainable": (
        layers.Jordan,
        {"output_units": 2, "decay": 0.6, "trainable_decay": True},
        Jordan(context=Context(0.6, trainable_decay=True)),
    ),
    "Jordan-trainables-normalized": (
        layers.Jordan,
        {
            "output_units": 2,
            "decay": [0.2, 0.8],
            "trainable_decay": True,
            "normalized": True,
        },
        Jordan(context=Context((0.2, 0.8), trainable_decay=True, normalized=True)),
    ),
    "Jordan-rsnns": (
        layers.Jordan,
        {"preset": "rsnns", "output_units": 2},
        Jordan("sigmoid", "linear", Context(0.3, truncated=True)),
    ),
}
MASKING = {"plain": {}, "masked": {}, "masked-zero": {"zero_output_for_mask": True}}


@pytest.mark.parametrize("masking", MASKING)
@pytest.mark.parametrize("name", NETWORKS)
def test_layer_follows_the_equations(name, masking):
    layer_class, arguments, network = NETWORKS[name]
    subject = Subject(
        lambda **options: layer_class(**{"units": 4, **arguments, **options})
    )
    layer = subject.layer(**FULL, **MASKING[masking], dtype="float64")
    mask = None if masking == "plain" else masks()
    x, states = subject.inputs(dtype="float64"), subject.states(dtype="float64")
    weights = tuple(layer.get_weights())

    zero = layer.zero_output_for_mask
    run = reference.sequence_forward(network, x, tuple(states), weights, mask, zero)
    found = arrays(layer(x, initial_state=states, mask=mask))
    for a, b in zip(found, [run.outputs, *run.states], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)

    upstream = [
        np.cos(np.arange(np.prod(a.shape)) + i).reshape(a.shape)
        for i, a in enumerate(found)
    ]
    by_hand = reference.sequence_backward(
        network, upstream[0], tuple(upstream[1:]), run.memories, weights, mask, zero
    )
    loss, *slopes = gradients(subject, layer, x, mask, training=True)
    expected = [by_hand.inputs, *by_hand.states, *by_hand.weights]
    value = sum((u * a).sum() for u, a in zip(upstream, found, strict=True))
    np.testing.assert_allclose(loss, value, rtol=1e-10)
    for a, b in zip(slopes, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU", "GRU-before", "Elman"])
def test_without_bias_is_with_bias_zero(name):
    layer_class, arguments, network = NETWORKS[name]
    layer = layer_class(4, use_bias=False, return_sequences=True, **arguments)
    x = np.random.default_rng(0).normal(size=(2, 3, 3)).astype("float32")
    found = layer(x)
    with_bias = layer_class(4, **arguments)
    with_bias.build(x.shape)
    names = [w.name for w in layer.weights]
    assert not [n for n in names if "bias" in n]
    given = dict(zip(names, layer.get_weights(), strict=True))
    weights = tuple(given.get(w.name, np.zeros(w.shape)) for w in with_bias.weights)
    states = tuple(np.zeros((2, 4)) for _ in np.ravel(layer.cell.state_size))
    run = reference.sequence_forward(network, x, states, weights)
    np.testing.assert_allclose(found, run.outputs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["Elman-rsnns", "Jordan-rsnns"])
def test_the_rsnns_preset_starts_at_one_half(name):
    layer_class, arguments, network = NETWORKS[name]
    layer = layer_class(4, return_sequences=True, **arguments)
    x = np.random.default_rng(0).normal(size=(2, 3, 3)).astype("float32")
    found = layer(x)
    start = np.full((2, layer.cell.state_size), 0.5)
    run = reference.sequence_forward(network, x, (start,), tuple(layer.get_weights()))
    np.testing.assert_allclose(found, run.outputs, rtol=1e-5, atol=1e-6)

"""Layers against NumPy: values and gradients of the same network, from the paper."""

import numpy as np
import pytest

from seqkit.testing import reference
from seqkit.testing.points.gradients import gradients
from seqkit.testing.subject import FULL, arrays, masks, takes
from tests.testing.cases import CASES, PLAIN

NETWORKS = [c for cases in CASES.values() for c in cases if c.network is not None]
MASKING = {"plain": {}, "masked": {}, "masked-zero": {"zero_output_for_mask": True}}


def by_name(case):
    return case.name


def test_every_layer_has_a_reference():
    """But for wrappers, whose networks are those of other layers."""
    assert not [case.name for case in PLAIN if case.network is None and not case.inner]


def with_biases(case, layer):
    """All weights of a network: where the layer has no bias, zeros.

    Returns:
        The arrays, in the order of the layer with all its biases, and for each whether
        it is a trainable weight of the layer.
    """
    whole = case(use_bias=True) if takes(layer, "use_bias") else case()
    whole.build((None, None, layer.input_spec.axes[-1]))
    given = {w.name: w.numpy() for w in layer.weights}
    trained = {w.name for w in layer.trainable_weights}
    names = [w.name for w in whole.weights]
    assert len(set(names)) == len(names)
    assert not set(given) - set(names)
    weights = [given.get(w.name, np.zeros(w.shape)) for w in whole.weights]
    return tuple(weights), [name in trained for name in names]


@pytest.mark.parametrize("masking", MASKING)
@pytest.mark.parametrize("case", NETWORKS, ids=by_name)
def test_layer_follows_the_equations(case, masking):
    network, subject = case.reference(), case.subject()
    layer = subject.layer(**FULL, **MASKING[masking], dtype="float64")
    mask = None if masking == "plain" else masks()
    x, states = subject.inputs(dtype="float64"), subject.states(dtype="float64")
    weights, there = with_biases(case, layer)

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
    of_weights = [
        d for d, is_there in zip(by_hand.weights, there, strict=True) if is_there
    ]
    expected = [by_hand.inputs, *by_hand.states, *of_weights]
    value = sum((u * a).sum() for u, a in zip(upstream, found, strict=True))
    np.testing.assert_allclose(loss, value, rtol=1e-10)
    for a, b in zip(slopes, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", ["Elman", "Jordan"])
def test_the_rsnns_preset_starts_at_one_half(name):
    case = CASES[name][-1]
    layer = case(return_sequences=True)
    x = np.random.default_rng(0).normal(size=(2, 3, 3)).astype("float32")
    found = layer(x)
    start = np.full((2, layer.cell.state_size), 0.5)
    weights = tuple(layer.get_weights())
    run = reference.sequence_forward(case.reference(), x, (start,), weights)
    np.testing.assert_allclose(found, run.outputs, rtol=1e-5, atol=1e-6)

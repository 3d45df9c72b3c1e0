"""The gradients worked out by hand, against finite differences."""

import dataclasses

import numpy as np
import pytest

from seqkit.testing import reference
from seqkit.testing.reference import Context, Elman, Jordan

BATCH, TIME, FEATURES, UNITS, OUTPUTS = 2, 4, 3, 3, 2

NETWORKS = {
    "SimpleRNN": reference.SimpleRNN(),
    "SimpleRNN-sigmoid": reference.SimpleRNN("sigmoid"),
    "LSTM": reference.LSTM(),
    "LSTM-linear": reference.LSTM(activation="linear"),
    "GRU": reference.GRU(),
    "GRU-before": reference.GRU(reset_after=False),
    "Elman": Elman(),
    "Elman-decay": Elman(context=Context(decay=0.7), output_activation="sigmoid"),
    "Elman-normalized": Elman(context=Context(decay=0.7, normalized=True)),
    "Jordan": Jordan(),
    "Jordan-decay": Jordan(context=Context(decay=(0.2, 0.8))),
    "Jordan-trainable": Jordan(context=Context(decay=0.4, trainable_decay=True)),
    "Jordan-trainable-normalized": Jordan(
        context=Context(decay=(0.4, 0.5), trainable_decay=True, normalized=True)
    ),
}
MASK = np.array([[1, 1, 0, 0], [0, 1, 0, 1]], bool)


def shapes(network):
    """Shapes of the states and weights of a network, in Keras's order."""
    width = {reference.LSTM: 4, reference.GRU: 3}.get(type(network), 1) * UNITS
    if not isinstance(network, Elman):
        bias = (width,)
        if isinstance(network, reference.GRU) and network.reset_after:
            bias = (2, width)
        states = [(BATCH, UNITS)] * (2 if isinstance(network, reference.LSTM) else 1)
        return states, [(FEATURES, width), (UNITS, width), bias]
    memory = OUTPUTS if isinstance(network, Jordan) else UNITS
    weights = [(FEATURES, UNITS), (memory, UNITS), (UNITS,), (UNITS, OUTPUTS)]
    weights.append((OUTPUTS,))
    if network.context.trainable_decay:
        weights.append(np.shape(network.context.decay))
    return [(BATCH, memory)], weights


def random(rng, shape):
    return rng.normal(size=shape) * 0.7


@pytest.mark.parametrize("options", ["plain", "mask", "mask-zero"])
@pytest.mark.parametrize("name", NETWORKS)
def test_back_propagation_is_the_derivative(name, options):
    network = NETWORKS[name]
    rng = np.random.default_rng(0)
    state_shapes, weight_shapes = shapes(network)
    inputs = random(rng, (BATCH, TIME, FEATURES))
    states = tuple(random(rng, s) for s in state_shapes)
    weights = tuple(random(rng, s) for s in weight_shapes)
    masking = () if options == "plain" else (MASK, options == "mask-zero")

    run = reference.sequence_forward(network, inputs, states, weights, *masking)
    d_outputs = random(rng, run.outputs.shape)
    d_states = tuple(random(rng, s.shape) for s in run.states)
    found = reference.sequence_backward(
        network, d_outputs, d_states, run.memories, weights, *masking
    )

    def loss(inputs, states, weights):
        run = reference.sequence_forward(network, inputs, states, weights, *masking)
        return (run.outputs * d_outputs).sum() + sum(
            (s * d).sum() for s, d in zip(run.states, d_states, strict=True)
        )

    def moved(values, i, value):
        return (*values[:i], value, *values[i + 1 :])

    def expect(gradient, function, point):
        numerical = reference.numerical_gradient(function, point)
        np.testing.assert_allclose(gradient, numerical, rtol=1e-6, atol=1e-8)

    expect(found.inputs, lambda x: loss(x, states, weights), inputs)
    for i, state in enumerate(states):
        expect(
            found.states[i],
            lambda s, i=i: loss(inputs, moved(states, i, s), weights),
            state,
        )
    for i, weight in enumerate(weights):
        expect(
            found.weights[i],
            lambda w, i=i: loss(inputs, states, moved(weights, i, w)),
            weight,
        )


def test_masked_steps_keep_states_and_hold_outputs():
    rng = np.random.default_rng(1)
    weights = (random(rng, (1, 2)), random(rng, (2, 2)), random(rng, (2,)))
    inputs, states = random(rng, (1, 4, 1)), (random(rng, (1, 2)),)
    mask = np.array([[False, True, False, True]])
    run = reference.sequence_forward(
        reference.SimpleRNN(), inputs, states, weights, mask
    )
    short = reference.sequence_forward(
        reference.SimpleRNN(), inputs[:, [1, 3]], states, weights
    )
    np.testing.assert_array_equal(run.outputs[:, [1, 3]], short.outputs)
    np.testing.assert_array_equal(run.outputs[:, 0], 0.0)
    np.testing.assert_array_equal(run.outputs[:, 2], run.outputs[:, 1])
    np.testing.assert_array_equal(run.states[0], short.states[0])
    zeroed = reference.sequence_forward(
        reference.SimpleRNN(), inputs, states, weights, mask, True
    )
    np.testing.assert_array_equal(zeroed.outputs[:, [0, 2]], 0.0)


def test_truncated_context_passes_no_gradient():
    """The gradient is that of each step alone, its memory taken as an input."""
    rng = np.random.default_rng(2)
    network = Elman(context=Context(decay=0.3, truncated=True))
    whole = dataclasses.replace(network, context=Context(decay=0.3))
    state_shapes, weight_shapes = shapes(network)
    inputs = random(rng, (BATCH, TIME, FEATURES))
    weights = tuple(random(rng, s) for s in weight_shapes)
    states = tuple(random(rng, s) for s in state_shapes)
    run = reference.sequence_forward(network, inputs, states, weights)
    d_outputs, zero = random(rng, run.outputs.shape), (np.zeros(state_shapes[0]),)
    found = reference.sequence_backward(network, d_outputs, zero, run.memories, weights)
    assert not found.states[0].any()
    expected = [np.zeros(s) for s in weight_shapes]
    for t in range(TIME):
        step = reference.sequence_forward(whole, inputs[:, t : t + 1], states, weights)
        part = reference.sequence_backward(
            whole, d_outputs[:, t : t + 1], zero, step.memories, weights
        )
        expected = [a + b for a, b in zip(expected, part.weights, strict=True)]
        states = step.states
    for a, b in zip(found.weights, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


class TestRNN:
    """The network with a softmax output that learners read."""

    @pytest.fixture
    def setting(self):
        rng = np.random.default_rng(3)
        sizes = [(FEATURES, UNITS), (UNITS, UNITS), (UNITS,), (UNITS, 4), (4,)]
        weights = reference.RNNWeights(*(random(rng, s) for s in sizes))
        x, h_0 = random(rng, (BATCH, TIME, FEATURES)), random(rng, (BATCH, UNITS))
        targets = np.eye(4)[rng.integers(0, 4, (BATCH, TIME))]
        return x, h_0, weights, targets

    def test_gradients(self, setting):
        x, h_0, weights, targets = setting
        _, y, memories = reference.rnn_forward(x, h_0, weights)
        d_x, d_h_0, gradients = reference.rnn_backward(y - targets, memories, weights)

        def loss(x, h_0, *weights):
            run = reference.rnn_forward(x, h_0, reference.RNNWeights(*weights))
            return reference.cross_entropy(run[1], targets)

        points = [x, h_0, *weights]
        for i, gradient in enumerate([d_x, d_h_0, *gradients]):
            numerical = reference.numerical_gradient(
                lambda p, i=i: loss(*points[:i], p, *points[i + 1 :]), points[i]
            )
            np.testing.assert_allclose(gradient, numerical, rtol=1e-6, atol=1e-8)

    def test_cell_gradients(self, setting):
        x, h_0, weights, targets = setting
        x, target = x[:, 0], targets[:, 0]
        d_h = np.random.default_rng(4).normal(size=h_0.shape)
        _, y, memory = reference.rnn_cell_forward(x, h_0, weights)
        d_x, d_h_0, gradients = reference.rnn_cell_backward(
            y - target, d_h, memory, weights
        )

        def loss(x, h_0, *weights):
            h, y, _ = reference.rnn_cell_forward(x, h_0, reference.RNNWeights(*weights))
            return reference.cross_entropy(y, target) + (h * d_h).sum()

        points = [x, h_0, *weights]
        for i, gradient in enumerate([d_x, d_h_0, *gradients]):
            numerical = reference.numerical_gradient(
                lambda p, i=i: loss(*points[:i], p, *points[i + 1 :]), points[i]
            )
            np.testing.assert_allclose(gradient, numerical, rtol=1e-6, atol=1e-8)

    def test_hidden_states_are_those_of_the_simple_rnn(self, setting):
        x, h_0, weights, _ = setting
        hidden, y, _ = reference.rnn_forward(x, h_0, weights)
        run = reference.sequence_forward(
            reference.SimpleRNN(), x, (h_0,), tuple(weights[:3])
        )
        np.testing.assert_allclose(hidden, run.outputs, rtol=1e-14)
        np.testing.assert_allclose(y.sum(axis=-1), 1.0, rtol=1e-14)

    def test_softmax_does_not_overflow(self):
        np.testing.assert_array_equal(
            reference.softmax(np.array([1000.0, 0.0])), [1.0, 0.0]
        )


def test_an_unknown_activation_is_named():
    with pytest.raises(ValueError, match=r"`name` must be one of .*name='swish'"):
        reference.SimpleRNN("swish").forward(
            np.zeros((1, 1)), (np.zeros((1, 1)),), (np.zeros((1, 1)),) * 3
        )

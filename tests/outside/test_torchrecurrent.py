"""Networks against torchrecurrent's, with converted weights."""

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.torchrecurrent.pairs import PAIRS, Pair, random_state
from benchmarks.torchrecurrent.sides import our_layer, their_layer
from seqkit import layers

torch = pytest.importorskip("torch")
torchrecurrent = pytest.importorskip("torchrecurrent")

SIZE = (3, 5, 3, 4)  # batch, time, features, units


def inputs(time=SIZE[1]):
    return np.random.default_rng(2).normal(size=(SIZE[0], time, SIZE[2]))


def arrays_of(layer):
    return {n.removeprefix("cells.0."): p for n, p in layer.named_parameters()}


@pytest.mark.parametrize("name", PAIRS)
def test_values_and_gradients(name):
    theirs, state = their_layer(name, *SIZE[2:], dtype=torch.float64)
    ours = our_layer(name, SIZE, state, dtype="float64")
    given = torch.tensor(inputs(), requires_grad=True)
    outputs = theirs(given)[0]
    outputs.square().sum().backward()
    x = tf.constant(inputs())
    with tf.GradientTape() as tape:
        tape.watch(x)
        found = ours(x)
        loss = tf.reduce_sum(tf.square(found))
    np.testing.assert_allclose(found, outputs.detach(), rtol=1e-9, atol=1e-11)
    slopes = tape.gradient(loss, x)
    np.testing.assert_allclose(slopes, given.grad, rtol=1e-9, atol=1e-11)


def converted(name, pair, **options):
    """A layer of torchrecurrent, and the weights for ours."""
    theirs = getattr(torchrecurrent, name)(*SIZE[2:], batch_first=True).double()
    parameters = arrays_of(theirs)
    state = random_state(pair, {n: tuple(p.shape) for n, p in parameters.items()})
    with torch.no_grad():
        for key, array in state.items():
            parameters[key].copy_(torch.from_numpy(array))
    ours = getattr(layers, name)(
        SIZE[3], return_sequences=True, dtype="float64", **options
    )
    ours.build((None, None, SIZE[2]))
    ours.set_weights(pair.weights(state))
    return theirs, ours


def test_nas_but_for_the_fourth_block():
    """Theirs adds x_3 and m_3, where TensorFlow Addons multiplies them."""

    def fourth_block_zero(state):
        for array in state.values():
            np.split(array, 8)[3][:] = 0.0
        state["bias_ih"][:] = 0.0  # b joins the recurrent product

    def weights(state):
        return [state["weight_ih"].T, state["weight_hh"].T, state["bias_hh"]]

    pair = Pair(weights, common=fourth_block_zero)
    theirs, ours = converted("NAS", pair, use_bias=True)
    expected = theirs(torch.tensor(inputs()))[0].detach()
    np.testing.assert_allclose(ours(inputs()), expected, rtol=1e-9, atol=1e-11)


def test_scrn_at_its_first_step():
    """Later theirs feeds back the output, where the paper has the hidden layer."""

    def no_bias_in_the_context(state):
        np.split(state["bias_ih"], 2)[0][:] = 0.0

    def weights(state):
        b, a = np.split(state["weight_ih"].T, 2, axis=1)
        r, u = np.split(state["weight_hh"].T, 2, axis=1)
        p, v = np.split(state["weight_ch"].T, 2, axis=1)
        of_h, of_y = np.split(state["bias_hh"] + state["bias_ch"], 2)
        of_h = of_h + np.split(state["bias_ih"], 2)[1]
        return [a, b, r, p, of_h, np.concatenate([u, v]), of_y]

    pair = Pair(weights, common=no_bias_in_the_context)
    theirs, ours = converted("SCRN", pair, output_activation="tanh", decay=0.25)
    torch.nn.init.constant_(theirs.cells[0].alpha, 0.25)
    x = inputs(time=1)
    expected = theirs(torch.tensor(x))[0].detach()
    np.testing.assert_allclose(ours(x), expected, rtol=1e-9, atol=1e-11)

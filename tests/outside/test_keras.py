"""SimpleRNN, LSTM and GRU against Keras's, with copied weights."""

import keras
import numpy as np
import pytest

from seqkit import layers
from seqkit.testing.points.gradients import differentiated
from seqkit.testing.subject import Subject, arrays, masks, tensors

# From Keras 3.16 on its layers warn of masks that they do not pass on.
pytestmark = pytest.mark.filterwarnings("ignore:.*does not support masking")

ARGUMENTS = {
    "SimpleRNN": [{}, {"activation": "relu"}, {"use_bias": False}],
    "LSTM": [
        {},
        {"recurrent_activation": "hard_sigmoid", "implementation": 1},
        {"use_bias": False, "unit_forget_bias": False},
    ],
    "GRU": [
        {},
        {"reset_after": False},
        {"reset_after": False, "implementation": 1, "activation": "linear"},
        {"use_bias": False},
    ],
}
OPTIONS = [
    {},
    {"return_sequences": True},
    {"return_state": True},
    {"return_sequences": True, "return_state": True, "go_backwards": True},
    {"return_sequences": True, "return_state": True, "zero_output_for_mask": True},
    {"return_sequences": True, "return_state": True, "unroll": True},
]
NAMES = [(name, a) for name, listed in ARGUMENTS.items() for a in listed]
IDS = [f"{name}-{a}" for name, a in NAMES]


def pair(name, **arguments):
    """The layer and Keras's, with the same weights."""
    subject = Subject(lambda **o: getattr(layers, name)(4, **{**arguments, **o}))
    ours = subject.layer(dtype="float64")
    theirs = getattr(keras.layers, name)(4, **arguments, dtype="float64")
    theirs.build((None, None, subject.features))
    assert [w.shape for w in ours.weights] == [w.shape for w in theirs.weights]
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    theirs.set_weights(ours.get_weights())
    return subject, ours, theirs


@pytest.mark.parametrize("masked", [False, True], ids=["plain", "masked"])
@pytest.mark.parametrize(("name", "arguments"), NAMES, ids=IDS)
def test_values_and_gradients(name, arguments, masked):
    full = {"return_sequences": True, "return_state": True}
    subject, ours, theirs = pair(name, **arguments, **full)
    x = subject.inputs(dtype="float64")
    sizes = np.ravel(theirs.cell.state_size)
    states = [np.random.default_rng(n).normal(size=(5, 4)) for n in range(len(sizes))]
    point = tensors((x, states, masks() if masked else None))
    found, expected = (
        differentiated(layer, layer.trainable_weights)(*point, True)
        for layer in (ours, theirs)
    )
    for a, b in zip(arrays(found), arrays(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", ARGUMENTS)
def test_options(name, options):
    subject, ours, theirs = pair(name, **options)
    x = subject.inputs(dtype="float64")
    for mask in (None, masks()):
        found, expected = ours(x, mask=mask), theirs(x, mask=mask)
        for a, b in zip(arrays(found), arrays(expected), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11)
    assert ours.compute_output_shape(x.shape) == theirs.compute_output_shape(x.shape)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_configs_are_keras_configs(name):
    """Keras's arguments are all there, mean the same unset, and go both ways."""
    cls = getattr(keras.layers, name)
    for arguments in ({}, {"activation": "relu", "return_sequences": True}):
        theirs = cls(4, name="layer", **arguments).get_config()
        ours = getattr(layers, name)(4, name="layer", **arguments).get_config()
        assert not set(theirs) - set(ours)
        assert (
            cls.from_config({key: ours[key] for key in theirs}).get_config() == theirs
        )
        assert getattr(layers, name).from_config(theirs).get_config() == ours


@pytest.mark.parametrize("name", ARGUMENTS)
def test_arguments_by_position(name):
    """The first arguments have Keras's order."""
    ours, theirs = (
        getattr(module, name)(4, "relu") for module in (layers, keras.layers)
    )
    assert ours.units == theirs.units
    assert ours.activation is theirs.activation


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_initial_biases(name):
    ours, theirs = (getattr(module, name)(4) for module in (layers, keras.layers))
    for layer in (ours, theirs):
        layer.build((None, None, 3))
    np.testing.assert_array_equal(ours.get_weights()[2], theirs.get_weights()[2])


@pytest.mark.parametrize("mode", ["concat", "sum", "mul", "ave", None])
@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM"])
def test_bidirectional(name, mode):
    ours, theirs = (
        wrapper(
            getattr(module, name)(4, return_sequences=True, return_state=True),
            merge_mode=mode,
        )
        for wrapper, module in (
            (layers.Bidirectional, layers),
            (keras.layers.Bidirectional, keras.layers),
        )
    )
    x = np.random.default_rng(0).normal(size=(5, 5, 3)).astype("float32")
    ours.build(x.shape)
    theirs.build(x.shape)
    theirs.set_weights(ours.get_weights())
    for mask in (None, masks()):
        for a, b in zip(
            arrays(ours(x, mask=mask)), arrays(theirs(x, mask=mask)), strict=True
        ):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_they_are_recurrent_layers_of_keras():
    assert isinstance(layers.SimpleRNN(2), keras.layers.RNN)
    for name in ("LSTM", "GRU"):
        assert issubclass(getattr(layers, name), keras.layers.RNN)
    assert issubclass(layers.Bidirectional, keras.layers.Bidirectional)
    assert isinstance(
        keras.layers.Bidirectional(layers.Jordan(2)).forward_layer, layers.Jordan
    )


def test_weights_have_the_paths_of_kerass():
    """However many layers there were before."""
    found = []
    for module in (keras.layers, layers, layers):
        one = module.Bidirectional(module.SimpleRNN(2, name="one"), name="both")
        other = module.GRU(2, name="other")
        for layer in (one, other):
            layer.build((None, None, 3))
        found.append([weight.path for weight in one.weights + other.weights])
    assert found[0] == found[1] == found[2]

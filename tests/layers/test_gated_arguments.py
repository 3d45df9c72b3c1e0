"""What the gated networks start from, and what they refuse."""

import keras
import numpy as np
import pytest

from seqkit import layers


def start(name, features=3, **options):
    """The first weights of a layer of 200 units, by their names."""
    layer = getattr(layers, name)(200, **options)
    layer.build((None, None, features))
    return dict(zip([w.name for w in layer.weights], layer.get_weights(), strict=True))


def block(array, place):
    return array[200 * place : 200 * (place + 1)]


FORGETFUL = {
    "PeepholeLSTM": (1, 1.0),
    "CoupledLSTM": (0, -1.0),
    "ProjectedLSTM": (1, 1.0),
    "LayerNormLSTM": (1, 1.0),
    "DepthGatedLSTM": (1, 1.0),
    "sLSTM": (1, 1.0),
    "JANET": (0, 1.0),
    "UGRNN": (1, 1.0),
    "RHN": (1, -2.0),
}


@pytest.mark.parametrize("name", FORGETFUL)
def test_gates_start_open(name):
    place, expected = FORGETFUL[name]
    for key, bias in start(name, bias_initializer="random_normal").items():
        if key.startswith("bias"):
            np.testing.assert_array_equal(block(bias, place), expected)
            assert len(np.unique(bias)) == len(bias) - 199


@pytest.mark.parametrize(
    "name", [n for n in FORGETFUL if n not in ("JANET", "UGRNN", "RHN")]
)
def test_gates_start_as_the_others(name):
    assert not start(name, unit_forget_bias=False)["bias"].any()


def test_biases_that_are_numbers():
    bias = start("UGRNN", forget_bias=-0.5)["bias"]
    np.testing.assert_array_equal(bias, np.repeat([0.0, -0.5], 200))
    for name in ("bias", "bias_2"):
        bias = start("RHN", transform_bias=-3.0, depth=2)[name]
        np.testing.assert_array_equal(bias, np.repeat([0.0, -3.0], 200))


def test_chrono_initialization():
    """b_f = log u, u uniform in [1, T − 1]: half of it above the middle of u."""
    bias = start("JANET", chrono_steps=100, seed=1)["bias"]
    spans = np.exp(block(bias, 0))
    assert spans.min() >= 1.0
    assert spans.max() <= 99.0001
    assert 0.4 < np.mean(spans > 50.0) < 0.6
    assert not block(bias, 1).any()
    again = start("JANET", chrono_steps=100, seed=1)["bias"]
    np.testing.assert_array_equal(again, bias)


def test_seeded_biases_differ_from_block_to_block():
    initializer = keras.initializers.RandomNormal(seed=1)
    bias = start("sLSTM", bias_initializer=initializer)["bias"]
    assert np.any(block(bias, 2) != block(bias, 3))


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("ProjectedLSTM", {"projection": 0}, ["projection", "0"]),
        ("NAS", {"projection": -1}, ["projection", "-1"]),
        ("NAS", {"projection_initializer": "no"}, ["projection_initializer", "'no'"]),
        ("PeepholeLSTM", {"peephole_initializer": 3}, ["peephole_initializer", "3"]),
        ("CoupledLSTM", {"peepholes": "no"}, ["peepholes", "'no'"]),
        ("DepthGatedLSTM", {"peephole_initializer": 3}, ["peephole_initializer", "3"]),
        ("GRU", {"recurrent_activation": "no"}, ["recurrent_activation", "'no'"]),
        ("SCRN", {"output_activation": {}}, ["output_activation", "{}"]),
        ("DepthGatedLSTM", {"layers": 0}, ["layers", "0"]),
        ("RHN", {"depth": 1.5}, ["depth", "1.5"]),
        ("RHN", {"coupled_gates": "yes"}, ["coupled_gates", "'yes'"]),
        ("RHN", {"transform_bias": None}, ["transform_bias", "None"]),
        ("UGRNN", {"forget_bias": float("nan")}, ["forget_bias", "nan"]),
        ("JANET", {"beta": "1"}, ["beta", "'1'"]),
        ("JANET", {"chrono_steps": 2}, ["chrono_steps", "2"]),
        ("JANET", {"chrono_steps": 9, "use_bias": False}, ["chrono_steps", "False"]),
        ("MGU", {"gate_keeps": 2}, ["gate_keeps", "2"]),
        ("MUT1", {"input_projection": None}, ["input_projection", "None"]),
        ("LayerNormGRU", {"norm_epsilon": 0}, ["norm_epsilon", "0"]),
        ("LayerNormLSTM", {"norm_epsilon": -1e-5}, ["norm_epsilon", "-1e-05"]),
        ("SCRN", {"decay": None}, ["decay", "None"]),
        ("SCRN", {"decay": 1.0}, ["decay", "1.0"]),
        ("SCRN", {"decay": [0.5, 0.6]}, ["decay", "[0.5, 0.6]"]),
        ("SCRN", {"context_units": 0}, ["context_units", "0"]),
        ("sLSTM", {"heads": 3}, ["heads", "units", "4", "3"]),
        ("sLSTM", {"heads": 0}, ["heads", "0"]),
        ("sLSTM", {"forget_gate": "exp"}, ["forget_gate", "exponential", "'exp'"]),
    ],
)
def test_refused(name, options, words):
    with pytest.raises(ValueError, match=f"`{words[0]}`") as error:
        getattr(layers, name)(4, **options)
    message = str(error.value)
    assert all(word in message for word in words), message
    assert "\n" not in message


@pytest.mark.parametrize("name", ["MUT1", "MUT2"])
def test_an_input_of_another_size_needs_a_projection(name):
    layer = getattr(layers, name)(4, input_projection=False)
    with pytest.raises(ValueError, match=r"`units`, 4, got 3"):
        layer(np.ones((2, 5, 3), "float32"))

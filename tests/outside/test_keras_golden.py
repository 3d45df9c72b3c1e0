"""Figures that Keras's own tests hold its layers to.

They are those of keras/src/layers/rnn/*_test.py, with kernels of 0.01, recurrent
kernels of 0.02 and biases of 0.03: every unit then has the same output, so one figure
stands for a row. Where a mask leaves figures over time, the rows are those figures.
"""

import numpy as np
import pytest

from seqkit import layers

RIGHT = np.array([[1, 1, 1, 0], [1, 1, 0, 0]], bool)
LEFT = RIGHT[:, ::-1]
INTERIOR = np.array([[1, 1, 0, 1], [1, 0, 0, 1]], bool)

# How many units the figures are of.
UNITS = {("SimpleRNN", False): 4, ("SimpleRNN", True): 4}
UNITS |= {("LSTM", False): 3, ("LSTM", True): 2, ("GRU", False): 3, ("GRU", True): 2}

# network, shape of the inputs 0, 1, 2, …, options, mask, a figure for each row
LAST = [
    ("SimpleRNN", (2, 3, 4), {}, None, [0.405432, 0.73605347]),
    ("SimpleRNN", (2, 3, 4), {"unroll": True}, None, [0.405432, 0.73605347]),
    ("SimpleRNN", (2, 3, 4), {"go_backwards": True}, None, [0.11144729, 0.5528889]),
    ("SimpleRNN", (2, 4, 3), {"unroll": True}, INTERIOR, [0.32951632, 0.61799484]),
    (
        "SimpleRNN",
        (2, 4, 3),
        {"go_backwards": True},
        INTERIOR,
        [0.07376196, 0.43645123],
    ),
    ("LSTM", (3, 6, 4), {}, None, [0.6288687, 0.86899155, 0.9460773]),
    (
        "LSTM",
        (3, 6, 4),
        {"go_backwards": True},
        None,
        [0.35622165, 0.74789524, 0.8872726],
    ),
    (
        "LSTM",
        (3, 6, 4),
        {"unit_forget_bias": False},
        None,
        [0.57019705, 0.8661914, 0.9459622],
    ),
    ("LSTM", (3, 6, 4), {"use_bias": False}, None, [0.54986924, 0.86226785, 0.9443936]),
    ("LSTM", (2, 4, 3), {"unroll": True}, RIGHT, [0.11755939, 0.28556206]),
    ("LSTM", (2, 4, 3), {"go_backwards": True}, LEFT, [0.15341201, 0.3844719]),
    ("GRU", (3, 6, 4), {}, None, [0.5217289, 0.6371659, 0.39384964]),
    ("GRU", (3, 6, 4), {"go_backwards": True}, None, [0.24406259, 0.611516, 0.3928808]),
    ("GRU", (2, 4, 3), {"unroll": True}, INTERIOR, [0.19393763, 0.30818558]),
    ("GRU", (2, 4, 3), {"go_backwards": True}, INTERIOR, [0.11669192, 0.28380975]),
]
# network, mask, figures over time for each of two rows
OVER_TIME = [
    (
        "SimpleRNN",
        INTERIOR,
        [
            [0.0599281, 0.15122814, 0.15122814, 0.32394567],
            [0.3969304, 0.3969304, 0.3969304, 0.608085],
        ],
    ),
    (
        "LSTM",
        RIGHT,
        [
            [0.01588910, 0.05552048, 0.11755939, 0.11755939],
            [0.14185596, 0.28556206, 0.28556206, 0.28556206],
        ],
    ),
    (
        "GRU",
        INTERIOR,
        [
            [0.03606692, 0.09497581, 0.09497581, 0.19393763],
            [0.16051409, 0.16051409, 0.16051409, 0.30818558],
        ],
    ),
]
# network, shape of the inputs, figures of a second call with the state carried
CARRIED = [
    ("SimpleRNN", [0.40559256, 0.7361247]),
    ("LSTM", [0.3124785, 0.6863672]),
    ("GRU", [0.29542392, 0.5885018]),
]
# network, whether backwards, outputs of two units from initial states 0, 1, 2, 3
FROM_STATE = [
    ("LSTM", False, [[0.20574439, 0.3558822], [0.64930826, 0.66276]]),
    ("LSTM", True, [[0.13281618, 0.2790356], [0.5839337, 0.5992567]]),
    ("GRU", False, [[0.23774096, 0.33508456], [0.83659905, 1.0227708]]),
    ("GRU", True, [[0.13486053, 0.23261218], [0.78257304, 0.9691353]]),
]
# Keras asks for 1e-6, which figures of seven digits need to be read with.
TOLERANCE = {"rtol": 5e-6, "atol": 1e-6}


def layer_of(name, units, **options):
    def constant(value):
        return {"class_name": "Constant", "config": {"value": value}}

    return getattr(layers, name)(
        units,
        kernel_initializer=constant(0.01),
        recurrent_initializer=constant(0.02),
        bias_initializer=constant(0.03),
        **options,
    )


def count(*shape):
    return np.arange(np.prod(shape), dtype="float32").reshape(shape)


@pytest.mark.parametrize(
    ("name", "shape", "options", "mask", "expected"),
    LAST,
    ids=[f"{c[0]}-{c[2]}-{'masked' if c[3] is not None else 'plain'}" for c in LAST],
)
def test_last_output(name, shape, options, mask, expected):
    units = UNITS[name, mask is not None]
    found = layer_of(name, units, **options)(count(*shape), mask=mask)
    rows = np.tile(np.array(expected)[:, None], units)
    np.testing.assert_allclose(found, rows, **TOLERANCE)


@pytest.mark.parametrize("zero", [False, True], ids=["repeat", "zero"])
@pytest.mark.parametrize(
    ("name", "mask", "expected"), OVER_TIME, ids=[c[0] for c in OVER_TIME]
)
def test_masked_outputs_over_time(name, mask, expected, zero):
    layer = layer_of(name, 2, return_sequences=True, zero_output_for_mask=zero)
    found = layer(count(2, 4, 3), mask=mask)
    expected = np.where(mask, expected, 0.0) if zero else np.array(expected)
    np.testing.assert_allclose(found, np.tile(expected[..., None], 2), **TOLERANCE)


@pytest.mark.parametrize(("name", "expected"), CARRIED, ids=[c[0] for c in CARRIED])
def test_state_is_carried(name, expected):
    layer, x = layer_of(name, 4, stateful=True), count(2, 3, 4)
    for _ in range(2):
        layer.reset_state()
        layer(x)
        found = layer(x)
        rows = np.tile(np.array(expected)[:, None], 4)
        np.testing.assert_allclose(found, rows, **TOLERANCE)


@pytest.mark.parametrize(
    ("name", "go_backwards", "expected"),
    FROM_STATE,
    ids=[f"{c[0]}-{'back' if c[1] else 'forth'}" for c in FROM_STATE],
)
def test_from_an_initial_state(name, go_backwards, expected):
    layer = layer_of(name, 2, go_backwards=go_backwards)
    states = [count(2, 2)] * len(np.ravel(layer.cell.state_size))
    found = layer(count(2, 4, 3), initial_state=states)
    np.testing.assert_allclose(found, expected, **TOLERANCE)

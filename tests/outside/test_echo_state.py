"""The echo state network against its equations in NumPy, and its readout."""

import keras
import numpy as np
import pytest

from seqkit.layers import EchoState

RNG = np.random.default_rng(0)


def states_in_numpy(layer, x):
    """Lukoševičius 2012, equations 2 and 3, for one sequence."""
    kernel, recurrent, bias = (
        getattr(layer.cell, name).numpy().astype("float64")
        for name in ("kernel", "recurrent_kernel", "bias")
    )
    h, states = np.zeros(len(recurrent)), []
    for u in x:
        new = np.tanh(u @ kernel + h @ recurrent + bias)
        h = (1 - layer.leak) * h + layer.leak * new
        states.append(h)
    return np.array(states)


def narma(steps):
    """The series of tenth order that readouts of reservoirs are tried on."""
    u = np.random.default_rng(3).uniform(0, 0.5, steps)
    y = np.zeros(steps)
    for t in range(9, steps - 1):
        past = y[t - 9 : t + 1].sum()
        y[t + 1] = 0.3 * y[t] + 0.05 * y[t] * past + 1.5 * u[t - 9] * u[t] + 0.1
    return u[None, :, None], y[None, :, None]


@pytest.mark.parametrize("radius", [0.5, 1.3])
def test_spectral_radius_and_connectivity(radius):
    layer = EchoState(80, spectral_radius=radius, connectivity=0.25)
    layer.build((None, None, 2))
    kernel = layer.cell.recurrent_kernel.numpy()
    found = np.abs(np.linalg.eigvals(kernel)).max()
    np.testing.assert_allclose(found, radius, rtol=1e-4)
    np.testing.assert_allclose(np.mean(kernel != 0), 0.25, atol=0.02)


def test_the_reservoir_is_not_trained():
    layer = EchoState(5, output_units=2)
    layer.build((None, None, 3))
    names = [w.name for w in layer.trainable_weights]
    assert names == ["output_kernel", "output_bias"]
    assert layer.count_params() == 5 * 3 + 25 + 5 + (5 + 3) * 2 + 2


def test_states():
    layer = EchoState(6, leak=0.3, return_sequences=True)
    x = RNG.normal(size=(1, 20, 2)).astype("float32")
    np.testing.assert_allclose(layer(x)[0], states_in_numpy(layer, x[0]), atol=1e-6)


def test_readout_is_ridge_regression():
    """Against the closed form on states that NumPy computed, the bias unpenalized."""
    layer = EchoState(8, output_units=2, leak=0.5, return_sequences=True)
    x, y = RNG.normal(size=(3, 40, 2)), RNG.normal(size=(3, 40, 2))
    mask = np.ones((3, 40), bool)
    mask[1, 30:] = False
    layer.fit_readout(x, y, ridge=0.1, washout=10, mask=mask)
    features, targets = [], []
    for row in range(3):
        states = states_in_numpy(layer, x[row])
        n = mask[row].sum()
        features.append(np.hstack([states, x[row]])[10:n])
        targets.append(y[row, 10:n])
    features, targets = np.concatenate(features), np.concatenate(targets)
    centred = features - features.mean(0)
    kernel = np.linalg.solve(
        centred.T @ centred + 0.1 * np.eye(10), centred.T @ (targets - targets.mean(0))
    )
    bias = targets.mean(0) - features.mean(0) @ kernel
    np.testing.assert_allclose(layer.cell.output_kernel, kernel, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(layer.cell.output_bias, bias, rtol=1e-3, atol=1e-5)


def test_no_readout_of_its_kind_is_better():
    """At the solution the penalized error has no slope."""
    layer = EchoState(8, output_units=1, use_bias=False, return_sequences=True)
    x, y = RNG.normal(size=(2, 30, 2)), RNG.normal(size=(2, 30, 1))
    layer.fit_readout(x, y, ridge=0.5)
    seen = EchoState.from_config({**layer.get_config(), "output_units": None})
    seen.build(x.shape)
    seen.set_weights(layer.get_weights()[1:])
    features = np.append(seen(x.astype("float32")), x, axis=-1).reshape(60, 10)
    kernel = layer.cell.output_kernel.numpy()
    slope = features.T @ (features @ kernel - y.reshape(60, 1)) + 0.5 * kernel
    np.testing.assert_allclose(slope, 0, atol=1e-3)


def test_narma():
    """A reservoir beats a linear model of the last twenty inputs."""
    keras.utils.set_random_seed(1)
    x, y = narma(2000)
    layer = EchoState(200, output_units=1, return_sequences=True)
    layer.fit_readout(x[:, :1500], y[:, :1500], ridge=1e-6, washout=100)
    run = np.asarray(layer(x.astype("float32")))[0, 1500:, 0]
    wanted = y[0, 1500:, 0]
    error = np.mean((run - wanted) ** 2) / wanted.var()

    lagged = np.stack([np.roll(x[0, :, 0], k) for k in range(20)] + [np.ones(2000)], 1)
    weights = np.linalg.lstsq(lagged[100:1500], y[0, 100:1500, 0], rcond=None)[0]
    linear = np.mean((lagged[1500:] @ weights - wanted) ** 2) / wanted.var()
    assert error < 0.5 * linear


def test_targets_of_the_last_step():
    """Which of two frequencies a sequence has."""
    keras.utils.set_random_seed(2)
    labels = RNG.integers(0, 2, 60)
    phase = RNG.uniform(0, 6, (60, 1))
    x = np.sin(phase + np.arange(40) * np.where(labels, 0.3, 0.5)[:, None])[..., None]
    layer = EchoState(50, output_units=2)
    layer.fit_readout(x[:40], np.eye(2)[labels[:40]], ridge=1e-3)
    found = np.argmax(layer(x[40:].astype("float32")), axis=-1)
    assert np.mean(found == labels[40:]) > 0.9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"spectral_radius": 0}, "`spectral_radius` must be a positive number, got 0"),
        ({"leak": 0.0}, r"`leak` must be a number in \(0, 1\], got 0.0"),
        ({"connectivity": 2}, r"`connectivity` must be a number in \(0, 1\], got 2"),
        ({"output_units": 0}, "`output_units` must be a positive integer, got 0"),
    ],
)
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        EchoState(4, **options)


def test_a_reservoir_without_loops():
    layer = EchoState(3, connectivity=1e-6)
    with pytest.raises(ValueError, match="`connectivity` must leave loops"):
        layer.build((None, None, 2))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ridge": 0}, "`ridge` must be a positive number, got 0"),
        ({"washout": 9}, "`washout` must leave some of the 5 steps, got 9"),
        ({"washout": -1}, "`washout` must be an integer from 0 on, got -1"),
        (
            {"targets": np.zeros((2, 5, 2))},
            r"`targets` must have the shape \(2, 5, 1\)",
        ),
        ({"sequences": np.zeros((2, 5))}, "`sequences` must have 3 axes, got 2"),
        ({"sequences": np.full((2, 5, 1), np.nan)}, "`sequences` must be finite"),
        ({"mask": np.ones((2, 4))}, r"`mask` must have the shape \(2, 5\)"),
        ({"targets": np.zeros((2, 1)), "washout": 1}, "`washout` must be 0 where"),
    ],
)
def test_bad_fits(arguments, message):
    given = {"sequences": np.zeros((2, 5, 1)), "targets": np.zeros((2, 5, 1))}
    with pytest.raises(ValueError, match=message):
        EchoState(4, output_units=1).fit_readout(**{**given, **arguments})


def test_no_readout_to_fit():
    with pytest.raises(ValueError, match=r"`output_units` .* must be given"):
        EchoState(4).fit_readout(np.zeros((1, 5, 1)), np.zeros((1, 5, 1)))

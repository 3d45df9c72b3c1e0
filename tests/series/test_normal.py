"""Linear forecasts, relations, seasons and shapes find what was put there."""

import numpy as np
import pytest

from seqkit.series import LinearForecast, Profile, Relations, Shapes, find_periods
from seqkit.series.ridge import Moments, ridge


def process(length, channels=1, seed=0):
    random = np.random.default_rng(seed)
    found = np.zeros((length, channels))
    for t in range(2, length):
        found[t] = (
            1.2 * found[t - 1] - 0.5 * found[t - 2] + random.normal(size=channels)
        )
    return found


def test_ridge_is_least_squares_where_rows_are_many():
    random = np.random.default_rng(0)
    x = random.normal([0, 5, -2], [1, 2, 0.1], (500, 3))
    y = x @ random.normal(size=(3, 2)) + 4 + 0.1 * random.normal(size=(500, 2))
    parts = [Moments(3, 2), Moments(3, 2)]
    for part, rows in zip(parts, (slice(400), slice(400, None)), strict=True):
        part.add(x[rows], y[rows])
    weights, offsets, errors = ridge(*parts)
    expected, *_ = np.linalg.lstsq(np.column_stack([x, np.ones(500)]), y, rcond=None)
    np.testing.assert_allclose(weights, expected[:3], atol=0.01)
    np.testing.assert_allclose(offsets, expected[3], atol=0.03)
    np.testing.assert_allclose(errors, 0.01, rtol=0.5)
    np.testing.assert_allclose(
        parts[1].errors(weights, offsets),
        np.mean((y[400:] - x[400:] @ weights - offsets) ** 2, axis=0),
        rtol=1e-6,
    )


@pytest.mark.parametrize("channels", [1, 2])
def test_a_linear_process_is_forecast_as_well_as_it_can_be(channels):
    values = process(6000, channels)
    linear = LinearForecast.fit(values[:4000], channels, steps=3)
    found = linear.run(values, None)
    past = values[4000:-1]
    best = 1.2 * past - 0.5 * values[3999:-2]
    np.testing.assert_allclose(found[4000:-1, 0], best, atol=0.7)
    off = np.abs(values[4001:] - found[4000:-1, 0]).mean()
    assert off < 1.02 * np.abs(values[4001:] - best).mean()
    for t in (100, 4500):
        one = linear.step(values[t - linear.lags + 1 : t + 1], None, None)
        np.testing.assert_allclose(one, found[t], rtol=1e-9, atol=1e-9)


def test_a_channel_that_helps():
    drive = np.random.default_rng(0).normal(size=(3000, 1))
    values = np.concatenate([np.roll(drive, 1), drive], axis=1)
    linear = LinearForecast.fit(values[:2000], 1, steps=1)
    off = values[2001:, 0] - linear.run(values, None)[2000:-1, 0, 0]
    assert np.abs(off).mean() < 0.05
    one = linear.step(values[2000 - linear.lags + 1 : 2001], None, None)
    np.testing.assert_allclose(one, linear.run(values, None)[2000])


def test_the_season_is_known_long_before_the_lags_are():
    random, period = np.random.default_rng(0), 200
    shape = np.where(np.arange(period) == 60, 5.0, 0.0)
    values = (np.tile(shape, 20) + 0.1 * random.normal(size=4000))[:, None]
    assert find_periods(values) == [period]
    usual = Profile.of(period, 1).usual(values, 1)
    without = LinearForecast.fit(values[:3000], 1, 1)
    with_it = LinearForecast.fit(values[:3000], 1, 1, usual[:3001])
    at = 3000 + 60 - 1  # the reading before the peak
    assert abs(without.run(values, None)[at, 0, 0] - 5) > 3
    assert abs(with_it.run(values, usual)[at, 0, 0] - 5) < 1
    seen = values[at - with_it.lags + 1 : at + 1]
    one = with_it.step(seen, usual[at], usual[at + 1 : at + 2])
    np.testing.assert_allclose(one, with_it.run(values, usual)[at])


@pytest.mark.parametrize(
    ("values", "wanted", "expected"),
    [
        (np.random.default_rng(0).normal(size=1000), (24,), []),
        (np.random.default_rng(0).normal(size=1000).cumsum(), (100,), []),
        (np.ones(1000), (24,), []),
        (np.full(1000, np.nan), (24,), []),
        (np.tile(np.random.default_rng(0).normal(size=24), 10), (), [24]),
        (np.tile(np.random.default_rng(0).normal(size=168), 5), (24, 168), [168]),
        (np.tile(np.random.default_rng(0).normal(size=168), 2), (24, 168), []),
    ],
)
def test_periods(values, wanted, expected):
    assert find_periods(values[:, None], wanted) == expected


def test_a_profile_goes_on_where_it_stopped():
    values = np.random.default_rng(0).normal(size=(100, 2))
    whole = Profile.of(24, 2).run(values)
    later = Profile.of(24, 2).after(values[:61])
    np.testing.assert_allclose(later.run(values[61:]), whole[61:])


def test_relations_leave_out_what_is_not_explained():
    random = np.random.default_rng(0)
    load = random.normal(size=(1000, 1))
    values = np.concatenate([load, 2 * load + 1, random.normal(size=(1000, 1))], axis=1)
    relations = Relations.fit(values, 3)
    found = relations.run(values)
    assert np.isnan(found[:, 2]).all()
    assert np.abs(found[:, :2]).max() < 0.05
    assert Relations.fit(random.normal(size=(1000, 3)), 3) is None
    assert Relations.fit(load, 1) is None


def test_shapes_know_what_was_there():
    values = np.sin(np.arange(600) / 5)[:, None]
    shapes = Shapes.fit(values[:400], length=16)
    assert np.nanmax(shapes.run(values)) < 0.02
    assert np.nanmax(shapes.run(values + 7)) < 0.02  # a level does not matter
    assert np.nanmin(shapes.of_training(values[:400])) > 0
    assert Shapes.fit(values[:30], length=16) is None

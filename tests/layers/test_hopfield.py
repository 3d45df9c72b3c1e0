"""Hopfield networks: energies, what is recalled and what is not, attention."""

import keras
import numpy as np
import pytest

from seqkit.layers import Hopfield, HopfieldNetwork

UNITS = 120


def signs(count, seed=0):
    return np.random.default_rng(seed).choice([-1, 1], (count, UNITS))


def spoiled(patterns, share, seed=1):
    """The patterns with that share of the units turned."""
    states, rng = patterns.copy(), np.random.default_rng(seed)
    for row in states:
        row[rng.choice(UNITS, int(share * UNITS), replace=False)] *= -1
    return states


class TestClassical:
    def test_weights_by_hand(self):
        network = HopfieldNetwork(3)
        network.store([[1, 1, -1]])
        network.store([[1, -1, -1]])
        expected = np.array([[0, 0, -2], [0, 0, 0], [-2, 0, 0]]) / 3
        np.testing.assert_allclose(network.weights, expected)
        np.testing.assert_allclose(
            network.energy([[1, 1, -1], [1, 1, 1]]), [-2 / 3, 2 / 3]
        )

    def test_no_update_raises_the_energy(self):
        network = HopfieldNetwork(UNITS)
        network.store(signs(30))
        s, rng = signs(1, seed=5).astype(float), np.random.default_rng(0)
        energies = [network.energy(s)[0]]
        for i in rng.permutation(UNITS):
            field = s @ network.weights[i]
            s[:, i] = np.where(field == 0, s[:, i], np.sign(field))
            energies.append(network.energy(s)[0])
        assert np.diff(energies).max() <= 1e-12
        assert energies[-1] < energies[0]

    def test_recalls_few_patterns_from_spoiled_ones(self):
        patterns = signs(6)  # 0.05 N
        network = HopfieldNetwork(UNITS)
        network.store(patterns)
        states = spoiled(patterns, 0.2)
        kept = states.copy()
        found = network.recall(states, seed=3)
        np.testing.assert_array_equal(found, patterns)
        np.testing.assert_array_equal(states, kept)
        assert np.all(network.energy(found) < network.energy(states))

    def test_cannot_recall_many(self):
        """At three times 0.138 N the patterns are no resting states any more."""
        patterns = signs(50)
        network = HopfieldNetwork(UNITS)
        network.store(patterns)
        found = network.recall(patterns)
        assert np.mean(np.all(found == patterns, axis=1)) < 0.2

    def test_what_is_recalled_rests(self):
        network = HopfieldNetwork(UNITS)
        network.store(signs(40))
        found = network.recall(signs(5, seed=9), seed=1)
        np.testing.assert_array_equal(network.recall(found, seed=2), found)

    @pytest.mark.parametrize(
        ("call", "message"),
        [
            (
                lambda n: n.store([[1, 0, 1]]),
                "`patterns` must hold -1 and 1 alone, got 0",
            ),
            (lambda n: n.recall([[1, 1]]), r"`states` must have the shape \(n, 3\)"),
            (lambda n: n.energy([1, 1, 1]), r"`states` must have the shape \(n, 3\)"),
            (lambda n: n.recall([[1, 1, 1]], seed="a"), "`seed` must be an integer"),
            (lambda _: HopfieldNetwork(0), "`units` must be a positive integer, got 0"),
        ],
    )
    def test_bad_input(self, call, message):
        with pytest.raises(ValueError, match=message):
            call(HopfieldNetwork(3))


class TestModern:
    @pytest.fixture
    def patterns(self):
        return np.random.default_rng(0).normal(size=(7, 16)).astype("float32")

    def test_one_update_is_attention(self, patterns):
        torch = pytest.importorskip("torch")
        layer = Hopfield(7)
        layer.store(patterns)
        states = np.random.default_rng(1).normal(size=(3, 16)).astype("float32")
        keys = torch.tensor(patterns)
        expected = torch.nn.functional.scaled_dot_product_attention(
            torch.tensor(states), keys, keys
        )
        np.testing.assert_allclose(layer(states), expected, rtol=1e-4, atol=1e-6)

    def test_energy_and_that_no_update_raises_it(self, patterns):
        layer = Hopfield(7, beta=0.7)
        layer.store(patterns)
        state = np.random.default_rng(2).normal(size=(5, 16)).astype("float32")
        x = patterns.astype("float64")
        by_hand = (
            -np.log(np.exp(0.7 * state @ x.T).sum(1)) / 0.7
            + 0.5 * (state**2).sum(1)
            + np.log(7) / 0.7
            + 0.5 * (x**2).sum(1).max()
        )
        np.testing.assert_allclose(layer.energy(state), by_hand, rtol=1e-5)
        energies = []
        for _ in range(6):
            energies.append(np.asarray(layer.energy(state)))
            state = layer(state)
        assert np.diff(energies, axis=0).max() < 1e-5
        assert np.min(energies) >= 0

    def test_recalls_spoiled_patterns_in_one_step(self):
        """More than N of N units, where the classical network keeps 0.138 N."""
        patterns = signs(2 * UNITS).astype("float32")
        layer = Hopfield(2 * UNITS, beta=1.0)
        layer.store(patterns)
        states = spoiled(patterns, 0.2)
        np.testing.assert_allclose(layer(states), patterns, atol=1e-3)

    def test_several_steps(self, patterns):
        one, three = Hopfield(7, beta=0.5), Hopfield(7, beta=0.5, steps=3)
        one.store(patterns)
        three.store(patterns)
        states = np.ones((2, 5, 16), "float32")
        np.testing.assert_allclose(three(states), one(one(one(states))), rtol=1e-5)

    def test_learns_and_is_saved(self, tmp_path):
        keras.utils.set_random_seed(0)
        inputs = keras.Input((None, 4))
        model = keras.Model(inputs, Hopfield(3, beta=2.0, steps=2)(inputs))
        x = np.random.default_rng(0).normal(size=(16, 5, 4)).astype("float32")
        model.compile(keras.optimizers.Adam(0.05), "mse")
        losses = model.fit(x, x, epochs=15, verbose=0).history["loss"]
        assert losses[-1] < 0.9 * losses[0]
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        np.testing.assert_allclose(loaded(x), model(x), rtol=1e-6)

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: Hopfield(0), "`n_patterns` must be a positive integer, got 0"),
            (lambda: Hopfield(2, beta=-1), "`beta` must be a positive number, got -1"),
            (lambda: Hopfield(2, steps=0), "`steps` must be a positive integer, got 0"),
            (
                lambda: Hopfield(2).store(np.ones((3, 2))),
                "`patterns` must have the shape",
            ),
        ],
    )
    def test_bad_input(self, make, message):
        with pytest.raises(ValueError, match=message):
            make()

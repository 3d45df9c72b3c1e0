"""Networks for gaps and irregular times: by hand, against GRU, NumPy and ncps."""

import numpy as np
import pytest
import tensorflow as tf

from seqkit import layers
from seqkit.testing import reference
from seqkit.testing.subject import FULL, arrays

UNITS, CHANNELS = 4, 3
RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 7, CHANNELS)).astype("float32")


def random_weights(layer, features):
    layer.build((None, None, features))
    rng = np.random.default_rng(1)
    layer.set_weights([rng.normal(size=w.shape) * 0.5 for w in layer.weights])
    return {w.name: w.numpy() for w in layer.weights}


def with_gaps(x):
    gaps = x.copy()
    gaps[0, 1:4, 0] = np.nan
    gaps[1, ::2, 1] = np.nan
    gaps[:, :, 2] = np.nan
    return gaps


class TestGRUD:
    def test_without_gaps_it_is_the_gru_of_the_same_weights(self):
        """In the paper's convention z is the share that is new: h = (1 − z) h + z n."""
        layer = layers.GRUD(UNITS, return_sequences=True)
        w = random_weights(layer, CHANNELS)
        for name in ("state_decay", "state_decay_bias"):
            w[name][:] = 0.0  # nothing of the state decays from step to step
        layer.set_weights(list(w.values()))
        gru = layers.GRU(UNITS, reset_after=False, return_sequences=True)
        gru.build(X.shape)
        bias = w["bias"] + w["mask_kernel"].sum(axis=0)  # m is one throughout

        def turned(blocks):
            """σ(−a) = 1 − σ(a): Keras's z is the share that is kept."""
            z, rest = blocks[..., :UNITS], blocks[..., UNITS:]
            return np.concatenate([-z, rest], axis=-1)

        gru.set_weights(
            [turned(w["kernel"]), turned(w["recurrent_kernel"]), turned(bias)]
        )
        np.testing.assert_allclose(layer(X), gru(X), rtol=1e-5, atol=1e-6)

    def test_estimates_by_hand(self):
        """One channel, mean 1, γ = exp(−δ log 2): a reading of 5 decays 5, 3, 2, 1.5.

        The reading reaches h alone (h = n, linear), which keeps nothing.
        """
        layer = layers.GRUD(1, activation="linear", return_sequences=True)
        layer.build((None, None, 1))
        w = {v.name: v.numpy() * 0 for v in layer.weights}
        w["kernel"][0, 2] = 1.0
        w["bias"][0] = 100.0  # z = 1
        w["input_decay"][:] = np.log(2.0)
        w["means"][:] = 1.0
        layer.set_weights(list(w.values()))
        nan = np.nan
        x = np.array([nan, nan, 5.0, nan, nan, nan, 2.0, nan], "float32")
        expected = [1.0, 1.0, 5.0, 3.0, 2.0, 1.5, 2.0, 1.5]
        found = np.ravel(layer(x.reshape(1, -1, 1)))
        np.testing.assert_allclose(found, expected, rtol=1e-6)

    def test_given_deltas_are_those_that_it_counts(self):
        plain = layers.GRUD(UNITS, return_sequences=True)
        given = layers.GRUD(UNITS, deltas=True, return_sequences=True)
        random_weights(plain, CHANNELS)
        given.build((None, None, 2 * CHANNELS))
        given.set_weights(plain.get_weights())
        x = with_gaps(X)
        delta = np.zeros_like(x)
        for t in range(1, x.shape[1]):
            delta[:, t] = 1 + np.isnan(x[:, t - 1]) * delta[:, t - 1]
        both = np.concatenate([x, delta], axis=-1)
        np.testing.assert_allclose(given(both), plain(x), rtol=1e-5, atol=1e-6)

    @pytest.mark.parametrize("graph", [False, True])
    def test_gradients_with_gaps_are_those_of_numpy(self, graph):
        layer = layers.GRUD(UNITS, deltas=True, dtype="float64", **FULL)
        random_weights(layer, 2 * CHANNELS)
        delta = RNG.uniform(0, 3, X.shape)
        x = np.concatenate([with_gaps(X), delta], axis=-1)
        states = tuple(RNG.normal(size=(2, n)) for n in (UNITS, CHANNELS))
        variables = [w.value for w in layer.trainable_weights]

        def compute(x, states):
            with tf.GradientTape() as tape:
                tape.watch([x, *states])
                found = layer(x, initial_state=states, training=True)
                loss = tf.add_n([tf.reduce_sum(value**2) for value in found])
            return found, tape.gradient(loss, [x, *states, *variables])

        compute = tf.function(compute) if graph else compute
        found, slopes = compute(tf.constant(x), [tf.constant(s) for s in states])
        network, weights = reference.GRUD(deltas=True), tuple(layer.get_weights())
        run = reference.sequence_forward(network, x, states, weights)
        by_hand = reference.sequence_backward(
            network,
            2 * run.outputs,
            tuple(2 * state for state in run.states),
            run.memories,
            weights,
        )
        for a, b in zip(arrays(found), [run.outputs, *run.states], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11)
        expected = [by_hand.inputs, *by_hand.states, *by_hand.weights[:-1]]
        for a, b in zip(arrays(slopes), expected, strict=True):
            assert np.isfinite(a).all()
            np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-10)

    def test_adapt(self):
        layer = layers.GRUD(UNITS)
        x = with_gaps(X)
        mask = np.ones(x.shape[:2], bool)
        mask[0, 5:] = False
        layer.adapt(x, mask=mask)
        expected = [np.nanmean(x[mask][:, 0]), np.nanmean(x[mask][:, 1]), 0.0]
        np.testing.assert_allclose(layer.cell.means, expected, rtol=1e-5)

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: layers.GRUD(2).adapt(X[0]), "`sequences` must have 3 axes, got 2"),
            (lambda: layers.GRUD(2).adapt(X / 0), "`sequences` must be finite or NaN"),
            (lambda: layers.GRUD(2, deltas=True)(X), "must have a δ for each channel"),
            (lambda: layers.GRUD(2).initial_state(3), "build it first"),
        ],
    )
    @pytest.mark.filterwarnings("ignore:divide by zero")
    def test_bad_input(self, make, message):
        with pytest.raises(ValueError, match=message):
            make()

    def test_in_other_layers(self):
        x = with_gaps(X)
        both = layers.Bidirectional(layers.GRUD(UNITS, return_sequences=True))
        assert np.isfinite(both(x)).all()
        stack = layers.Stack([layers.GRUD(UNITS), layers.LSTM(2)])
        assert np.isfinite(stack(x)).all()


class TestCfC:
    def test_cell_of_ncps(self):
        """Its gate has a second head, added to f Δt: zero here."""
        torch = pytest.importorskip("torch")
        ncps = pytest.importorskip("ncps.torch")
        layer = layers.CfC(
            UNITS,
            backbone_units=6,
            backbone_layers=2,
            time_channel=True,
            return_sequences=True,
        )
        w = random_weights(layer, CHANNELS + 1)
        cell = ncps.CfCCell(
            CHANNELS,
            UNITS,
            backbone_activation="tanh",
            backbone_units=6,
            backbone_layers=2,
        )
        f, p, q = np.split(w["head_kernel"], 3, axis=1)
        c_f, c_p, c_q = np.split(w["head_bias"], 3)
        given = {
            "backbone.0.weight": np.vstack([w["kernel"], w["recurrent_kernel"]]),
            "backbone.0.bias": w["bias"],
            "backbone.2.weight": w["backbone_kernel_1"],
            "backbone.2.bias": w["backbone_bias_1"],
            "ff1.weight": p,
            "ff1.bias": c_p,
            "ff2.weight": q,
            "ff2.bias": c_q,
            "time_a.weight": f,
            "time_a.bias": c_f,
            "time_b.weight": 0 * f,
            "time_b.bias": 0 * c_f,
        }
        cell.load_state_dict({k: torch.tensor(v.T) for k, v in given.items()})
        elapsed = RNG.uniform(0.1, 3, (2, 7, 1)).astype("float32")
        h, expected = torch.zeros(2, UNITS), []
        with torch.no_grad():
            for t in range(7):
                h, _ = cell(torch.tensor(X[:, t]), h, torch.tensor(elapsed[:, t]))
                expected.append(h.numpy())
        found = layer(np.concatenate([X, elapsed], axis=-1))
        np.testing.assert_allclose(found, np.stack(expected, 1), rtol=1e-4, atol=1e-6)

    def test_absent_time_is_one(self):
        plain = layers.CfC(UNITS, backbone_units=5, return_sequences=True)
        timed = layers.CfC(
            UNITS, backbone_units=5, time_channel=True, return_sequences=True
        )
        random_weights(plain, CHANNELS)
        timed.build((None, None, CHANNELS + 1))
        timed.set_weights(plain.get_weights())
        ones = np.append(X, np.ones_like(X[..., :1]), axis=-1)
        np.testing.assert_allclose(timed(ones), plain(X), rtol=1e-6)

    def test_no_time_and_very_long_time(self):
        """σ(0) = 1/2 of each head; for f > 0 and a long time only q is left."""
        layer = layers.CfC(1, backbone_units=2, time_channel=True)
        layer.build((None, None, 2))
        w = {v.name: v.numpy() * 0 for v in layer.weights}
        w["head_bias"][:] = [1.0, 2.0, -1.0]
        layer.set_weights(list(w.values()))

        def after(time):
            return float(np.ravel(layer(np.array([[[0.0, time]]], "float32")))[0])

        np.testing.assert_allclose(
            after(0.0), (np.tanh(2) + np.tanh(-1)) / 2, rtol=1e-5
        )
        np.testing.assert_allclose(after(1e6), np.tanh(-1), rtol=1e-5)

    def test_dropout_leaves_the_time(self):
        layer = layers.CfC(UNITS, time_channel=True, dropout=0.9, seed=1)
        mask = np.asarray(layer.cell.get_dropout_mask(np.ones((50, 3), "float32")))
        np.testing.assert_array_equal(mask[:, -1], 1.0)
        assert (mask[:, :-1] == 0).any()

    def test_time_alone_is_no_input(self):
        with pytest.raises(ValueError, match="features beside the time channel"):
            layers.CfC(2, time_channel=True)(X[..., :1])

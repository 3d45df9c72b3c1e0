"""Gated networks: published figures, and networks that are others in disguise."""

import keras
import numpy as np
import pytest

from seqkit import cells, layers

FEATURES, UNITS = 3, 4
X = np.random.default_rng(0).normal(size=(2, 6, FEATURES))


def random_weights(layer, seed=1):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=w.shape) for w in layer.weights]


def built(make, weights=None, **options):
    """A layer in float64, with weights that are given or random."""
    layer = make(UNITS, return_sequences=True, dtype="float64", **options)
    layer.build((None, None, FEATURES))
    layer.set_weights(random_weights(layer) if weights is None else weights)
    return layer


def same(one, other, x=X):
    np.testing.assert_allclose(one(x), other(x), rtol=1e-9, atol=1e-11)


def half(_, dtype=None):
    return keras.ops.full(_, 0.5, dtype)


class TestAgainstTensorFlowAddons:
    """The figures in the tests of TensorFlow Addons 0.23."""

    def test_peephole_lstm(self):
        """One step from zero; every kernel and peephole one, so o sees the new c."""
        cell = cells.PeepholeLSTMCell(
            5, kernel_initializer="ones", peephole_initializer="ones"
        )
        x = np.eye(5)[[1, 2, 3, 4]][:, :4].astype("float32")
        # There the forget gate's bias, which starts at one, meets a cell of zero.
        output, _ = cell(x, cell.get_initial_state(4))
        expected = np.repeat([[0.417551]] * 3 + [[0.0]], 5, axis=1)
        np.testing.assert_allclose(output, expected, rtol=1e-6, atol=1e-6)

    @pytest.mark.parametrize(
        ("projection", "h", "c"),
        [
            (
                None,
                [0.576751, 0.618936, 0.627393],
                [0.715798, 0.780416, 0.794576],
            ),
            (5, [1.697418, 1.840037, 1.873985], [0.69855207, 0.77073824, 0.78973997]),
        ],
    )
    def test_nas(self, projection, h, c):
        cell = cells.NASCell(
            6,
            projection=projection,
            kernel_initializer=half,
            recurrent_initializer=half,
            projection_initializer=half,
        )
        x = np.repeat([[1.0], [2.0], [3.0]], 4, axis=1).astype("float32")
        states = [np.full((3, n), 0.1, "float32") for n in (projection or 6, 6)]
        output, (new_h, new_c) = cell(x, states)
        for found, expected in ((output, h), (new_h, h), (new_c, c)):
            expected = np.repeat(np.reshape(expected, (3, 1)), found.shape[1], axis=1)
            np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)

    def test_layer_norm_lstm(self):
        """h of one step; c there is the normalized one."""
        cell = cells.LayerNormLSTMCell(2, norm_epsilon=1e-12)
        cell.build((None, 3))
        for weight in cell.weights[:3]:
            weight.assign(np.full(weight.shape, 0.5))
        bias = np.full(8, 0.5)
        bias[2:4] = 1.0
        cell.bias.assign(bias)
        states = [np.array([v], "float32") for v in ([0.2, 0.3], [0.0, 0.1])]
        output, (_, c) = cell(np.ones((1, 3), "float32"), states)
        np.testing.assert_allclose(output, [[-0.47406167, 0.47406143]], rtol=1e-5)
        centred = np.asarray(c) - np.mean(c)
        np.testing.assert_allclose(centred / np.std(c), [[-1.0, 1.0]], rtol=1e-5)


class TestAsOthers:
    def test_coupled_lstm_is_the_lstm_with_a_negated_forget_gate(self):
        """1 − σ(a) = σ(−a)."""
        coupled = built(layers.CoupledLSTM)
        *blocks, peepholes = coupled.get_weights()
        weights = []
        for w in blocks:
            i, g, o = np.split(w, 3, axis=-1)
            weights.append(np.concatenate([i, -i, g, o], axis=-1))
        p_i, p_o = peepholes
        twin = built(layers.PeepholeLSTM, [*weights, np.stack([p_i, -p_i, p_o])])
        same(coupled, twin)
        alone = built(layers.CoupledLSTM, blocks, peepholes=False)
        same(alone, built(keras.layers.LSTM, weights))

    def test_peephole_lstm_without_peepholes_is_the_lstm(self):
        peephole = built(layers.PeepholeLSTM)
        weights = peephole.get_weights()
        weights[3][:] = 0.0
        peephole.set_weights(weights)
        same(peephole, built(keras.layers.LSTM, weights[:3]))

    def test_projected_lstm_by_the_identity_is_the_lstm(self):
        projected = built(layers.ProjectedLSTM)
        weights = projected.get_weights()
        weights[3] = np.eye(UNITS)
        projected.set_weights(weights)
        same(projected, built(layers.PeepholeLSTM, [*weights[:3], weights[4]]))

    def test_depth_gated_lstm_with_closed_gates_is_a_stack(self):
        stack = built(layers.DepthGatedLSTM, layers=2)
        weights = {
            w.name: a for w, a in zip(stack.weights, stack.get_weights(), strict=True)
        }
        for name in ("bias", "bias_2"):
            weights[name][4 * UNITS :] = -1e3
        stack.set_weights(list(weights.values()))

        def lstm(suffix):
            return [
                weights[f"kernel{suffix}"][:, : 4 * UNITS],
                weights[f"recurrent_kernel{suffix}"],
                weights[f"bias{suffix}"][: 4 * UNITS],
                weights[f"peephole_kernel{suffix}"][:3],
            ]

        lower = built(layers.PeepholeLSTM, lstm(""))
        upper = layers.PeepholeLSTM(UNITS, return_sequences=True, dtype="float64")
        upper.build((None, None, UNITS))
        upper.set_weights(lstm("_2"))
        same(stack, lambda x: upper(lower(x)))

    def test_mut2_is_the_gru_with_its_update_gate_negated(self):
        mut = built(layers.MUT2)
        weights = mut.get_weights()
        for w in weights:
            w[..., :UNITS] *= -1.0
        same(mut, built(keras.layers.GRU, weights, reset_after=False))

    def test_janet_without_beta_is_the_ugrnn(self):
        janet = built(layers.JANET, beta=0.0)
        weights = [np.roll(w, UNITS, axis=-1) for w in janet.get_weights()]
        same(janet, built(layers.UGRNN, weights))

    def test_rhn_of_depth_one_is_the_ugrnn_with_its_gate_negated(self):
        rhn = built(layers.RHN, depth=1)
        weights = rhn.get_weights()
        for w in weights:
            w[..., UNITS:] *= -1.0
        same(rhn, built(layers.UGRNN, weights))

    def test_ligru_with_tanh_is_the_ugrnn_in_another_order(self):
        ligru = built(layers.LiGRU, activation="tanh", batch_norm=False)
        weights = [np.roll(w, UNITS, axis=-1) for w in ligru.get_weights()]
        same(ligru, built(layers.UGRNN, weights))

    def test_mgu_conventions_differ_by_which_share_is_kept(self):
        """With a candidate that ignores the gate, one gate is the other's negation."""
        paper = built(layers.MGU)
        weights = paper.get_weights()
        weights[1][:, UNITS:] = 0.0
        paper.set_weights(weights)
        flipped = [np.copy(w) for w in weights]
        for w in flipped:
            w[..., :UNITS] *= -1.0
        same(paper, built(layers.MGU, flipped, gate_keeps=True))

    def test_scrn_without_memory_is_the_simple_rnn(self):
        """α = 1 would hold the context; at B = 0 it is zero, and y is h."""
        scrn = built(layers.SCRN, activation="tanh")
        weights = {
            w.name: a for w, a in zip(scrn.weights, scrn.get_weights(), strict=True)
        }
        weights["context_kernel"][:] = 0.0
        weights["output_kernel"][:] = np.eye(2 * UNITS, UNITS)
        weights["output_bias"][:] = 0.0
        scrn.set_weights(list(weights.values()))
        names = ("kernel", "recurrent_kernel", "bias")
        same(scrn, built(keras.layers.SimpleRNN, [weights[n] for n in names]))


class TestByHand:
    def test_scrn_context_is_a_running_mean(self):
        """α = 0.5, B = 1: s is 0.5, 0.75, 0.875; y = s."""
        layer = layers.SCRN(1, decay=0.5, return_sequences=True)
        layer.build((None, None, 1))
        names = [w.name for w in layer.weights]
        arrays = dict(zip(names, map(np.zeros_like, layer.get_weights()), strict=True))
        arrays["context_kernel"][:] = 1.0
        arrays["output_kernel"][:] = [[0.0], [1.0]]
        layer.set_weights(list(arrays.values()))
        outputs = layer(np.ones((1, 3, 1), "float32"))
        np.testing.assert_allclose(np.ravel(outputs), [0.5, 0.75, 0.875], rtol=1e-6)

    def test_depth_gate_adds_the_cell_below(self):
        """Gates open (σ(30) = 1), but the input gates, closed: c^1 = V x, c^2 = c^1."""
        layer = layers.DepthGatedLSTM(1, return_sequences=True, return_state=True)
        layer.build((None, None, 1))
        names = [w.name for w in layer.weights]
        arrays = dict(zip(names, map(np.zeros_like, layer.get_weights()), strict=True))
        for name in ("bias", "bias_2"):  # i, f, g, o, k
            arrays[name][:] = [-30.0, -30.0, 0.0, 30.0, 30.0]
        arrays["input_kernel"][:] = 0.5
        layer.set_weights(list(arrays.values()))
        x = np.array([[[1.0], [2.0]]], "float32")
        outputs, _, c_1, _, c_2 = layer(x)
        np.testing.assert_allclose([c_1[0, 0], c_2[0, 0]], [1.0, 1.0], rtol=1e-6)
        np.testing.assert_allclose(np.ravel(outputs), np.tanh([0.5, 1.0]), rtol=1e-6)

    def test_mut1_and_mut2_take_the_input_as_it_is(self):
        """An identity for the input's kernel there is the paper's equation."""
        for make, block in ((layers.MUT1, 2), (layers.MUT2, 1)):
            paper = make(
                3, input_projection=False, return_sequences=True, dtype="float64"
            )
            paper.build((None, None, 3))
            kernel, *others = random_weights(paper)
            paper.set_weights([kernel, *others])
            blocks = np.split(kernel, 2, axis=1)
            blocks.insert(block, np.eye(3))
            whole = make(3, return_sequences=True, dtype="float64")
            whole.build((None, None, 3))
            whole.set_weights([np.concatenate(blocks, axis=1), *others])
            same(paper, whole)


class TestPublishedSizes:
    def test_rhn(self):
        """Zilly et al. 2017, Penn Treebank: 830 units, depth 10, tied weights: 23 M."""
        layer = layers.RHN(830, depth=10, recurrent_initializer="zeros")
        layer.build((None, None, 830))
        embedding, output_bias = 10_000 * 830, 10_000
        total = layer.count_params() + embedding + output_bias
        assert round(total / 1e6) == 23

    def test_mgu_has_two_thirds_of_the_gru(self):
        """Zhou et al. 2016."""
        mgu, gru = layers.MGU(100), layers.GRU(100, reset_after=False)
        for layer in (mgu, gru):
            layer.build((None, None, 28))
        assert 3 * mgu.count_params() == 2 * gru.count_params()

    def test_janet_has_half_of_the_lstm(self):
        """Van der Westhuizen & Lasenby 2018."""
        janet, lstm = layers.JANET(128), layers.LSTM(128)
        for layer in (janet, lstm):
            layer.build((None, None, 1))
        assert 2 * janet.count_params() == lstm.count_params()

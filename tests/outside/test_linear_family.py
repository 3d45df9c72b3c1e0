"""Networks that are linear in their state: by hand, by sums, and as published."""

import numpy as np
import pytest

from seqkit import layers

X = np.random.default_rng(0).normal(size=(2, 7, 3)).astype("float32")


def with_weights(layer, **weights):
    """A built layer with the weights given, and the others zero."""
    layer.build((None, None, 3))
    layer.set_weights(
        [weights.pop(w.name, np.zeros(w.shape)) for w in layer.weights],
    )
    assert not weights
    return layer


def test_min_gru_with_open_gates_repeats_its_candidates():
    kernel = np.random.default_rng(1).normal(size=(3, 4)).astype("float32")
    layer = with_weights(
        layers.MinGRU(2, return_sequences=True),
        kernel=np.concatenate([0 * kernel[:, :2], kernel[:, 2:]], axis=1),
        bias=np.array([50.0, 50.0, 0.0, 0.0]),
    )
    np.testing.assert_allclose(layer(X), X @ kernel[:, 2:], rtol=1e-5, atol=1e-6)


def test_min_gru_with_half_open_gates_by_hand():
    """z = 1/2: h is 1/2, 3/4, 7/8 for candidates of one."""
    layer = with_weights(
        layers.MinGRU(1, return_sequences=True), bias=np.array([0.0, 1.0])
    )
    np.testing.assert_allclose(np.ravel(layer(X[:1, :3])), [0.5, 0.75, 0.875])


def test_min_lstm_gates_add_up_to_one():
    """With i = f, h is the average of h and the candidate, whatever i is."""
    for gate in (-2.0, 0.0, 3.0, -200.0):
        layer = with_weights(
            layers.MinLSTM(1, return_sequences=True), bias=np.array([gate, gate, 1.0])
        )
        np.testing.assert_allclose(np.ravel(layer(X[:1, :3])), [0.5, 0.75, 0.875])


class TestLRU:
    def test_is_a_sum_over_complex_powers(self):
        """y_t = Re(C Σ_k λ^k γ B x_{t-k}) + D x_t, in NumPy's complex numbers."""
        layer = layers.LRU(4, output_units=2, return_sequences=True)
        y = np.asarray(layer(X))
        decay, frequency, scale, b, c, d = (w.numpy() for w in layer.weights)
        lambdas = np.exp(-np.exp(decay) + 1j * np.exp(frequency))
        b = b[:, :4] + 1j * b[:, 4:]
        c = c[:4] - 1j * c[4:]
        for t in range(X.shape[1]):
            state = sum(
                lambdas**k * np.exp(scale) * (X[:, t - k] @ b) for k in range(t + 1)
            )
            expected = (state @ c).real + X[:, t] @ d
            np.testing.assert_allclose(y[:, t], expected, rtol=1e-4, atol=1e-5)

    def test_starts_on_a_ring_with_its_scale(self):
        layer = layers.LRU(2000, min_radius=0.4, max_radius=0.8, max_angle=1.0)
        layer.build((None, None, 3))
        decay, frequency, scale, b, c, _ = (w.numpy() for w in layer.weights)
        radius, angle = np.exp(-np.exp(decay)), np.exp(frequency)
        assert radius.min() > 0.4 - 1e-6
        assert radius.max() < 0.8 + 1e-6
        # Uniform on the ring: the squares of the radii are uniform.
        share = (radius**2 - 0.16) / (0.64 - 0.16)
        np.testing.assert_allclose(
            np.quantile(share, [0.25, 0.75]), [0.25, 0.75], atol=0.05
        )
        assert angle.max() < 1.0
        np.testing.assert_allclose(np.exp(scale), np.sqrt(1 - radius**2), rtol=1e-4)
        np.testing.assert_allclose(b.var(), 1 / 6, rtol=0.1)
        np.testing.assert_allclose(c.var(), 1 / 2000, rtol=0.1)

    def test_keeps_the_variance_of_white_noise(self):
        """That is what γ is for: |h|² stays that of B x."""
        layer = layers.LRU(64, min_radius=0.9, max_radius=0.99, return_state=True)
        x = np.random.default_rng(0).normal(size=(8, 600, 16)).astype("float32")
        _, real, imaginary = layer(x)
        power = np.mean(np.square(real) + np.square(imaginary))
        np.testing.assert_allclose(power, 1.0, atol=0.25)  # 2 · 1/(2 · 16) · 16

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"min_radius": 1.0}, "`min_radius` must lie in"),
            ({"max_radius": 0.5, "min_radius": 0.5}, "`max_radius` must be above"),
            ({"max_angle": 7.0}, "`max_angle` must be at most 2π"),
        ],
    )
    def test_bad_arguments(self, options, message):
        with pytest.raises(ValueError, match=message):
            layers.LRU(4, **options)

    def test_diagonal_skip_needs_as_many_outputs_as_features(self):
        layer = layers.LRU(4, diagonal_skip=True)
        with pytest.raises(ValueError, match=r"`output_units` .* 3, got 4"):
            layer(X)


class TestRGLRU:
    def test_by_hand(self):
        """r = i = 1/2 and softplus(Λ) = log(4)/4: a = 1/4, h = h/4 + sqrt(15)/8 v."""
        layer = with_weights(
            layers.RGLRU(3, project=False, return_sequences=True),
            decay=np.full(3, np.log(np.expm1(np.log(4.0) / 4))),
        )
        h, expected = 0.0, []
        for t in range(3):
            h = 0.25 * h + np.sqrt(15) / 8 * X[:, t]
            expected.append(h)
        np.testing.assert_allclose(layer(X[:, :3]), np.stack(expected, 1), rtol=1e-4)

    def test_decay_starts_as_published(self):
        layer = layers.RGLRU(2000)
        layer.build((None, None, 3))
        decay = layer.cell.decay.numpy()
        kept = np.exp(-8 * np.log1p(np.exp(decay)))
        assert kept.min() > 0.9 - 1e-4
        assert kept.max() < 0.999 + 1e-4
        np.testing.assert_allclose(np.quantile(kept, 0.5), 0.9495, atol=0.01)

    def test_shut_gates_give_no_nan(self):
        """r underflows to zero: a is one, and the root has no slope."""
        import tensorflow as tf

        layer = with_weights(
            layers.RGLRU(3, project=False), gate_bias=np.array([-200.0] * 3 + [0.0] * 3)
        )
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(X))
        for gradient in tape.gradient(loss, layer.trainable_weights):
            assert np.all(np.isfinite(gradient))

    def test_other_features_need_a_projection(self):
        with pytest.raises(ValueError, match=r"must have 4 features, .* got 3"):
            layers.RGLRU(4, project=False)(X)

"""Jordan's network by hand, and the mistakes that implementations of it make."""

import numpy as np
import pytest

from seqkit.layers import Jordan

INPUTS = np.array([[[1.0], [1.0], [1.0], [3.0]]], "float32")
FEATURES, UNITS, OUTPUTS = 2, 4, 3


def one_linear_unit(**options):
    """One linear unit, all weights one, all biases zero."""
    layer = Jordan(
        1,
        activation="linear",
        output_activation="linear",
        return_sequences=True,
        **options,
    )
    layer.build(INPUTS.shape)
    layer.set_weights(
        [np.full(w.shape, float("kernel" in w.name)) for w in layer.weights]
    )
    return layer


def test_output_feedback_by_hand():
    """Variant A: s_t = y_{t-1}, y_t = x_t + s_t."""
    outputs = one_linear_unit()(INPUTS)
    np.testing.assert_array_equal(np.ravel(outputs), [1.0, 2.0, 3.0, 6.0])


def test_decay_by_hand():
    """Variant B, α = 0.5: s is 0, 1, 0.5 + 2 = 2.5, 1.25 + 3.5 = 4.75."""
    outputs = one_linear_unit(decay=0.5)(INPUTS)
    np.testing.assert_array_equal(np.ravel(outputs), [1.0, 2.0, 3.5, 7.75])


def test_normalized_decay_by_hand():
    """s is 0, 0.5·1 = 0.5, 0.25 + 0.5·1.5 = 1, 0.5 + 0.5·2 = 1.5."""
    outputs = one_linear_unit(decay=0.5, normalized=True)(INPUTS)
    np.testing.assert_array_equal(np.ravel(outputs), [1.0, 1.5, 2.0, 4.5])


def test_steady_state_gain():
    """Fed a constant output, the state units come to 1/(1 − α) times it."""
    layer = one_linear_unit(decay=0.75, return_state=True)
    weights = dict(
        zip([w.name for w in layer.weights], layer.get_weights(), strict=True)
    )
    weights["recurrent_kernel"] *= 0.0  # the output is the input
    layer.set_weights(list(weights.values()))
    _, state = layer(np.ones((1, 60, 1), "float32"))
    np.testing.assert_allclose(state, [[4.0]], rtol=1e-5)


def test_the_rsnns_network_by_hand():
    """s_1 = 0.5, s_{t+1} = 0.3 s_t + y_t, h_t = σ(x_t + s_t), y_t = h_t."""
    layer = Jordan(1, preset="rsnns", return_sequences=True)
    layer.build(INPUTS.shape)
    layer.set_weights(
        [np.full(w.shape, float("kernel" in w.name)) for w in layer.weights]
    )
    state, expected = 0.5, []
    for x in np.ravel(INPUTS):
        expected.append(1.0 / (1.0 + np.exp(-(x + state))))
        state = 0.3 * state + expected[-1]
    np.testing.assert_allclose(np.ravel(layer(INPUTS)), expected, rtol=1e-6)


class TestMistakes:
    """What public implementations get wrong; the layer must differ from each."""

    @pytest.fixture
    def setting(self):
        layer = Jordan(UNITS, output_units=OUTPUTS, return_sequences=True)
        layer.build((None, None, FEATURES))
        rng = np.random.default_rng(0)
        layer.set_weights([rng.normal(size=w.shape) for w in layer.weights])
        x = rng.normal(size=(2, 5, FEATURES)).astype("float32")
        return layer, x

    @staticmethod
    def run(layer, x, fed_back, kept=None):
        """Run the network in NumPy: `fed_back(h, y)` is what U meets next step.

        `kept` is a matrix from the last hidden layer to this one, which no Jordan
        network has.
        """
        w, u, b, v, d = layer.get_weights()
        s, h = np.zeros((len(x), len(u))), np.zeros((len(x), UNITS))
        outputs = []
        for t in range(x.shape[1]):
            extra = 0.0 if kept is None else h @ kept
            h = np.tanh(x[:, t] @ w + s @ u + b + extra)
            y = np.tanh(h @ v + d)
            s = fed_back(h, y)
            outputs.append(y)
        return np.stack(outputs, axis=1)

    def test_right(self, setting):
        layer, x = setting
        expected = self.run(layer, x, lambda h, y: y)
        np.testing.assert_allclose(layer(x), expected, rtol=1e-4, atol=1e-5)

    def test_constant_zero_context(self, setting):
        layer, x = setting
        wrong = self.run(layer, x, lambda h, y: np.zeros_like(y))
        assert np.abs(layer(x) - wrong)[:, 1:].max() > 0.1
        np.testing.assert_allclose(layer(x)[:, 0], wrong[:, 0], rtol=1e-4, atol=1e-5)

    def test_output_size_is_free_of_hidden_size(self, setting):
        layer, x = setting
        assert layer(x).shape == (2, 5, OUTPUTS)
        assert layer.cell.recurrent_kernel.shape == (OUTPUTS, UNITS)
        assert layer.cell.output_kernel.shape == (UNITS, OUTPUTS)
        assert layer.get_initial_state(2)[0].shape == (2, OUTPUTS)

    def test_hidden_layer_is_not_carried(self, setting):
        """Variant C, with recurrence through the hidden layer too, is another model."""
        layer, x = setting
        kept = np.random.default_rng(1).normal(size=(UNITS, UNITS))
        wrong = self.run(layer, x, lambda h, y: y, kept)
        assert np.abs(layer(x) - wrong)[:, 1:].max() > 0.1

    def test_what_no_output_sees_is_forgotten(self):
        """A hidden unit with no way to the outputs cannot act on the next step."""
        layer = Jordan(2, output_units=1, return_sequences=True)
        layer.build((None, None, 2))
        separate = np.eye(2)  # an input for each hidden unit
        seen = np.array([[1.0], [0.0]])  # the output sees the first hidden unit
        layer.set_weights([separate, np.ones((1, 2)), np.zeros(2), seen, np.zeros(1)])
        x = np.random.default_rng(0).normal(size=(1, 5, 2)).astype("float32")
        changed = x.copy()
        changed[:, :, 1] += 1.0
        np.testing.assert_array_equal(layer(changed), layer(x))

    def test_hidden_layer_is_not_what_is_fed_back(self):
        """Where sizes allow, feeding h back would make it Elman's network."""
        layer = Jordan(UNITS, return_sequences=True)
        layer.build((None, None, FEATURES))
        rng = np.random.default_rng(0)
        layer.set_weights([rng.normal(size=w.shape) for w in layer.weights])
        x = rng.normal(size=(2, 5, FEATURES)).astype("float32")
        wrong = self.run(layer, x, lambda h, y: h)
        assert np.abs(layer(x) - wrong)[:, 1:].max() > 0.1
        right = self.run(layer, x, lambda h, y: y)
        np.testing.assert_allclose(layer(x), right, rtol=1e-4, atol=1e-5)

"""Simple recurrent networks against torchrecurrent, published counts and by hand."""

import keras
import numpy as np
import pytest

from seqkit import layers
from seqkit.testing.subject import FULL, arrays

FEATURES, UNITS, BATCH, TIME = 3, 4, 2, 6
INPUTS = np.random.default_rng(0).normal(size=(BATCH, TIME, FEATURES)).astype("float32")


def built(layer):
    """A layer with random weights, by name."""
    layer.build((None, None, FEATURES))
    rng = np.random.default_rng(1)
    layer.set_weights([rng.normal(size=w.shape) * 0.5 for w in layer.weights])
    return {w.name: w.numpy() for w in layer.weights}


def theirs(name, weights, two_states=False, **options):
    """The outputs of a cell of torchrecurrent, its other weights zero."""
    torch = pytest.importorskip("torch")
    cells = pytest.importorskip("torchrecurrent")
    cell = getattr(cells, name)(FEATURES, UNITS, **options)
    with torch.no_grad():
        for key, parameter in cell.named_parameters():
            value = weights.pop(key, np.zeros(parameter.shape))
            parameter.copy_(torch.tensor(np.ascontiguousarray(value)))
        assert not weights
        h = torch.zeros(BATCH, UNITS)
        state = (h, h) if two_states else h
        outputs = []
        for t in range(TIME):
            state = cell(torch.tensor(INPUTS[:, t]), state)
            outputs.append(state[0] if two_states else state)
        return torch.stack(outputs, 1).numpy()


def test_indrnn_in_torch():
    layer = layers.IndRNN(UNITS, activation="tanh", return_sequences=True)
    w = built(layer)
    given = {"weight_ih": w["kernel"].T, "bias_ih": w["bias"]}
    given["vector_u"] = w["recurrent_kernel"]
    np.testing.assert_allclose(layer(INPUTS), theirs("IndRNNCell", given), atol=1e-6)


def test_minimal_rnn_in_torch():
    layer = layers.MinimalRNN(UNITS, return_sequences=True)
    w = built(layer)
    given = {
        "weight_ih": w["kernel"].T,
        "bias_ih": w["bias"],
        "weight_mm": w["latent_kernel"].T,
        "weight_hh": w["recurrent_kernel"].T,
        "bias_hh": w["gate_bias"],
    }
    expected = theirs("MinimalRNNCell", given)
    np.testing.assert_allclose(layer(INPUTS), expected, atol=1e-6)


def test_cornn_in_torch():
    options = {"time_step": 0.3, "frequency": 1.5, "damping": 0.5}
    layer = layers.coRNN(UNITS, return_sequences=True, **options)
    w = built(layer)
    given = {
        "weight_ih": w["kernel"].T,
        "bias_ih": w["bias"],
        "weight_hh": w["recurrent_kernel"].T,
        "weight_ch": w["velocity_kernel"].T,
    }
    expected = theirs("coRNNCell", given, True, dt=0.3, gamma=1.5, epsilon=0.5)
    np.testing.assert_allclose(layer(INPUTS), expected, atol=1e-6)


def test_lem_in_torch():
    """Where y meets the memory it is another model there: it takes the old z.

    With no kernel from the memory to y the two agree.
    """
    layer = layers.LEM(UNITS, time_step=0.5, return_sequences=True)
    w = built(layer)
    w["memory_kernel"][:] = 0.0
    layer.set_weights(list(w.values()))
    swapped = [1, 0, 2]  # the time scale of y comes first there

    def blocks(kernel):
        parts = np.split(kernel, kernel.shape[-1] // UNITS, axis=-1)
        order = [*swapped, *range(3, len(parts))]
        return np.concatenate([parts[i] for i in order], axis=-1).T

    given = {
        "weight_ih": blocks(w["kernel"]),
        "bias_ih": blocks(w["bias"]),
        "weight_hh": blocks(w["recurrent_kernel"]),
    }
    expected = theirs("LEMCell", given, True, dt=0.5)
    np.testing.assert_allclose(layer(INPUTS), expected, atol=1e-6)


def test_lem_meets_the_new_memory():
    """One unit by hand: all scales 1/2, z = z/2 + x/2, y = y/2 + z/2, both linear."""
    layer = layers.LEM(1, activation="linear", use_bias=False, return_sequences=True)
    layer.build((None, None, 1))
    kernel = np.array([[0.0, 0.0, 1.0, 0.0]])
    layer.set_weights([kernel, np.zeros((1, 3)), np.ones((1, 1))])
    x = np.array([1.0, 1.0, 0.0], "float32").reshape(1, 3, 1)
    # z: 1/2, 3/4, 3/8
    np.testing.assert_allclose(np.ravel(layer(x)), [1 / 4, 1 / 2, 7 / 16], rtol=1e-6)


def test_irnn_is_the_network_of_keras_with_its_start():
    layer = layers.IRNN(UNITS, return_sequences=True)
    theirs = keras.layers.SimpleRNN(UNITS, activation="relu", return_sequences=True)
    x = np.abs(INPUTS)
    theirs.build(x.shape)
    layer.build(x.shape)
    w = {v.name: v.numpy() for v in layer.weights}
    np.testing.assert_array_equal(w["recurrent_kernel"], np.eye(UNITS))
    np.testing.assert_array_equal(w["bias"], np.zeros(UNITS))
    assert 0.0003 < w["kernel"].std() < 0.003
    theirs.set_weights(layer.get_weights())
    np.testing.assert_allclose(layer(x), theirs(x), rtol=1e-5, atol=1e-9)


def test_irnn_adds_up_at_the_start():
    """With the identity, a kernel of ones and no negative input the state is a sum."""
    layer = layers.IRNN(1, kernel_initializer="ones", return_sequences=True)
    x = np.array([1.0, 2.0, 0.0, 3.0], "float32").reshape(1, 4, 1)
    np.testing.assert_array_equal(np.ravel(layer(x)), [1.0, 3.0, 3.0, 6.0])


def test_two_irnns_start_differently():
    one, other = (layers.IRNN(UNITS) for _ in range(2))
    one.build((None, None, 3))
    other.build((None, None, 3))
    assert np.any(one.get_weights()[0] != other.get_weights()[0])


class TestClockwork:
    PERIODS = (1, 2, 4, 8, 16, 32, 64, 128)

    def test_published_count(self):
        """64 + 64 + 2304 of the layer, 65 of a linear output: 2,497."""
        inputs = keras.Input((None, 1))
        layer = layers.Clockwork(64, periods=self.PERIODS)
        model = keras.Model(inputs, keras.layers.Dense(1)(layer(inputs)))
        sizes = [int(np.prod(w.shape)) for w in model.weights]
        assert sizes == [64, 2304, 64, 64, 1]
        assert model.count_params() == 2497

    def test_kernel_is_block_triangular_not_triangular(self):
        """From k to g there is a kernel where k ≥ g, full inside a block."""
        layer = layers.Clockwork(6, periods=(1, 2, 4))
        built(layer)
        square = np.asarray(layer.cell.square_kernel()) != 0
        expected = np.kron(np.tril(np.ones((3, 3))), np.ones((2, 2))) > 0
        np.testing.assert_array_equal(square, expected)

    @pytest.mark.parametrize("first_step", [0, 1])
    def test_groups_act_at_their_periods(self, first_step):
        layer = layers.Clockwork(
            6, periods=(1, 2, 3), first_step=first_step, return_sequences=True
        )
        built(layer)
        x = np.random.default_rng(2).normal(size=(1, 12, FEATURES)).astype("float32")
        y = np.concatenate([np.zeros((1, 6)), np.asarray(layer(x))[0]])
        changed = np.diff(y, axis=0).reshape(12, 3, 2) != 0
        t = np.arange(first_step, first_step + 12)[:, None]
        expected = t % np.array([1, 2, 3]) == 0
        np.testing.assert_array_equal(changed, np.stack([expected] * 2, axis=-1))

    def test_a_slow_group_hears_no_faster_one(self):
        layer = layers.Clockwork(4, periods=(1, 3), return_sequences=True)
        w = built(layer)
        kernel = w["kernel"]
        kernel[0, 2:] = 0.0  # the first feature reaches the fast group alone
        layer.set_weights([kernel, *layer.get_weights()[1:]])
        x = INPUTS.copy()
        x[..., 0] += 1.0
        before, after = np.asarray(layer(INPUTS)), np.asarray(layer(x))
        np.testing.assert_array_equal(before[..., 2:], after[..., 2:])
        assert np.all(before[..., :2] != after[..., :2])

    def test_masked_steps_stop_the_clocks(self):
        layer = layers.Clockwork(4, periods=(1, 3), **FULL)
        built(layer)
        mask = np.array([[True, True, False, True, False, True]] * BATCH)
        masked = arrays(layer(INPUTS, mask=mask))
        short = arrays(layer(INPUTS[:, mask[0]]))
        np.testing.assert_allclose(masked[0][:, mask[0]], short[0], rtol=1e-6)
        np.testing.assert_array_equal(masked[2], short[2])

    @pytest.mark.parametrize("periods", [(), (0, 1), (2, 1), (1, 1), (1.5, 2), "12"])
    def test_bad_periods(self, periods):
        with pytest.raises(ValueError, match="`periods` must be increasing"):
            layers.Clockwork(4, periods=periods)

    def test_units_that_do_not_make_groups(self):
        with pytest.raises(ValueError, match=r"`units` must be a multiple .* 4, got 6"):
            layers.Clockwork(6)

    def test_clocks_that_cannot_count(self):
        layer = layers.Clockwork(2, periods=(1, 300), dtype="mixed_bfloat16")
        with pytest.raises(ValueError, match="`periods` must be at most 256"):
            layer.build((None, None, 3))


@pytest.mark.parametrize("bank", [0, 1, 3])
@pytest.mark.parametrize("feedback", ["recurrent_kernel", "feedback_kernel"])
def test_multi_recurrent_of_one_bank_alone(feedback, bank):
    """Without R it is Jordan's network, without U Elman's, with a decay of its bank."""
    options = {"output_units": 2, "return_sequences": True}
    layer = layers.MultiRecurrent(UNITS, banks=bank + 1, **options)
    w = built(layer)
    w[feedback][:] = 0.0
    kept = {"feedback_kernel", "recurrent_kernel"}.difference({feedback}).pop()
    size = len(w[kept]) // (bank + 1)
    w[kept][: bank * size] = 0.0
    layer.set_weights(list(w.values()))
    options |= {"decay": bank / (bank + 1), "normalized": True} if bank else {}
    if feedback == "recurrent_kernel":
        other = layers.Jordan(UNITS, **options)
    else:
        other = layers.Elman(UNITS, output_activation="tanh", **options)
    other.build(INPUTS.shape)
    recurrent = w[kept][bank * size :]
    other.set_weights(
        [w["kernel"], recurrent, w["bias"], w["output_kernel"], w["output_bias"]]
    )
    np.testing.assert_allclose(layer(INPUTS), other(INPUTS), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("make", "argument", "bad"),
    [
        (layers.coRNN, "time_step", 0),
        (layers.coRNN, "frequency", -1.0),
        (layers.coRNN, "damping", float("nan")),
        (layers.LEM, "time_step", 1.5),
        (layers.LEM, "time_step", "1"),
        (layers.Clockwork, "first_step", -1),
    ],
)
def test_bad_arguments(make, argument, bad):
    with pytest.raises(ValueError, match=f"`{argument}` must be .*, got {bad!r}"):
        make(4, **{argument: bad})

import keras
import numpy as np
import pytest

from seqkit.layers import MaskedPooling

INPUTS = np.random.default_rng(0).normal(size=(4, 5, 3)).astype("float32")
MASK = np.array([[1, 1, 1, 0, 0], [0, 1, 0, 1, 0], [1] * 5, [0] * 5], bool)


@pytest.mark.parametrize("mode", MaskedPooling.MODES)
def test_what_is_masked_counts_for_nothing(mode):
    layer = MaskedPooling(mode)
    pooled = np.array(layer(INPUTS, mask=MASK))
    garbage = np.where(MASK[..., None], INPUTS, np.nan).astype("float32")
    np.testing.assert_array_equal(layer(garbage, mask=MASK), pooled)
    for row in range(3):
        alone = layer(INPUTS[row : row + 1, MASK[row]])
        np.testing.assert_allclose(pooled[row], alone[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(pooled[3], np.zeros(3))


def test_values():
    row = INPUTS[1, MASK[1]]
    pooled = {
        m: np.array(MaskedPooling(m)(INPUTS, mask=MASK)[1]) for m in ("max", "mean")
    }
    np.testing.assert_allclose(pooled["max"], row.max(axis=0))
    np.testing.assert_allclose(pooled["mean"], row.mean(axis=0), rtol=1e-6)
    layer = MaskedPooling("attention")
    pooled = layer(INPUTS, mask=MASK)[1]
    kernel, bias, vector = layer.get_weights()
    scores = np.tanh(row @ kernel + bias) @ vector
    weights = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(pooled, (weights * row).sum(axis=0), rtol=1e-5)


@pytest.mark.parametrize("mode", MaskedPooling.MODES)
def test_gradients_are_finite_and_zero_under_the_mask(mode):
    import tensorflow as tf

    layer, inputs = MaskedPooling(mode), tf.constant(INPUTS)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        loss = tf.reduce_sum(layer(inputs, mask=MASK) ** 2)
    gradient = tape.gradient(loss, inputs).numpy()
    assert np.isfinite(gradient).all()
    assert not gradient[~MASK].any()
    assert gradient[MASK].any()


def test_half_precision():
    pooled = MaskedPooling("attention", dtype="mixed_float16")(INPUTS, mask=MASK)
    assert pooled.dtype == "float16"
    assert np.isfinite(np.array(pooled)).all()


def test_config():
    layer = MaskedPooling.from_config(MaskedPooling("mean", name="p").get_config())
    assert (layer.mode, layer.name) == ("mean", "p")
    assert isinstance(keras.saving.get_registered_object("seqkit>MaskedPooling"), type)
    with pytest.raises(ValueError, match=r"`mode` must be one of .* got 'sum'"):
        MaskedPooling("sum")


@pytest.mark.parametrize("mode", MaskedPooling.MODES)
def test_nothing_to_pool(mode):
    layer = MaskedPooling(mode)
    for batch, time in ((2, 0), (0, 5), (0, 0)):
        pooled = layer(np.zeros((batch, time, 3), "float32"))
        np.testing.assert_array_equal(pooled, np.zeros((batch, 3)))

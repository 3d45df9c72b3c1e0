import keras
import numpy as np
import pytest

from seqkit.layers import GRU, Bidirectional, Stretches

SEQUENCES = np.random.default_rng(0).normal(size=(3, 10, 2)).astype("float32")
LENGTHS = (10, 4, 0)
MASK = np.arange(10) < np.array(LENGTHS)[:, None]


@pytest.mark.parametrize("length", [1, 3, 5, 10, 99])
def test_each_stretch_by_itself(length):
    layer = GRU(4, return_sequences=True)
    found = Stretches(layer, length)(SEQUENCES, mask=MASK).numpy()
    for row, steps in enumerate(LENGTHS):
        for start in range(0, steps, length):
            end = min(start + length, steps)
            alone = layer(SEQUENCES[row : row + 1, start:end])
            np.testing.assert_allclose(found[row, start:end], alone[0], atol=1e-6)


def test_the_same_where_shapes_are_unknown():
    inputs = keras.Input((None, 2))
    layer = Stretches(Bidirectional(GRU(4, return_sequences=True)), 4)
    model = keras.Model(inputs, layer(keras.layers.Masking()(inputs)))
    assert model.output_shape == (None, None, 8)
    padded = np.where(MASK[..., None], SEQUENCES, 0)
    found = model.predict(padded, verbose=0)
    np.testing.assert_allclose(found, layer(padded, mask=MASK), atol=1e-5)
    short = model.predict(padded[:, :3], verbose=0)
    np.testing.assert_allclose(short, layer(padded[:, :3], mask=MASK[:, :3]), atol=1e-5)


def test_config():
    layer = Stretches(GRU(4, return_sequences=True), 7)
    again = Stretches.from_config(layer.get_config())
    assert (again.length, again.layer.units) == (7, 4)
    for length in (0, -1, 1.5, True, "2"):
        with pytest.raises(
            ValueError, match="`length` must be a positive integer, got"
        ):
            Stretches(GRU(4, return_sequences=True), length)
    with pytest.raises(ValueError, match="`layer` must have `return_sequences=True`"):
        Stretches(GRU(4), 3)


@pytest.mark.parametrize(
    ("layer", "length", "message"),
    [
        (GRU(2), 3, "`return_sequences=True`, got .* which has False"),
        (GRU(2, return_sequences=True, return_state=True), 3, "`return_state=False`"),
        (GRU(2, return_sequences=True, stateful=True), 3, "`stateful=False`"),
        (GRU(2, return_sequences=True, go_backwards=True), 3, "`go_backwards=False`"),
        (
            Bidirectional(GRU(2, return_sequences=True), merge_mode=None),
            3,
            "must have one output",
        ),
        (keras.layers.Dense(2), 3, "`layer` must be a recurrent layer"),
        (GRU(2, return_sequences=True), 0, "`length` must be a positive integer"),
    ],
)
def test_what_does_not_go_with_stretches(layer, length, message):
    with pytest.raises(ValueError, match=message):
        Stretches(layer, length)

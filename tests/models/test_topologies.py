"""Models by which inputs go to which outputs."""

import keras
import numpy as np
import pytest

from seqkit.models import topologies

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 6, 3)).astype("float32")
BEFORE = RNG.normal(size=(2, 4, 2)).astype("float32")


def moved(model, inputs, place):
    """Which outputs change where one of the inputs does."""
    changed = [each.copy() for each in inputs]
    changed[place[0]][(0, *place[1:])] += 1.0
    if len(inputs) == 1:
        inputs, changed = inputs[0], changed[0]
    difference = np.abs(model(changed) - model(inputs))[0]
    return difference.reshape(len(difference), -1).max(axis=-1) > 1e-7


def test_many_to_one_reads_all():
    model = topologies.many_to_one("LSTM", 3, units=4, outputs=2, depth=2)
    assert model(X).shape == (2, 2)
    assert all(moved(model, [X], (0, t)).all() for t in range(6))


def test_many_to_many_is_causal():
    model = topologies.many_to_many("GRU", 3, units=4, outputs=2)
    assert model(X).shape == (2, 6, 2)
    assert moved(model, [X], (0, 3)).tolist() == [False] * 3 + [True] * 3


def test_one_to_many_at_the_first_step_or_at_every_one():
    vector = X[:, 0]
    for given, kernel in (("first", [1, 0, 0]), ("every", [1, 1, 1])):
        model = topologies.one_to_many("SimpleRNN", 3, 4, 2, length=3, given=given)
        assert model(vector).shape == (2, 3, 2)
        inner = model.layers[-2]
        sequence = vector[:, None] * np.array(kernel, "float32")[None, :, None]
        np.testing.assert_allclose(model(vector), model.layers[-1](inner(sequence)))


@pytest.mark.parametrize("context", topologies.CONTEXTS)
def test_encoder_decoder(context, tmp_path):
    model = topologies.encoder_decoder("GRU", 3, 2, 4, outputs=5, context=context)
    assert model([X, BEFORE]).shape == (2, 4, 5)
    assert all(moved(model, [X, BEFORE], (0, s)).all() for s in range(6))
    seen = moved(model, [X, BEFORE], (1, 2))
    assert seen.tolist() == [False, False, True, True]
    assert ("attention" in [each.name for each in model.layers]) == (
        context == "attention"
    )
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded([X, BEFORE]), model([X, BEFORE]), atol=1e-6)


def with_masks(model, inputs, lengths):
    """A model's outputs for padded inputs, and their mask."""
    masks = [
        np.arange(x.shape[1]) < np.array(ends)[:, None]
        for x, ends in zip(inputs, lengths, strict=True)
    ]
    pad = [np.where(m[..., None], x, 9.0) for m, x in zip(masks, inputs, strict=True)]
    one = len(inputs) == 1
    tensors = [keras.ops.convert_to_tensor(each) for each in (*pad, *masks)]
    pad, masks = tensors[: len(inputs)], tensors[len(inputs) :]
    outputs = model(pad[0], mask=masks[0]) if one else model(pad, mask=masks)
    return outputs, masks[-1]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("context", [None, *topologies.CONTEXTS])
def test_masks(context):
    """A padded row is the row alone, and what comes out has the mask for a loss."""
    if context is None:
        model, inputs = topologies.many_to_many("GRU", 3, 4, 2), [X]
    else:
        model = topologies.encoder_decoder("GRU", 3, 2, 4, 5, context)
        inputs = [X, BEFORE]
    ends = [(6, 3), (4, 2)][: len(inputs)]
    outputs, mask = with_masks(model, inputs, ends)
    np.testing.assert_array_equal(outputs._keras_mask, mask)
    row = [x[1:, : end[1]] for x, end in zip(inputs, ends, strict=True)]
    alone = model(row if context else row[0])
    n = ends[-1][1]
    np.testing.assert_allclose(outputs[1, :n], alone[0], atol=1e-5)


@pytest.mark.filterwarnings("error")
def test_masks_of_many_to_one():
    model = topologies.many_to_one("LSTM", 3, 4, 2, depth=2)
    outputs, _ = with_masks(model, [X], [(6, 3)])
    np.testing.assert_allclose(outputs[1], model(X[1:, :3])[0], atol=1e-5)


def test_bad_arguments_are_named():
    for call, message in (
        (lambda: topologies.many_to_one("LTSM", 3, 4, 2), "Did you mean 'LSTM'"),
        (lambda: topologies.many_to_one("LSTM", 3, 4, 0), "`outputs` must be a pos"),
        (lambda: topologies.many_to_many("GRU", 3, 4, 2, 0), "`depth` must be a pos"),
        (lambda: topologies.many_to_many("GRU", 0, 4, 2), "`features` must be a pos"),
        (lambda: topologies.one_to_many("GRU", 3, 4, 2, -1), "`length` must be a pos"),
        (
            lambda: topologies.one_to_many("GRU", 3, 4, 2, 3, "last"),
            "`given` must be one of",
        ),
        (
            lambda: topologies.encoder_decoder("GRU", 3, 2, 4, 5, "all"),
            "`context` must be one of",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            call()

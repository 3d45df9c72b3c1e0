import numpy as np
import pytest
import tensorflow as tf

from seqkit.decoding import greedy_search, sample
from seqkit.errors import InputError
from tests.decoding.models import END, RandomModel, outputs, repeats, same

TABLE = np.array(
    [[0.1, 0.2, 0.3, 0.4], [0.25] * 4, [0.6, 0.3, 0.1, 1e-9], [0.05, 0.9, 0.03, 0.02]]
)


def step(tokens, state, memory):
    return tf.gather(np.log(TABLE).astype("float32"), tokens), state


def frequencies(number=4000, **options):
    """How often each token comes first, and each second after each first."""
    found = sample(
        step, np.zeros(number), (), end=END, maximum_length=2, seed=3, **options
    )
    ids = np.pad(found.ids[:, 0].numpy(), [(0, 0), (0, 2)])[:, :2]
    lengths = found.lengths[:, 0].numpy()
    first = np.where(lengths > 0, ids[:, 0], END)
    second = np.where(lengths > 1, ids[:, 1], END)[(first == 2) & (lengths > 0)]
    return [np.bincount(drawn, minlength=4) / len(drawn) for drawn in (first, second)]


@pytest.mark.parametrize("temperature", [1.0, 0.5, 3.0])
def test_tokens_come_as_often_as_they_should(temperature):
    for found, row in zip(frequencies(temperature=temperature), (0, 2), strict=True):
        expected = TABLE[row] ** (1 / temperature)
        np.testing.assert_allclose(found, expected / expected.sum(), atol=0.04)


def test_top_k():
    first, second = frequencies(top_k=2)
    np.testing.assert_allclose(first, [0, 0, 3 / 7, 4 / 7], atol=0.04)
    np.testing.assert_allclose(second, [2 / 3, 1 / 3, 0, 0], atol=0.04)


def test_the_best_one_alone_is_greedy():
    model = RandomModel(batch=10, vocabulary=6)
    options = {"end": END, "maximum_length": 6, "return_attention": True}
    greedy = greedy_search(*model.question, **options)
    same(sample(*model.question, top_k=1, **options), greedy)
    same(sample(*model.question, temperature=1e-4, **options), greedy)


def test_seeds():
    """A seed draws the same for a row, also where other rows end at other times."""
    model = RandomModel(batch=20, vocabulary=6)
    options = {"end": END, "maximum_length": 9}
    one, again, other = (
        sample(*model.question, seed=seed, **options) for seed in (1, tf.constant(1), 2)
    )
    same(one, again)
    assert not np.array_equal(one.scores, other.scores)
    longer = sample(*model.question, seed=1, minimum_length=[0] * 19 + [9], **options)
    np.testing.assert_allclose(longer.scores[:19], one.scores[:19], atol=1e-5)
    assert longer.lengths[19, 0] == 9
    drawn = [sample(*model.question, **options).scores for _ in range(2)]
    assert not np.array_equal(*drawn)


def test_scores_and_limits():
    """The score is the model's own, whatever was drawn from."""
    model = RandomModel(batch=20, vocabulary=6)
    found = sample(
        *model.question,
        end=END,
        temperature=2.0,
        top_k=4,
        seed=0,
        minimum_length=3,
        maximum_length=7,
        no_repeat_ngram=2,
        return_attention=True,
    )
    for row in range(20):
        (ids,) = outputs(found, row)
        assert 3 <= len(ids) <= 7
        assert not repeats(ids, 2)
        total, weights = model.forced(row, ids)
        np.testing.assert_allclose(found.scores[row, 0], total, atol=1e-4)
        np.testing.assert_allclose(
            found.attention[row, 0, : len(ids)], weights[:-1], atol=1e-5
        )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": 0.0}, "temperature must be above 0; got 0.0"),
        ({"temperature": float("nan")}, "temperature must be above 0; got nan"),
        ({"top_k": 0}, "top_k must be at least 1; got 0"),
    ],
)
def test_bad_settings(options, message):
    with pytest.raises(InputError, match=message):
        sample(step, [0], (), end=END, maximum_length=3, **options)

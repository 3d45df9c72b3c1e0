"""The searches in a graph of unknown shapes, and in a SavedModel."""

import numpy as np
import pytest
import tensorflow as tf

from seqkit.decoding import beam_search, greedy_search, sample
from seqkit.export import Signature, export_saved_model
from tests.decoding.models import END, RandomModel, same

MODEL = RandomModel(batch=6, seed=2, vocabulary=7)
SEARCHES = {
    "greedy": lambda *args, **options: greedy_search(*args, **options),
    "sample": lambda *args, **options: sample(*args, seed=4, top_k=5, **options),
    "beam": lambda *args, **options: beam_search(
        *args,
        size=3,
        n_best=2,
        length_penalty=0.5,
        coverage_penalty=0.3,
        source_mask=tf.ones(tf.shape(args[3][0])[:2], tf.bool),
        **options,
    ),
}
INPUTS = {
    "vector": tf.TensorSpec([None, MODEL.units]),
    "memory": tf.TensorSpec([None, None, MODEL.units]),
    "longest": tf.TensorSpec([None], tf.int32),
}


def decoder(name):
    """A function of tensors alone that gives everything a search does."""

    def decode(vector, memory, longest):
        return SEARCHES[name](
            MODEL.step,
            tf.zeros_like(longest),
            {"vector": vector},
            (memory,),
            end=END,
            minimum_length=1,
            maximum_length=longest,
            no_repeat_ngram=2,
            return_attention=True,
        )

    return decode


def probe(rows):
    longest = np.array([5, 1, 7, 3, 2, 6], "int32")
    tensors = {"vector": MODEL.state["vector"], "memory": MODEL.memory[0]}
    return {
        name: value[:rows] for name, value in {**tensors, "longest": longest}.items()
    }


@pytest.fixture(params=SEARCHES)
def search(request):
    return request.param


def test_unknown_shapes_and_an_empty_batch(search):
    decode = decoder(search)
    graph = tf.function(autograph=False, input_signature=list(INPUTS.values()))(decode)
    for rows in (6, 1):
        same(graph(*probe(rows).values()), decode(**probe(rows)))
    empty = graph(*probe(0).values())
    n_best = 2 if search == "beam" else 1
    assert empty.ids.shape == (0, n_best, 0)
    assert empty.scores.shape == (0, n_best)
    assert empty.attention.shape == (0, n_best, 0, 3)


def test_no_token_at_all():
    found = greedy_search(*MODEL.question, end=END, maximum_length=0)
    assert found.ids.shape == (6, 1, 0)
    expected = [MODEL.forced(row, [])[0] for row in range(6)]
    np.testing.assert_allclose(found.scores[:, 0], expected, atol=1e-5)


def test_saved_model_answers_the_same_elsewhere(tmp_path):
    """The export raises where a fresh process differs, or what it runs is not stock."""
    signatures = {
        name: Signature(
            lambda name=name, **tensors: decoder(name)(**tensors)._asdict(),
            INPUTS,
            [probe(6), probe(0)],
        )
        for name in ("sample", "beam")
    }
    export_saved_model(tmp_path / "1", signatures, [])
    assert (tmp_path / "1" / "saved_model.pb").is_file()

import numpy as np
import pytest
import tensorflow as tf

from seqkit.decoding import beam_search, greedy_search
from seqkit.errors import InputError
from tests.decoding.models import END, SOURCE, RandomModel, outputs, repeats

MASK = np.arange(SOURCE) < np.array([[3], [2], [3]])


def score(model, row, ids, alpha=0.0, beta=0.0):
    """Wu et al. 2016, equation 14, from the definition."""
    total, weights = model.forced(row, ids)
    covered = np.minimum(weights.sum(axis=0), 1)[MASK[row]]
    return total / ((5 + len(ids) + 1) / 6) ** alpha + beta * np.log(covered).sum()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("alpha", [0.0, 0.7, 2.0])
@pytest.mark.parametrize("beta", [0.0, 0.5])
def test_equals_exhaustive_search(seed, alpha, beta):
    """A beam that loses nothing finds the best of all outputs, in their order."""
    model = RandomModel(batch=3, seed=seed)
    every = list(model.every_output(4))
    found = beam_search(
        *model.question,
        end=END,
        maximum_length=4,
        size=len(every),
        n_best=10,
        length_penalty=alpha,
        coverage_penalty=beta,
        source_mask=MASK if beta else None,
    )
    for row in range(3):
        scores = {ids: score(model, row, ids, alpha, beta) for ids in every}
        best = sorted(every, key=scores.get, reverse=True)[:10]
        assert outputs(found, row) == [list(ids) for ids in best]
        np.testing.assert_allclose(
            found.scores[row], [scores[ids] for ids in best], atol=1e-4
        )


@pytest.mark.parametrize("alpha", [0.0, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_one_beam_is_greedy(seed, alpha):
    model = RandomModel(batch=20, seed=seed, vocabulary=9)
    options = {"end": END, "maximum_length": 12, "return_attention": True}
    greedy = greedy_search(*model.question, **options)
    beam = beam_search(*model.question, size=1, length_penalty=alpha, **options)
    assert np.any(greedy.lengths < 12)
    np.testing.assert_array_equal(greedy.ids, beam.ids)
    np.testing.assert_array_equal(greedy.lengths, beam.lengths)
    np.testing.assert_allclose(
        greedy.log_probabilities, beam.log_probabilities, atol=1e-5
    )
    np.testing.assert_allclose(greedy.attention, beam.attention, atol=1e-5)

import numpy as np
import pytest
import tensorflow as tf

from seqkit.decoding import beam_search, greedy_search
from seqkit.errors import InputError
from tests.decoding.models import END, SOURCE, RandomModel, outputs, repeats, same

MASK = np.arange(SOURCE) < np.array([[3], [2], [3]])


def score(model, row, ids, alpha=0.0, beta=0.0):
    """Wu et al. 2016, equation 14, from the definition."""
    total, weights = model.forced(row, ids)
    covered = np.minimum(weights.sum(axis=0), 1)[MASK[row]]
    return total / ((5 + len(ids) + 1) / 6) ** alpha + beta * np.log(covered).sum()


def close(one, other):
    np.testing.assert_allclose(one, other, atol=1e-4)


def beams_one_by_one(
    model, row, size, n_best, alpha=0.0, beta=0.0, shortest=0, longest=9, ngram=None
):
    """Beam search with lists, as its documentation describes it."""
    going, finished = [((), 0.0)], []
    for length in range(longest + 1):
        candidates = []
        for ids, total in going:
            for token, gained in enumerate(model.following(row, ids)[0]):
                longer = (*ids, token)
                if token == END:
                    allowed = length >= shortest
                else:
                    allowed = length < longest and not (
                        ngram and repeats(longer, ngram)
                    )
                if allowed:
                    candidates.append((longer, total + gained))
        candidates.sort(key=lambda candidate: -candidate[1])
        for ids, _ in candidates[:size]:
            if ids[-1] == END:
                finished.append((score(model, row, ids[:-1], alpha, beta), ids[:-1]))
        going = [each for each in candidates if each[0][-1] != END][:size]
        finished = sorted(finished, reverse=True)[:size]
        if len(finished) == size or not going:
            break
        bound = going[0][1] / ((5 + longest + 1) / 6) ** alpha
        if len(finished) >= n_best and finished[n_best - 1][0] >= bound:
            break
    return finished[:n_best]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("alpha", "beta"), [(0.0, 0.0), (0.7, 0.5), (2.0, 0.0)])
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
        close(found.scores[row], [scores[ids] for ids in best])


CASES = [
    {},
    {"alpha": 1.0, "n_best": 4},
    {"alpha": 0.6, "beta": 1.0, "n_best": 2},
    {"shortest": 3, "ngram": 2, "n_best": 3},
    {"shortest": 5, "longest": 5, "ngram": 3, "beta": 0.3, "n_best": 4},
    {"ngram": 1, "alpha": 1.5, "n_best": 4},
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_equals_a_search_with_lists(case):
    model = RandomModel(batch=3, seed=5, vocabulary=6)
    case = {"n_best": 1, "longest": 9, **case}
    found = beam_search(
        *model.question,
        end=END,
        size=4,
        n_best=case["n_best"],
        length_penalty=case.get("alpha", 0.0),
        coverage_penalty=case.get("beta", 0.0),
        source_mask=MASK if "beta" in case else None,
        minimum_length=case.get("shortest", 0),
        maximum_length=case["longest"],
        no_repeat_ngram=case.get("ngram"),
        return_attention=True,
    )
    for row in range(3):
        expected = beams_one_by_one(model, row, 4, **case)
        assert outputs(found, row) == [list(ids) for _, ids in expected]
        for place, (its_score, ids) in enumerate(expected):
            total, weights = model.forced(row, ids)
            close(found.scores[row, place], its_score)
            close(found.log_probabilities[row, place], total)
            attention = found.attention[row, place]
            close(attention[: len(ids)], weights[:-1])
            assert not np.any(attention[len(ids) :])
            assert not np.any(found.ids[row, place, len(ids) :])


@pytest.mark.parametrize("seed", range(2))
def test_one_beam_is_greedy(seed):
    model = RandomModel(batch=30, seed=seed, vocabulary=5)
    options = {"end": END, "maximum_length": 8, "return_attention": True}
    greedy = greedy_search(*model.question, **options)
    assert {0, 8} < set(greedy.lengths[:, 0].numpy())
    for alpha in (0.0, 1.0):
        beam = beam_search(*model.question, size=1, length_penalty=alpha, **options)
        same(greedy._replace(scores=beam.scores), beam)
        if alpha == 0:
            close(greedy.scores, beam.scores)


@pytest.mark.parametrize("search", [greedy_search, beam_search])
def test_rows_do_not_see_each_other(search):
    """Each alone, with the limits of its own, is as it is among rows that ended."""
    model = RandomModel(batch=12, seed=3, vocabulary=7)
    step, start, state, memory = model.question
    shortest, longest = np.arange(12) % 3, 2 + np.arange(12) % 7
    together = search(
        *model.question, end=END, minimum_length=shortest, maximum_length=longest
    )
    assert len(set(together.lengths[:, 0].numpy())) > 3
    for row in range(0, 12, 3):
        some = slice(row, row + 1)
        alone = search(
            step,
            start[some],
            {"vector": state["vector"][some]},
            (memory[0][some],),
            end=END,
            minimum_length=shortest[some],
            maximum_length=longest[some],
        )
        assert outputs(alone, 0) == outputs(together, row)
        assert shortest[row] <= alone.lengths[0, 0] <= longest[row]
        close(alone.scores[0], together.scores[row])


@pytest.mark.parametrize("search", [greedy_search, beam_search])
def test_rows_that_are_done_cost_nothing(search):
    model, worked = RandomModel(batch=5), []

    def step(tokens, state, memory):
        worked.append(tokens.shape[0])
        assert memory[0].shape[0] == state["vector"].shape[0] == tokens.shape[0]
        return model.step(tokens, state, memory)

    length = np.array([3, 0, 5, 0, 3])
    search(
        step, *model.question[1:], end=END, minimum_length=length, maximum_length=length
    )
    assert worked == [5, 3, 3, 3, 1, 1]


def test_fewer_best_change_nothing_but_the_time():
    model = RandomModel(batch=10, seed=7, vocabulary=6)
    options = {"end": END, "maximum_length": 8, "length_penalty": 0.8}
    all_of_them = beam_search(*model.question, size=6, n_best=6, **options)
    first = beam_search(*model.question, size=6, **options)
    for row in range(10):
        assert outputs(first, row) == outputs(all_of_them, row)[:1]
    assert np.all(np.diff(all_of_them.scores, axis=1) <= 0)


def test_fewer_outputs_than_wanted():
    """Two tokens and at most one of them: two outputs are all there are."""
    model = RandomModel(batch=2, vocabulary=2)
    found = beam_search(*model.question, end=END, maximum_length=1, size=4, n_best=4)
    scores = found.scores.numpy()
    assert np.isfinite(scores).tolist() == [[True, True, False, False]] * 2
    assert np.all(scores[:, 2:] == -np.inf)
    assert not np.any(found.ids[:, 2:])
    assert not np.any(found.lengths[:, 2:])
    assert np.all(np.exp(scores).sum(axis=1) <= 1)


def chain(table):
    """A step whose next token depends on the last one alone."""
    logits = np.log(np.asarray(table, "float32"))
    return lambda tokens, state, memory: (tf.gather(logits, tokens), state)


def test_length_penalty_by_hand():
    """Start 0; then end (1) at 0.5, or 2 at 0.4, after which the end is sure."""
    step = chain([[0.1, 0.5, 0.4], [0.1, 0.8, 0.1], [1e-9, 1.0, 1e-9]])
    found = {
        alpha: beam_search(
            step, [0], (), end=1, maximum_length=3, size=2, length_penalty=alpha
        )
        for alpha in (0.0, 1.0, 3.0)
    }
    assert [outputs(found[alpha], 0) for alpha in found] == [[[]], [[]], [[2]]]
    close(found[1.0].scores[0, 0], np.log(0.5))
    # log 0.4 / (7/6)^3 = -0.577 beats log 0.5 / 1 = -0.693
    close(found[3.0].scores[0, 0], np.log(0.4) * (6 / 7) ** 3)
    close(found[3.0].log_probabilities[0, 0], np.log(0.4))


def test_a_model_that_gives_no_numbers_ends():
    def step(tokens, state, memory):
        return tf.fill([*tokens.shape, 3], np.nan), state

    for search in (greedy_search, beam_search):
        assert search(step, [0, 0], (), end=1, maximum_length=3).ids.shape[0] == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 0}, "size must be at least 1; got 0"),
        ({"n_best": 6}, "n_best must lie between 1 and size, 5; got 6"),
        ({"n_best": 0}, "n_best must lie between 1 and size, 5; got 0"),
        ({"length_penalty": -1.0}, "length_penalty must be at least 0; got -1.0"),
        ({"coverage_penalty": -1.0}, "coverage_penalty must be at least 0; got -1.0"),
        ({"coverage_penalty": 0.2}, "source_mask must be given with a coverage_penalt"),
        ({"source_mask": MASK}, "source_mask must be given with a coverage_penalty"),
        ({"maximum_length": -1}, "maximum_length must be at least 0; got -1"),
        ({"minimum_length": 5}, "maximum_length must be at least 5; got 4"),
        ({"minimum_length": -1}, "minimum_length must be at least 0; got -1"),
        ({"no_repeat_ngram": 0}, "no_repeat_ngram must be at least 1; got 0"),
        ({"return_attention": True}, "need a step that gives its attention; got None"),
    ],
)
def test_bad_settings(options, message):
    step = chain([[0.5, 0.5], [0.5, 0.5]])
    with pytest.raises(InputError, match=message):
        beam_search(step, [0, 0, 0], (), **{"end": 1, "maximum_length": 4, **options})


def test_limits_of_a_row_that_exclude_each_other():
    step = chain([[0.5, 0.5], [0.5, 0.5]])
    with pytest.raises(tf.errors.InvalidArgumentError, match="at least minimum_length"):
        greedy_search(step, [0, 0], (), end=1, minimum_length=[1, 3], maximum_length=2)

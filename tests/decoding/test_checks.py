"""What a search is given wrongly is told in one line."""

import numpy as np
import pytest
import tensorflow as tf

from seqkit.decoding import RecordedBeamSearch, beam_search, greedy_search, sample
from seqkit.errors import InputError

SEARCHES = [greedy_search, sample, beam_search]
LOGITS = tf.zeros((5, 7))


def step(tokens, state, memory):
    return tf.gather(LOGITS, tokens), state


def find(search, step=step, start=(1, 1), state=(), memory=(), **options):
    options = {"end": 2, "maximum_length": 3, **options}
    return search(step, list(start), state, memory, **options)


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"start": [[1], [1]]}, r"start must be of shape \(batch,\); got \(2, 1\)"),
        ({"end": 7}, "end must be below the size of the vocabulary, 7; got 7"),
        ({"end": -1}, "end must be at least 0; got -1"),
        ({"end": 2.5}, "end must be a whole number; got 2.5"),
        ({"maximum_length": 2.5}, "maximum_length must be a whole number; got 2.5"),
        ({"maximum_length": np.int64(-1)}, "maximum_length must be at least 0; got -1"),
        ({"minimum_length": 0.5}, "minimum_length must be a whole number; got 0.5"),
        ({"state": None}, "state must be a nest of tensors, .* where there is none"),
        ({"state": np.zeros((3, 4))}, r"state must have as many rows .* \(3, 4\)"),
        ({"memory": [np.zeros(1)]}, r"memory must have as many rows as start, 2; got "),
    ],
)
def test_arguments(search, given, message):
    with pytest.raises(InputError, match=message) as caught:
        find(search, **given)
    assert "\n" not in str(caught.value)


def without_beams(tokens, state, memory):
    return tf.gather(LOGITS, tokens[:, 0]), state


def logits_alone(tokens, state, memory):
    return tf.gather(LOGITS, tokens)


def a_larger_state(tokens, state, memory):
    return tf.gather(LOGITS, tokens), tf.concat([state, state], -1)


def another_dtype(tokens, state, memory):
    return tf.gather(LOGITS, tokens), tf.cast(state, "float16")


def no_state(tokens, state, memory):
    return tf.gather(LOGITS, tokens), ()


@pytest.mark.parametrize("search", [*SEARCHES, RecordedBeamSearch()])
@pytest.mark.parametrize("graph", [False, True])
@pytest.mark.parametrize(
    ("step", "message"),
    [
        (without_beams, r"logits of shape \(batch, beams, vocabulary\), here "),
        (logits_alone, "must return logits and a state, .*; got (Eager|Symbolic)?Ten"),
        (a_larger_state, r"dtypes of .*, float32 .*3\); got float32 .*6\)$"),
        (another_dtype, r"of the one .* float32 .*\); got float16 "),
        (no_state, r"; got \(\)$"),
    ],
)
def test_what_a_step_returns(search, graph, step, message):
    def call():
        return find(search, step, [1], tf.zeros((1, 3)))

    if graph and not isinstance(search, RecordedBeamSearch):
        call = tf.function(call, autograph=False)
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)

import numpy as np
import pytest
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.text import TextEncoder, Tokenizer, Vocabulary, pad


def test_ids_padding_and_unknown():
    vocabulary = Vocabulary(["film", "good"])
    encoder = TextEncoder(Tokenizer(), vocabulary, max_length=3)
    ids = encoder(["Good film", "", "a good bad film here"])
    assert ids.to_list() == [[3, 2], [], [1, 3, 1]]
    assert pad(ids).numpy().tolist() == [[3, 2, 0], [0, 0, 0], [1, 3, 1]]


def test_no_text_has_the_padding_id():
    encoder = TextEncoder.learn(["a b", "[UNK] \x00"], Tokenizer(), 10, 9)
    ids = encoder(["", "a \x00 [PAD] [UNK] \u200b", "\ufeff", "zz"])
    assert 0 not in np.array(ids.flat_values)


def test_padded_is_never_empty():
    encoder = TextEncoder(Tokenizer(), Vocabulary(["a"]), 3)
    assert encoder.padded(["", ""]).shape == (2, 1)
    assert encoder.padded(tf.constant([], tf.string)).shape == (0, 1)


def test_learning_keeps_the_most_frequent():
    texts = ["b b b", "a a", "c c", "d"]
    encoder = TextEncoder.learn(texts, Tokenizer(), size=4, max_length=5)
    assert encoder.vocabulary.tokens == ("b", "a")
    encoder = TextEncoder.learn(texts, Tokenizer(), 99, 5, minimum_count=2)
    assert encoder.vocabulary.tokens == ("b", "a", "c")
    assert len(encoder.vocabulary) == 5


def test_learning_does_not_depend_on_the_order_of_texts():
    texts = ["z y x", "y z", "w"]
    one = TextEncoder.learn(texts, Tokenizer(), 99, 5).vocabulary.tokens
    other = TextEncoder.learn(texts[::-1], Tokenizer(), 99, 5).vocabulary.tokens
    assert one == other == ("y", "z", "w", "x")


@pytest.mark.parametrize("tokens", [["a", "b", "a"], [""], ["[UNK]"]])
def test_tokens_must_differ(tokens):
    with pytest.raises(InputError, match="every token must occur once"):
        Vocabulary(tokens)


def test_bad_sizes():
    with pytest.raises(InputError, match="max_length must be at least 1; got 0"):
        TextEncoder(Tokenizer(), Vocabulary([]), 0)
    with pytest.raises(InputError, match="vocabulary must be more than its 2"):
        Vocabulary.learn([["a"]], size=2)

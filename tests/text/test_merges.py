import random
from collections import Counter
from itertools import pairwise

import pytest
import tensorflow as tf

from seqkit.text.merges import Merges, learn_merges, merge_in_python


def random_words(number, alphabet=b"aab c", longest=12, seed=1):
    generator = random.Random(seed)
    return [
        bytes(generator.choices(alphabet, k=generator.randrange(longest + 1)))
        for _ in range(number)
    ]


def replaced(word, pair):
    """Join a pair of neighbours, over tuples of byte strings."""
    if len(word) < 2:
        return word
    if word[:2] == pair:
        return (word[0] + word[1], *replaced(word[2:], pair))
    return (word[0], *replaced(word[1:], pair))


def learnt_from_scratch(words, number, minimum):
    """Count all pairs anew before each merge: the paper's algorithm."""
    split = {tuple(bytes([b]) for b in word): n for word, n in words.items()}
    symbols = [bytes([value]) for value in range(256)]
    pairs = []
    for _ in range(number):
        counts = Counter()
        for word, n in split.items():
            for pair in pairwise(word):
                counts[pair] += n
        if not counts or max(counts.values()) < minimum:
            break
        most = max(counts.values())
        best = min(
            (pair for pair in counts if counts[pair] == most),
            key=lambda pair: [symbols.index(part) for part in pair],
        )
        split = {replaced(word, best): n for word, n in split.items()}
        symbols.append(best[0] + best[1])
        pairs.append(best)
    return pairs, symbols


def test_example_of_the_paper():
    words = {b"low_": 5, b"lower_": 2, b"newest_": 6, b"widest_": 3}
    pairs, symbols = learn_merges(words, 10, 1), [bytes([v]) for v in range(256)]
    for left, right in pairs:
        symbols.append(symbols[left] + symbols[right])
    assert symbols[256:259] == [b"es", b"t_", b"est_"]  # the paper: es, est, est_
    assert b"low" in symbols
    assert b"newest_" in symbols


@pytest.mark.parametrize("seed", range(4))
def test_learning_counts_as_from_scratch(seed):
    words = Counter(random_words(150, seed=seed))
    pairs, symbols = learnt_from_scratch(words, 60, minimum=3)
    found = learn_merges(words, 60, minimum=3)
    assert [(symbols[left], symbols[right]) for left, right in found] == pairs
    backwards = dict(reversed(words.items()))
    assert learn_merges(backwards, 60, minimum=3) == found


def test_a_pair_that_is_rare_is_not_merged():
    assert learn_merges({b"ab": 2, b"cd": 3}, 9, minimum=3) == [(99, 100)]
    assert learn_merges({}, 9, minimum=1) == []


def test_merging_follows_the_order_of_learning():
    words = Counter(random_words(200))
    pairs, symbols = learnt_from_scratch(words, 40, minimum=2)
    made = {tuple(map(symbols.index, pair)): 256 + i for i, pair in enumerate(pairs)}
    new = random_words(300, seed=9, longest=20)
    expected = []
    for word in new:
        parts = tuple(bytes([b]) for b in word)
        for pair in pairs:
            parts = replaced(parts, pair)
        expected.append([symbols.index(part) for part in parts])
    assert [merge_in_python(word, made) for word in new] == expected
    assert Merges(list(made))(tf.constant(new)).to_list() == expected


def test_words_without_merges():
    assert Merges([])(tf.constant([b"\x00\xff", b""])).to_list() == [[0, 255], []]
    assert Merges([(1, 2)])(tf.constant([], tf.string)).to_list() == []
    assert Merges([(1, 2)])(tf.constant([b"", b""])).to_list() == [[], []]

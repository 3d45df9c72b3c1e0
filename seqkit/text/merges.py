"""Byte-pair encoding: pairs of symbols learnt from words, and merged in words.

A word is its bytes at first, symbols 0 to 255. The most frequent pair of neighbours
in all words becomes symbol 256, then the most frequent pair in what that leaves becomes
symbol 257, and so on. A new word is encoded by the same merges, earliest learnt first.

Reference: Sennrich, Haddow and Birch (2016), "Neural Machine Translation of Rare Words
with Subword Units", https://aclanthology.org/P16-1162.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

import tensorflow as tf

from seqkit.text.rules import BYTES

Pair = tuple[int, int]


def learn_merges(words: Mapping[bytes, int], number: int, minimum: int) -> list[Pair]:
    """Learn which pairs of symbols to merge, most frequent first.

    Of equally frequent pairs the one with the smaller symbols comes first, so that the
    order of the words does not matter.

    Args:
        words: How often each word occurs.
        number: Greatest number of merges.
        minimum: A pair must occur this often to be merged.

    Returns:
        The pairs of symbols; the i-th makes symbol 256 + i.

    Example:
        >>> learn_merges({b"low": 5, b"lowest": 2, b"new": 6}, number=3, minimum=2)
        [(108, 111), (256, 119), (101, 119)]
        >>> [bytes(pair) for pair in [(108, 111), (101, 119)]]
        [b'lo', b'ew']
    """
    symbols = [list(word) for word in sorted(words)]
    weights = [words[word] for word in sorted(words)]
    counts: Counter[Pair] = Counter()
    places: defaultdict[Pair, set[int]] = defaultdict(set)  # words that had the pair
    for place, (word, weight) in enumerate(zip(symbols, weights, strict=True)):
        for pair in pairwise(word):
            counts[pair] += weight
            places[pair].add(place)
    queue = [(-count, pair) for pair, count in counts.items()]
    heapq.heapify(queue)
    merges: list[Pair] = []
    while queue and len(merges) < number:
        count, pair = heapq.heappop(queue)
        if -count != counts[pair]:  # it changed after it was put there
            continue
        if -count < minimum:
            break
        new = BYTES + len(merges)
        merges.append(pair)
        changes: defaultdict[Pair, int] = defaultdict(int)
        for place in places.pop(pair):
            word, weight = symbols[place], weights[place]
            symbols[place] = merged = _merged(word, pair, new)
            for other in pairwise(word):
                changes[other] -= weight
            for other in pairwise(merged):
                changes[other] += weight
                if new in other:
                    places[other].add(place)
        for other, change in changes.items():
            if change:
                counts[other] += change
                heapq.heappush(queue, (-counts[other], other))
    return merges


def merge_in_python(word: bytes, made: Mapping[Pair, int]) -> list[int]:
    """Give the symbols of one word; `made` has the symbol that each pair makes.

    Example:
        >>> merge_in_python(b"lower", {(108, 111): 256, (256, 119): 257})
        [257, 101, 114]
    """
    symbols = list(word)
    while True:
        known = [pair for pair in pairwise(symbols) if pair in made]
        if not known:
            return symbols
        first = min(known, key=made.__getitem__)
        symbols = _merged(symbols, first, made[first])


def _merged(symbols: list[int], pair: Pair, new: int) -> list[int]:
    """Put `new` in place of a pair, from left to right."""
    first, second = pair
    result = []
    place = 0
    while place < len(symbols):
        symbol = symbols[place]
        place += 1
        if symbol == first and symbols[place : place + 1] == [second]:
            symbol = new
            place += 1
        result.append(symbol)
    return result


class Merges:
    """Learnt merges, done by stock TensorFlow ops.

    Args:
        pairs: The pairs of symbols; the i-th makes symbol 256 + i.

    Example:
        >>> merges = Merges([(108, 111), (256, 119)])
        >>> merges(tf.constant(["lower", "", "lol"])).to_list()
        [[257, 101, 114], [], [256, 108]]
    """

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self._symbols = BYTES + len(pairs)
        keys = [left * self._symbols + right for left, right in pairs]
        self.table = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(  # of one entry at least
                tf.constant([-1, *keys], tf.int64),
                tf.range(BYTES - 1, self._symbols, dtype=tf.int64),
            ),
            default_value=self._symbols,  # no such pair
        )

    def __call__(self, words: tf.Tensor) -> tf.RaggedTensor:
        """Give the symbols of words of shape (n,): int64, ragged (n, None).

        All symbols stand in one vector. A round merges in every word its earliest
        learnt pair, at the leftmost place; rounds end when no word has a known pair.
        """
        number = tf.size(words, tf.int64)
        symbols = tf.io.decode_raw(tf.strings.reduce_join(words), tf.uint8)
        rows = tf.repeat(tf.range(number), tf.strings.length(words))

        def merge_once(symbols: tf.Tensor, rows: tf.Tensor, _: tf.Tensor) -> tuple:
            made = self.table.lookup(symbols[:-1] * self._symbols + symbols[1:])
            made = tf.where(rows[:-1] == rows[1:], made, self._symbols)
            pairs = tf.size(made, tf.int64)
            order = made * pairs + tf.range(pairs)  # by symbol made, then by place
            first = tf.math.unsorted_segment_min(order, rows[:-1], number)
            first = first[first < self._symbols * pairs]
            left = (first % pairs)[:, None]
            symbols = tf.tensor_scatter_nd_update(symbols, left, first // pairs)
            stays = tf.tensor_scatter_nd_update(
                tf.ones_like(symbols, tf.bool), left + 1, tf.zeros_like(first, tf.bool)
            )
            return symbols[stays], rows[stays], tf.size(first) > 0

        vector = tf.TensorShape([None])
        symbols, rows, _ = tf.while_loop(
            lambda symbols, rows, more: more,
            merge_once,
            (tf.cast(symbols, tf.int64), rows, tf.constant(True)),
            shape_invariants=(vector, vector, tf.TensorShape([])),
        )
        return tf.RaggedTensor.from_value_rowids(
            symbols, rows, nrows=number, validate=False
        )

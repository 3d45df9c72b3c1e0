"""Batches of sentence pairs in few shapes, of about equally many tokens."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

_SHAPES = 6  # at most: each is traced and compiled once
_BATCHES = 25  # full batches of each, at least: else compiling is most of the work
_MULTIPLE = 8  # pairs of a batch are a multiple of this, where there are more

Ids = Sequence[np.ndarray]  # a sentence each, int32 (length,)


class Batch(NamedTuple):
    """Some pairs, padded with zeros at the end."""

    sources: np.ndarray  # int32 (pairs, source)
    targets: np.ndarray  # int32 (pairs, target)


class Batches:
    """Batches of pairs with others of about their length.

    Every batch of one length has the same shape: as many pairs as make `batch_tokens`
    tokens of the target, padding included. The last is filled up with empty pairs,
    which are padding alone.

    Args:
        sources: Ids of each source.
        targets: Ids of each target.
        batch_tokens: Tokens of the target in a batch, about.

    Example:
        >>> ids = [np.arange(1, n + 1) for n in (1, 3, 3)]
        >>> for batch in Batches(ids, ids, batch_tokens=6).epoch():
        ...     print(batch.targets.tolist())
        [[1, 0, 0], [1, 2, 3]]
        [[1, 2, 3], [0, 0, 0]]
    """

    def __init__(self, sources: Ids, targets: Ids, batch_tokens: int) -> None:
        self.sources, self.targets = sources, targets
        lengths = np.array(
            [[len(s), len(t)] for s, t in zip(sources, targets, strict=True)]
        )
        order = np.lexsort((lengths[:, 0], lengths[:, 1], lengths.max(axis=1)))
        tokens = int(lengths[:, 1].sum())
        count = max(1, min(_SHAPES, tokens // (_BATCHES * batch_tokens)))
        self.groups = []  # rows, pairs of a batch, padded lengths
        for rows in np.array_split(order, count):
            longest = lengths[rows].max(axis=0)
            pairs = max(1, batch_tokens // int(longest[1]))
            if pairs > _MULTIPLE:
                pairs -= pairs % _MULTIPLE
            self.groups.append((rows, pairs, longest))

    def __len__(self) -> int:
        """Give the number of batches of an epoch."""
        return sum(-(-len(rows) // pairs) for rows, pairs, _ in self.groups)

    def epoch(self, generator: np.random.Generator | None = None) -> Iterator[Batch]:
        """Give the batches of an epoch, shuffled by a generator, or in order."""
        batches = []
        for rows, pairs, longest in self.groups:
            if generator is not None:
                rows = generator.permutation(rows)
            cuts = range(0, len(rows), pairs)
            batches += [(rows[cut : cut + pairs], pairs, longest) for cut in cuts]
        if generator is not None:
            batches = [batches[n] for n in generator.permutation(len(batches))]
        for rows, pairs, longest in batches:
            yield Batch(
                padded([self.sources[row] for row in rows], pairs, longest[0]),
                padded([self.targets[row] for row in rows], pairs, longest[1]),
            )


def padded(sentences: Ids, rows: int, length: int) -> np.ndarray:
    """Give the ids of sentences as one array (rows, length), filled up with zeros.

    Example:
        >>> padded([np.array([7, 8]), np.array([9])], rows=3, length=2).tolist()
        [[7, 8], [9, 0], [0, 0]]
    """
    ids = np.zeros((rows, length), np.int32)
    for row, sentence in enumerate(sentences):
        ids[row, : len(sentence)] = sentence
    return ids

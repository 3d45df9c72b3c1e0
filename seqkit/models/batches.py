"""Batches of sequences of ids, with others of about their length, in few shapes."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

_BATCHES = 25  # of each shape, at least: else compiling is most of the work

Ids = Sequence[np.ndarray]  # a sequence each, int32 (length,)


class Batch(NamedTuple):
    """Some rows, padded at their end and filled up with empty rows."""

    rows: np.ndarray  # which they are (size,); -1 for an empty one
    padded: list[np.ndarray]  # int32 (size, length), for each column


class Batches:
    """Batches of rows, each a sequence of ids in one column or several.

    Rows are sorted by length and cut into groups, whose batches all have one shape.

    Args:
        columns: For each, the ids of every row.
        size: Gives the rows of a batch from its padded lengths, one a column.
        weight: How much of the rows makes a batch; a group has 25 at least.
        shapes: Groups at most: each shape is traced and compiled once.

    Example:
        >>> ids = [np.arange(1, n + 1) for n in (3, 1, 3)]
        >>> for batch in Batches([ids], size=lambda lengths: 2, weight=1).epoch():
        ...     print(batch.rows.tolist(), batch.padded[0].tolist())
        [1, 0] [[1, 0, 0], [1, 2, 3]]
        [2, -1] [[1, 2, 3], [0, 0, 0]]
    """

    def __init__(
        self,
        columns: Sequence[Ids],
        size: Callable[[np.ndarray], int],
        weight: float,
        shapes: int = 6,
    ) -> None:
        self.columns = columns
        lengths = np.array(
            [[len(ids) for ids in row] for row in zip(*columns, strict=True)]
        )
        order = np.lexsort((*lengths.T, lengths.max(axis=1)))
        count = max(1, min(shapes, int(weight / _BATCHES), len(order)))
        self.groups = []  # rows, rows of a batch, padded lengths
        for rows in np.array_split(order, count):
            longest = np.maximum(lengths[rows].max(axis=0), 1)
            self.groups.append((rows, size(longest), longest))

    def __len__(self) -> int:
        """Give the number of batches of an epoch."""
        return sum(-(-len(rows) // size) for rows, size, _ in self.groups)

    def epoch(self, generator: np.random.Generator | None = None) -> Iterator[Batch]:
        """Give the batches of an epoch, shuffled by a generator, or in order."""
        batches = []
        for rows, size, longest in self.groups:
            if generator is not None:
                rows = generator.permutation(rows)
            cuts = range(0, len(rows), size)
            batches += [(rows[cut : cut + size], size, longest) for cut in cuts]
        if generator is not None:
            batches = [batches[n] for n in generator.permutation(len(batches))]
        for rows, size, longest in batches:
            yield Batch(
                np.concatenate([rows, np.full(size - len(rows), -1)]),
                [
                    padded([ids[row] for row in rows], size, length)
                    for ids, length in zip(self.columns, longest, strict=True)
                ],
            )


def padded(sequences: Ids, rows: int, length: int) -> np.ndarray:
    """Give the ids of sequences as one array (rows, length), filled up with zeros.

    Example:
        >>> padded([np.array([7, 8]), np.array([9])], rows=3, length=2).tolist()
        [[7, 8], [9, 0], [0, 0]]
    """
    ids = np.zeros((rows, length), np.int32)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence)] = sequence
    return ids

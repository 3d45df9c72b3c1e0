"""Batches that ride on a size that is compiled already."""

import collections
import threading
from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.recurrence.shapes import round_up

MOST_RIDES = 50  # of one size; then it is worth a compilation of its own


class Rides:
    """Chooses the rows to compile for, for the loops of one kind of cell.

    A compilation takes as long as many steps. So a size that is seldom, as the last
    batch of an epoch is, rides on the least of the larger sizes that were compiled: its
    rows are filled up. A size that comes again and again gets its own.

    Example:
    >>> rides = Rides(most=2)
    >>> [rides.size(n) for n in (32, 30, 5, 5, 5, 5, 40)]
    [32, 32, 32, 32, 5, 5, 40]
    """

    def __init__(self, most: int = MOST_RIDES):
        self.most = most
        self._compiled: set[int] = set()
        self._rides: collections.Counter = collections.Counter()
        self._lock = threading.Lock()

    def size(self, n_rows: int) -> int:
        """Return the number of rows to run for that many."""
        own = round_up(max(n_rows, 1))
        with self._lock:
            larger = [size for size in self._compiled if size >= own]
            if own not in self._compiled and larger and self._rides[own] < self.most:
                self._rides[own] += 1
                return min(larger)
            self._compiled.add(own)
            return own

    def size_in_graph(self, n_rows: Any) -> Any:
        """Return what `size` does, for a number known as the graph runs."""
        size = tf.numpy_function(
            lambda n: np.int32(self.size(int(n))), [n_rows], "int32", stateful=True
        )
        return tf.ensure_shape(size, ())

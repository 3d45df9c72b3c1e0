"""The temporal order problem."""

import numpy as np

from seqkit.tasks.task import ENTROPY, Task, checked, one_hot

X, Y = 4, 5  # beside the four symbols that do not matter


def temporal_order(n: int = 1000, length: int = 100, seed: int = 0) -> Task:
    """Make the temporal order problem: which came first, X or Y?

    A sequence of a, b, c, d at random, but for an X or a Y between a tenth and a fifth
    of it, and another between a half and six tenths. The class is one of XX, XY, YX,
    YY. Who does not look guesses: log 4.

    Args:
        n: sequences.
        length: steps, 10 at least.
        seed: of the random numbers.

    Returns:
        Inputs `(n, length, 6)`: a, b, c, d, X, Y as one-hot vectors; a class for each.

    Raises:
        ValueError: a number is too small.

    Example:
    >>> task = temporal_order(n=2, length=20)
    >>> task.inputs.shape, task.targets.shape, round(task.blind, 4)
    ((2, 20, 6), (2,), 1.3863)

    Reference: S. Hochreiter, J. Schmidhuber, "Long short-term memory", Neural
    Computation 9, 1997, task 6a, there in 100 to 110 steps.
    """
    n, length = checked("n", n, 1), checked("length", length, 10)
    rng = np.random.default_rng(checked("seed", seed, 0))
    symbols = rng.integers(0, 4, (n, length))
    kinds, rows = rng.integers(0, 2, (2, n)), np.arange(n)
    for kind, (start, end) in zip(kinds, ((0.1, 0.2), (0.5, 0.6)), strict=True):
        first, last = int(start * length), int(end * length)
        symbols[rows, rng.integers(first, last + 1, n)] = np.where(kind, Y, X)
    classes = 2 * kinds[0] + kinds[1]
    return Task(one_hot(symbols, 6), classes, ENTROPY, 4, 0.0, float(np.log(4)))

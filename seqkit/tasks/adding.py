"""The adding problem."""

import numpy as np

from seqkit.tasks.task import SQUARES, Task, checked


def adding(n: int = 1000, length: int = 200, seed: int = 0) -> Task:
    """Make the adding problem: the sum of the two numbers that are marked.

    A step holds a number, uniform in [0, 1), and a marker, which is 1 at one step of
    the first half and one of the second. Who does not look says 1, and is wrong by the
    variance of the sum, 1/6.

    Args:
        n: sequences.
        length: steps, 2 at least.
        seed: of the random numbers.

    Raises:
        ValueError: a number is too small.

    Example:
    >>> task = adding(n=3, length=10)
    >>> task.inputs.shape, task.targets.shape, round(task.blind, 4)
    ((3, 10, 2), (3, 1), 0.1667)
    >>> marked = task.inputs[..., 0] * task.inputs[..., 1]
    >>> bool(np.allclose(marked.sum(1), task.targets[:, 0]))
    True

    Reference: S. Hochreiter, J. Schmidhuber, "Long short-term memory", Neural
    Computation 9, 1997, section 5.4; one marker in each half, Q. V. Le et al., 2015
    (arXiv 1504.00941).
    """
    n, length = checked("n", n, 1), checked("length", length, 2)
    rng = np.random.default_rng(checked("seed", seed, 0))
    numbers, markers = rng.random((n, length)), np.zeros((n, length))
    half, rows = length // 2, np.arange(n)
    markers[rows, rng.integers(0, half, n)] = 1
    markers[rows, rng.integers(half, length, n)] = 1
    inputs = np.stack([numbers, markers], axis=-1).astype("float32")
    targets = np.sum(inputs[..., 0] * inputs[..., 1], axis=1, keepdims=True)
    return Task(inputs, targets, SQUARES, outputs=1, correct=0.0, blind=1 / 6)

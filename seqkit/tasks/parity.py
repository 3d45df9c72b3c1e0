"""Delayed parity."""

import numpy as np

from seqkit.tasks.task import ENTROPY, Task, checked


def delayed_parity(
    n: int = 1000, length: int = 50, bits: int = 2, delay: int = 5, seed: int = 0
) -> Task:
    """Make the delayed parity problem: whether some bits hold an odd number of ones.

    At every step comes a bit, −1 or 1; the target is the parity of the `bits` bits that
    ended `delay` steps before. Steps before the first such bits do not count. Who does
    not look guesses: log 2.

    Args:
        n: sequences.
        length: steps, more than `bits` − 1 + `delay`.
        bits: how many bits.
        delay: steps between the last of them and the answer, 0 at least.
        seed: of the random numbers.

    Raises:
        ValueError: a number is too small.

    Example: the parity of the last two bits, one step later.
    >>> task = delayed_parity(n=1, length=6, bits=2, delay=1)
    >>> (task.inputs[0, :, 0] > 0).astype(int).tolist()
    [1, 1, 1, 0, 0, 0]
    >>> (task.targets * task.weights).astype(int).tolist()
    [[0, 0, 0, 0, 1, 0]]
    """
    n, bits = checked("n", n, 1), checked("bits", bits, 1)
    delay = checked("delay", delay, 0)
    length = checked("length", length, bits + delay)
    ones = np.random.default_rng(checked("seed", seed, 0)).integers(0, 2, (n, length))
    sums = np.cumsum(np.pad(ones, [(0, 0), (bits, 0)]), axis=1)
    parity = (sums[:, bits:] - sums[:, :-bits]) % 2
    targets = np.zeros_like(ones)
    targets[:, delay:] = parity[:, : length - delay]
    weights = np.ones((n, length), "float32")
    weights[:, : bits - 1 + delay] = 0
    inputs = (2.0 * ones - 1)[..., None].astype("float32")
    return Task(inputs, targets, ENTROPY, 2, 0.0, float(np.log(2)), weights)

"""Sequences to be said from a plan, after Jordan."""

import numpy as np

from seqkit.tasks.letters import CODES
from seqkit.tasks.task import SQUARES, Task, checked


def syllables(plans: int = 4, length: int = 8, seed: int = 0) -> Task:
    """Make the problem of saying a whole sequence from a plan that does not change.

    Each plan, a one-hot vector given at every step, has its sequence of syllables: a
    consonant and a vowel in turn, drawn at random once, each letter in six bits. The
    input never says where in the sequence one is: the network must know what it has
    said. Who does not look at the plan says at each step how often each bit is 1.

    Args:
        plans: how many, each one sequence.
        length: letters of a sequence.
        seed: of the random numbers.

    Returns:
        Inputs `(plans, length, plans)`, targets `(plans, length, 6)`; the losses are
        those of these sequences.

    Raises:
        ValueError: a number is too small.

    Example:
    >>> task = syllables(plans=3, length=4)
    >>> task.inputs.shape, task.targets.shape, task.targets[0, :, 0].tolist()
    ((3, 4, 3), (3, 4, 6), [1.0, 0.0, 1.0, 0.0])

    Reference: M. I. Jordan, "Serial order: a parallel distributed processing approach",
    ICS report 8604, University of California, San Diego, 1986.
    """
    plans, length = checked("plans", plans, 1), checked("length", length, 1)
    rng = np.random.default_rng(checked("seed", seed, 0))
    kinds = ("bdg", "aiu")
    texts = [
        [CODES[kinds[t % 2][rng.integers(0, 3)]] for t in range(length)]
        for _ in range(plans)
    ]
    targets = np.array(texts, "float32")
    plan = np.eye(plans, dtype="float32")[:, None]
    inputs = np.repeat(plan, length, axis=1)
    blind = np.mean(np.square(targets - targets.mean(axis=0)))
    return Task(inputs, targets, SQUARES, 6, 0.0, float(blind))

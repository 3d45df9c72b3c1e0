"""Elman's letters: ba, dii, guuu."""

import numpy as np

from seqkit.tasks.task import SQUARES, Task, checked

# Consonant, vowel, interrupted, high, back, voiced.
CODES = {
    "b": (1, 0, 1, 0, 0, 1),
    "d": (1, 0, 1, 1, 0, 1),
    "g": (1, 0, 1, 0, 1, 1),
    "a": (0, 1, 0, 0, 1, 1),
    "i": (0, 1, 0, 1, 0, 1),
    "u": (0, 1, 0, 1, 1, 1),
}
WORDS = ("ba", "dii", "guuu")


def letters(n: int = 100, length: int = 60, seed: int = 0) -> Task:
    """Make the problem of the next letter, where each consonant has its vowels.

    The words ba, dii and guuu follow each other at random. Each letter is six bits, and
    the target is the next one. After a consonant all is known: which vowel, and how
    often. Which consonant comes cannot be known; but that one comes can: who has solved
    the problem says of each bit how probable it is, and is wrong by the variance of two
    bits. Who does not look says how probable it is at that step of any sequence.

    Args:
        n: sequences.
        length: letters of a sequence.
        seed: of the random numbers.

    Returns:
        Inputs and targets `(n, length, 6)`; the losses are those of these sequences.

    Raises:
        ValueError: a number is too small.

    Example:
    >>> task = letters(n=1, length=9)
    >>> names = {code: letter for letter, code in CODES.items()}
    >>> "".join(names[tuple(code)] for code in task.inputs[0].astype(int).tolist())
    'guuudiidi'
    >>> round(letters(n=100, length=200).correct, 3)
    0.025

    Reference: J. L. Elman, "Finding structure in time", Cognitive Science 14, 1990.
    """
    n, length = checked("n", n, 1), checked("length", length, 1)
    rng = np.random.default_rng(checked("seed", seed, 0))
    rows = []
    for words in rng.integers(0, len(WORDS), (n, length)):
        text = "".join(WORDS[word] for word in words)[: length + 1]
        rows.append([CODES[letter] for letter in text])
    codes = np.array(rows, "float32")
    inputs, targets = codes[:, :-1], codes[:, 1:]
    probable = targets.copy()
    consonant = targets[..., 0] == 1
    probable[consonant] = np.mean([CODES[word[0]] for word in WORDS], axis=0)
    correct = np.mean(np.square(targets - probable))
    blind = np.mean(np.square(targets - _at_any_step(length + 1)[1:]))
    return Task(inputs, targets, SQUARES, 6, float(correct), float(blind))


def _at_any_step(length: int) -> np.ndarray:
    """Return how probable each bit is at each step, `(length, 6)`.

    A word begins at a step as probably as one began two, three or four steps before.
    """
    starts = np.zeros(length + 4)
    found = np.zeros((length + 4, 6))
    starts[0] = 1.0
    for t in range(length):
        for word in WORDS:
            share = starts[t] / len(WORDS)
            starts[t + len(word)] += share
            found[t : t + len(word)] += share * np.array([CODES[k] for k in word])
    return found[:length]

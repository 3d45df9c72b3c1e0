"""Symbols to be written down again."""

import numpy as np

from seqkit.tasks.task import ENTROPY, Task, checked, one_hot


def copy_memory(
    n: int = 1000, length: int = 50, symbols: int = 8, copied: int = 10, seed: int = 0
) -> Task:
    """Make the copy memory problem: symbols to be repeated after a long pause.

    `copied` symbols, a pause of `length` − 1 blanks, a sign to begin, and as many
    blanks as symbols, during which these are the targets; the target is blank before.
    Who does not look says blank, then guesses: log(symbols) at `copied` of the `length`
    + 2 `copied` steps.

    Args:
        n: sequences.
        length: steps from the last symbol to the sign.
        symbols: how many there are.
        copied: symbols of a sequence.
        seed: of the random numbers.

    Returns:
        Inputs `(n, length + 2 copied, symbols + 2)`: symbols, blank, sign, as one-hot
        vectors; targets of `symbols` + 1 classes, the last of which is blank.

    Raises:
        ValueError: a number is too small.

    Example:
    >>> task = copy_memory(n=1, length=3, symbols=4, copied=2)
    >>> task.inputs.argmax(-1).tolist()
    [[3, 2, 4, 4, 5, 4, 4]]
    >>> task.targets.tolist()
    [[4, 4, 4, 4, 4, 3, 2]]

    Reference: M. Arjovsky et al., "Unitary evolution recurrent neural networks", ICML
    2016 (arXiv 1511.06464); S. Hochreiter, J. Schmidhuber, 1997.
    """
    n, length = checked("n", n, 1), checked("length", length, 1)
    symbols, copied = checked("symbols", symbols, 2), checked("copied", copied, 1)
    given = np.random.default_rng(checked("seed", seed, 0)).integers(
        0, symbols, (n, copied)
    )
    blank, sign, steps = symbols, symbols + 1, length + 2 * copied
    read = np.full((n, steps), blank)
    read[:, :copied], read[:, copied + length - 1] = given, sign
    targets = np.full((n, steps), blank)
    targets[:, -copied:] = given
    blind = copied * np.log(symbols) / steps
    inputs = one_hot(read, symbols + 2)
    return Task(inputs, targets, ENTROPY, symbols + 1, 0.0, float(blind))


def reverse(n: int = 1000, length: int = 10, symbols: int = 8, seed: int = 0) -> Task:
    """Make the problem of reading symbols and writing them from the last to the first.

    `length` symbols, a sign to begin, and blanks; from the sign on the targets are the
    symbols, the last one first, and these alone count. Who does not look guesses.

    Args:
        n: sequences.
        length: symbols of a sequence.
        symbols: how many there are.
        seed: of the random numbers.

    Returns:
        Inputs `(n, 2 length, symbols + 2)`: symbols, blank, sign, as one-hot vectors.

    Raises:
        ValueError: a number is too small.

    Example:
    >>> task = reverse(n=1, length=3, symbols=4)
    >>> task.inputs.argmax(-1).tolist()
    [[3, 2, 2, 5, 4, 4]]
    >>> (task.targets * task.weights).astype(int).tolist()
    [[0, 0, 0, 2, 2, 3]]

    Reference: I. Sutskever et al., "Sequence to sequence learning with neural
    networks", NeurIPS 2014 (arXiv 1409.3215), for the order of the source.
    """
    n, length = checked("n", n, 1), checked("length", length, 1)
    symbols = checked("symbols", symbols, 2)
    given = np.random.default_rng(checked("seed", seed, 0)).integers(
        0, symbols, (n, length)
    )
    blank, sign = symbols, symbols + 1
    signs = np.full((n, length), blank)
    signs[:, 0] = sign
    weights = np.zeros((n, 2 * length), "float32")
    weights[:, length:] = 1
    return Task(
        one_hot(np.concatenate([given, signs], axis=1), symbols + 2),
        np.concatenate([np.zeros_like(given), given[:, ::-1]], axis=1),
        ENTROPY,
        symbols,
        0.0,
        float(np.log(symbols)),
        weights,
    )

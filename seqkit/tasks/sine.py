"""A sine wave, some steps ahead."""

import numpy as np

from seqkit.tasks.task import SQUARES, Task, checked


def sine_with_lag(n: int = 1000, length: int = 50, lag: int = 5, seed: int = 0) -> Task:
    """Make the problem of a sine wave some steps ahead of the one that is read.

    x_t = sin(ω t + φ), y_t = sin(ω (t + lag) + φ), with ω uniform in [0.2, 0.6) and φ
    in [0, 2π) for each sequence. From three readings on, all is known, as x_{t+1} +
    x_{t-1} = 2 cos(ω) x_t. Who does not look says 0, and is wrong by 1/2 in the mean
    square. The first two steps do not count.

    Args:
        n: sequences.
        length: steps, 3 at least.
        lag: steps ahead.
        seed: of the random numbers.

    Raises:
        ValueError: a number is too small.

    Example:
    >>> task = sine_with_lag(n=2, length=20, lag=3)
    >>> bool(np.allclose(task.inputs[:, 3:], task.targets[:, :-3]))
    True
    """
    n, length, lag = (
        checked("n", n, 1),
        checked("length", length, 3),
        checked("lag", lag, 1),
    )
    rng = np.random.default_rng(checked("seed", seed, 0))
    frequency, phase = rng.uniform(0.2, 0.6, (n, 1)), rng.uniform(0, 2 * np.pi, (n, 1))
    wave = np.sin(frequency * np.arange(length + lag) + phase)[..., None]
    wave = wave.astype("float32")
    weights = np.ones((n, length), "float32")
    weights[:, :2] = 0
    return Task(wave[:, :-lag], wave[:, lag:], SQUARES, 1, 0.0, 0.5, weights)

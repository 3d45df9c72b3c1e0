"""Point 7: no output knows an input that comes after it."""

from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.testing.points.compare import require, same
from seqkit.testing.subject import FULL, TIME, Subject, arrays, is_bidirectional


def check_values(subject: Subject) -> None:
    """Changing the inputs at step s changes no output before s, and all from s on."""
    layer = subject.layer(**FULL)
    if is_bidirectional(layer):
        return
    x = subject.inputs()
    outputs = arrays(subject.run(layer, x))[0]
    for s in range(1, x.shape[1]):
        changed = x.copy()
        changed[:, s] += 1.0
        found = arrays(subject.run(layer, changed))[0]
        same(found[:, :s], outputs[:, :s], f"outputs before step {s}, inputs changed")
        for t in range(s, x.shape[1]):
            require(
                np.any(found[:, t] != outputs[:, t]),
                f"output {t} did not change with the inputs at step {s}",
            )


def check_jacobian(subject: Subject) -> None:
    """∂y_t/∂x_s is zero for s > t, and only there."""
    layer = subject.layer(**FULL)
    if is_bidirectional(layer):
        return
    found = jacobian_pattern(subject, layer)
    for t, s in np.argwhere(np.triu(found, 1)):
        raise AssertionError(f"output {t} has a derivative by the later input {s}")
    expected = np.eye(TIME) if subject.truncated else np.tril(np.ones((TIME, TIME)))
    for t, s in np.argwhere(found != expected):
        raise AssertionError(f"output {t} has no derivative by the input {s}")


def jacobian_pattern(subject: Subject, layer: Any) -> np.ndarray:
    """Return, for every output t and input s, whether ∂y_t/∂x_s is not zero.

    Args:
        subject: Runs the layer.
        layer: A layer that returns sequences and states.

    Returns:
        Booleans, (time, time).
    """
    x = tf.constant(subject.inputs(2))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        outputs = subject.run(layer, x, training=True)[0]
        weights = np.random.default_rng(0).normal(size=outputs.shape[-1])
        sums = tf.unstack(tf.reduce_sum(outputs * weights.astype("float32"), [0, 2]))
    zero = tf.UnconnectedGradients.ZERO
    rows = [tape.gradient(y, x, unconnected_gradients=zero) for y in sums]
    return np.stack([np.abs(row).max(axis=(0, 2)) > 0 for row in rows])

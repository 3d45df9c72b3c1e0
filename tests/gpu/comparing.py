"""What the tests on a card compare."""

import numpy as np
import pytest
import tensorflow as tf

from seqkit.recurrence.devices import has_gpu

ON_A_CARD = [
    pytest.mark.gpu,
    pytest.mark.skipif(not has_gpu(), reason="there is no GPU"),
]

BATCH, TIME, FEATURES = 8, 12, 3
RIGHT = np.arange(TIME) < np.array([12, 5, 1, 7, 12, 3, 9, 2])[:, None]
HOLES = RIGHT.copy()
HOLES[0, 4] = False
ROW = RIGHT.copy()
ROW[3] = False
MASKS = {
    "none": None,
    "all": np.ones((BATCH, TIME), bool),
    "right": RIGHT,
    "left": RIGHT[:, ::-1].copy(),
    "holes": HOLES,
    "row": ROW,
}


def inputs(seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((BATCH, TIME, FEATURES)).astype("float32")


def differentiated(layer, x, mask):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, mask=mask, training=True)
        loss = tf.reduce_sum(y * tf.cos(tf.range(y.shape[-1], dtype=y.dtype)))
    sources = [x, *(w.value for w in layer.trainable_weights)]
    zero = tf.UnconnectedGradients.ZERO
    return [y, *tape.gradient(loss, sources, unconnected_gradients=zero)]


def errors(found, expected):
    """The greatest difference of each pair, relative to the greatest value."""
    for one, other in zip(found, expected, strict=True):
        one, other = np.asarray(one, "float64"), np.asarray(other, "float64")
        scale = max(1.0, np.abs(other).max(initial=0))
        yield np.abs(one - other).max(initial=0) / scale


def agree(found, expected, tolerance):
    assert max(errors(found, expected)) <= tolerance

"""The history compressor in graphs that are exported."""

import numpy as np
import tensorflow as tf

from seqkit.layers import HistoryCompressor
from seqkit.recurrence import portable


def test_a_graph_that_tensorflow_simplifies_gives_the_same():
    layer = HistoryCompressor(4, tolerance=1.0, return_sequences=True)
    x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    with portable():
        found = tf.function(lambda x: layer(x), autograph=False)(x)
    np.testing.assert_allclose(found, layer(x), atol=1e-5)

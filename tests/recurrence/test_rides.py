"""Seldom batches ride on sizes that are compiled."""

import numpy as np
import tensorflow as tf

from seqkit import layers
from seqkit.recurrence import portable, shapes
from seqkit.recurrence.equations import Equations
from seqkit.recurrence.functions import functions_of
from seqkit.recurrence.rides import Rides


def test_sizes_are_rounded_as_in_graphs():
    found = [shapes.round_up(n) for n in range(1, 300)]
    assert found == [int(shapes.round_up(tf.constant(n))) for n in range(1, 300)]
    assert Rides().size(0) == 1


def test_a_larger_batch_gets_its_own_size():
    rides = Rides()
    assert [rides.size(n) for n in (4, 32, 3, 5, 33, 17)] == [4, 32, 4, 32, 40, 32]


def test_an_epoch_of_batches_of_many_sizes_compiles_one(monkeypatch):
    """Training, with gradients as of the plain loop."""
    layer = layers.GRU(3, return_sequences=True, activation="softsign")
    layer.build((None, None, 4))
    seen = set()
    functions = functions_of(Equations(layer.cell, False))
    original = functions.rides.size
    monkeypatch.setattr(
        functions.rides, "size", lambda n: seen.add(original(n)) or original(n)
    )

    def step(x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(x, training=True) ** 2)
        return [loss, *tape.gradient(loss, layer.trainable_weights)]

    signature = [tf.TensorSpec((None, None, 4))]
    graph = tf.function(step, input_signature=signature, autograph=False)
    for batch in (32, 31, 1, 18, 7):
        x = np.random.default_rng(batch).standard_normal((batch, 5, 4))
        x = tf.constant(x, "float32")
        with portable():
            expected = step(x)
        for one, other in zip(graph(x), expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)
    assert seen == {16}

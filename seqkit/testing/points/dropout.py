"""Dropout: only in training, scaled, one mask a sequence, fixed by a seed."""

from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.testing.points.compare import different, require, same
from seqkit.testing.subject import (
    BATCH,
    FULL,
    TIME,
    Subject,
    arrays,
    is_bidirectional,
    takes,
)

RATE = 0.5


def options(subject: Subject) -> list[str]:
    """Return the names of the rates that the layer takes."""
    names = ("dropout", "recurrent_dropout")
    return [name for name in names if takes(subject.layer(**FULL), name)]


def check_inference(subject: Subject) -> None:
    """Dropout does nothing outside training, and something in it."""
    x = subject.inputs()
    expected = subject.layer(**FULL)(x)
    for option in options(subject):
        layer = subject.layer(**FULL, **{option: RATE}, seed=1)
        found = subject.run(layer, x, training=False)
        same(found, expected, f"{option} outside training")
        found = subject.run(layer, x, training=True)
        different(found, expected, f"{option} in training")


def check_seed(subject: Subject) -> None:
    """The same seed gives the same masks, another seed others; calls differ."""
    x = subject.inputs()
    for option in options(subject):
        one, again, other = (
            subject.fresh(**FULL, **{option: RATE}, seed=seed) for seed in (1, 1, 2)
        )
        first = arrays(subject.run(one, x, training=True))
        found = subject.run(again, x, training=True)
        same(found, first, f"{option} with the same seed")
        found = subject.run(other, x, training=True)
        different(found, first, f"{option} with another seed")
        found = subject.run(one, x, training=True)
        different(found, first, f"{option} in a second call")


def check_one_mask(subject: Subject) -> None:
    """Input dropout scales each feature by 0 or 1/(1 − rate), the same at every step.

    At inputs of zero the mask changes no value, so the derivative by the inputs is the
    mask times the derivative without dropout.
    """
    if is_bidirectional(subject.layer(**FULL)):
        return
    x = tf.zeros((BATCH, TIME, subject.features))

    def derivative(layer: Any, training: bool) -> np.ndarray:
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(subject.run(layer, x, training=training)[0])
        return tape.gradient(loss, x).numpy()

    plain = derivative(subject.layer(**FULL), False)
    mask = derivative(subject.layer(**FULL, dropout=RATE, seed=3), True) / plain
    same(mask, np.repeat(mask[:, :1], TIME, axis=1), "the mask at every step", 1e-3)
    kept = mask > 0.5 / (1.0 - RATE)
    same(mask, kept / (1.0 - RATE), "the scale of dropout", 1e-3)
    require(kept.any() and not kept.all(), f"dropout={RATE} kept all or nothing")
    require((kept[0] != kept[1:]).any(), "dropout gave every row the same mask")


def check_one_recurrent_mask(subject: Subject) -> None:
    """Recurrent dropout leaves the same units out at every step.

    A unit left out at every step gives its row of the recurrent kernel no gradient.
    """
    if is_bidirectional(subject.layer(**FULL)) or "recurrent_dropout" not in options(
        subject
    ):
        return
    layer = subject.layer(**FULL, recurrent_dropout=RATE, seed=3)
    kernels = [w.value for w in layer.trainable_weights if w.name == "recurrent_kernel"]
    reached = []
    for i in range(6):
        x = subject.inputs(1) + np.float32(0.1 * i)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(subject.run(layer, x, training=True)[0])
        reached += [np.abs(g).max(axis=1) > 0 for g in tape.gradient(loss, kernels)]
    share = np.mean(reached)
    require(
        0.2 < share < 0.8,
        f"recurrent_dropout={RATE} reached a share {share:.2f} of the units over a "
        "sequence: the mask must be one for all steps",
    )

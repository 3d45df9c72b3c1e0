"""How many programs are compiled where lengths are not fixed."""

import os
import re
import subprocess
import sys

import pytest

PROGRAM = """
import tensorflow as tf
from seqkit import layers

FEW = tf.TensorSpec((None, None, 2)), tf.TensorSpec((None, None), "bool")


def learn(layer, masked):
    @tf.function(input_signature=FEW, autograph=False)
    def gradients(x, mask):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, mask=mask if masked else None, training=True)
        return tape.gradient(y, [x, *[w.value for w in layer.trainable_weights]])

    for time in (3, 9, 20, 33, 64):
        gradients(tf.zeros((4, time, 2)), tf.ones((4, time), "bool"))


learn(layers.{layer}, masked={masked})
"""


@pytest.mark.parametrize(
    ("layer", "masked"),
    [
        ("LSTM(3, return_sequences=True)", True),
        ("Jordan(3, recurrent_dropout=0.5)", False),
    ],
)
def test_one_forward_and_one_backward_for_all_lengths_of_a_capacity(layer, masked):
    told = {"TF_CPP_VMODULE": "device_compilation_profiler=1"}
    hidden = {"TF_CPP_MIN_LOG_LEVEL": "0", "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(layer=layer, masked=masked)],
        env={**os.environ, **told, **hidden},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert len(re.findall(r"\] Compiled \S+ \d+ times", done.stderr)) == 2

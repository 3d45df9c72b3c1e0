"""The scan: sequences at once, step by step, in blocks, and over many steps."""

import numpy as np
import pytest
import tensorflow as tf

from seqkit import layers
from seqkit.recurrence.linear_scan import linear_scan

SCANNED = (layers.MinGRU, layers.MinLSTM, layers.LRU, layers.RGLRU)


@pytest.mark.parametrize("steps", [0, 1, 2, 10, 17])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("in_blocks", [False, True])
def test_complex_numbers_one_by_one(in_blocks, reverse, steps):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 2, steps, 3, 4)) * 0.7
    start = rng.normal(size=(2, 3, 4))
    found = linear_scan(*map(list, (a, b, start)), in_blocks, reverse)
    h, expected = start[0] + 1j * start[1], np.zeros((steps, 3, 4), complex)
    for t in range(steps)[:: -1 if reverse else 1]:
        h = (a[0, t] + 1j * a[1, t]) * h + b[0, t] + 1j * b[1, t]
        expected[t] = h
    np.testing.assert_allclose(found[0], expected.real, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found[1], expected.imag, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("make", SCANNED)
def test_float32_over_ten_thousand_steps(make):
    """Within 1e-5 of the step form in float64, relative to the largest output."""
    x = np.random.default_rng(0).normal(size=(1, 10_000, 3)).astype("float32")
    scan = make(8, return_sequences=True)
    exact = make(8, return_sequences=True, unroll=2, dtype="float64")
    scan.build(x.shape)
    exact.build(x.shape)
    exact.set_weights(scan.get_weights())
    expected = tf.function(exact)(tf.constant(x, "float64")).numpy()
    for found in (tf.function(scan)(tf.constant(x)), scan(x)):  # compiled; in blocks
        error = np.abs(found.numpy() - expected).max()
        assert error < 1e-5 * np.abs(expected).max()


def test_no_loop_has_as_many_steps_as_the_sequence():
    """Not compiled, time is cut into about √T blocks that run side by side."""
    layer = layers.MinGRU(2, return_sequences=True)
    layer.build((None, None, 1))
    runs = []
    original = tf.while_loop

    def counted(more, body, loop, **options):
        counts = [0]

        def counting(*loop):
            counts[0] += 1
            return body(*loop)

        result = original(more, counting, loop, **options)
        runs.append(counts[0])
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tf, "while_loop", counted)
        layer(np.zeros((1, 400, 1), "float32"))
    assert runs == [20, 20, 20, 20]

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


@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize("in_blocks", [False, True])
def test_derivatives_of_both_orders_are_those_of_a_loop_written_out(
    in_blocks, constant
):
    rng = np.random.default_rng(0)
    a = tf.constant(rng.normal(size=(2, 4) if constant else (2, 5, 3, 4)))
    b, start = tf.constant(rng.normal(size=(2, 5, 3, 4))), tf.ones((2, 3, 4), "float64")

    def by_scan(a, b, start):
        parts = [list(tf.unstack(each)) for each in (a, b, start)]
        return tf.stack(linear_scan(*parts, in_blocks))

    def written_out(a, b, start):
        h, every = tf.complex(*tf.unstack(start)), []
        for t in range(5):
            factor = a if constant else a[:, t]
            h = tf.complex(*tf.unstack(factor)) * h + tf.complex(*tf.unstack(b[:, t]))
            every.append(h)
        h = tf.stack(every)
        return tf.stack([tf.math.real(h), tf.math.imag(h)])

    def derivatives(run):
        sources = [a, b, start]
        with tf.GradientTape() as outer:
            outer.watch(sources)
            with tf.GradientTape() as inner:
                inner.watch(sources)
                loss = tf.reduce_sum(tf.sin(run(*sources)))
            first = inner.gradient(loss, sources)
            of_first = tf.add_n([tf.reduce_sum(tf.cos(d)) for d in first])
        return [*first, *outer.gradient(of_first, sources)]

    for wrapped in (derivatives, tf.function(derivatives, autograph=False)):
        for found, expected in zip(
            wrapped(by_scan), derivatives(written_out), strict=True
        ):
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


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

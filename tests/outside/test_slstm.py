"""The sLSTM's stabilizer changes nothing but what would overflow."""

import numpy as np
import pytest

from seqkit.layers import sLSTM
from seqkit.testing import reference

FEATURES, UNITS = 3, 4


def random(*shape):
    return np.random.default_rng(len(shape)).normal(size=shape)


def layer_with(weights, dtype="float64", **options):
    layer = sLSTM(UNITS, return_sequences=True, dtype=dtype, **options)
    layer.build((None, None, FEATURES))
    layer.set_weights(weights)
    return layer


@pytest.mark.parametrize("heads", [1, 2, 4])
@pytest.mark.parametrize("forget_gate", ["sigmoid", "exponential"])
def test_the_stabilizer_changes_nothing(forget_gate, heads):
    options = {"forget_gate": forget_gate, "heads": heads}
    shapes = [(FEATURES, 4 * UNITS), (UNITS, 4 * UNITS // heads), (4 * UNITS,)]
    weights = [random(*shape) for shape in shapes]
    x = random(2, 20, FEATURES)
    network = reference.UnstabilizedSLSTM(**options)
    states = tuple(np.zeros((2, UNITS)) for _ in range(3))
    expected = reference.sequence_forward(network, x, states, tuple(weights)).outputs
    found = layer_with(weights, **options)(x)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16"])
@pytest.mark.parametrize("scale", [300.0, -300.0, -3000.0])
def test_inputs_that_overflow_without_it(scale, dtype):
    """exp(900) is none of float64: the sum is carried out in extended precision.

    With no recurrence, c and n are sums of exp(ĩ_s) over the steps so far, weighted by
    the forget gates, here 1/2.
    """
    if np.finfo(np.longdouble).maxexp < 16384:
        pytest.skip("no extended precision here")
    kernel = np.zeros((1, 4 * UNITS))
    kernel[0, :UNITS] = scale  # ĩ
    kernel[0, 2 * UNITS : 3 * UNITS] = 0.5  # g̃
    layer = sLSTM(UNITS, return_sequences=True, unit_forget_bias=False, dtype=dtype)
    layer.build((None, None, 1))
    layer.set_weights([kernel, np.zeros((UNITS, 4 * UNITS)), np.zeros(4 * UNITS)])
    x = np.array([1.0, 3.0, 2.0, 2.0, 3.0, 1.0])

    exact, c, n = [], np.longdouble(0), np.longdouble(0)
    for each in x.astype(np.longdouble):
        gate = np.exp(scale * each)
        c = c / 2 + gate * np.tanh(each / 2)
        n = n / 2 + gate
        exact.append(float(c / n / 2))
    with np.errstate(over="ignore", invalid="ignore"):
        plain = np.exp(np.float64(scale) * x)
    assert not np.all(np.isfinite(plain)) or not np.all(plain)

    found = np.asarray(layer(x.astype("float32").reshape(1, -1, 1)), "float32")[0]
    tolerance = 1e-5 if dtype == "float32" else 2e-3
    expected = np.repeat(np.reshape(exact, (-1, 1)), UNITS, axis=1)
    np.testing.assert_allclose(found, expected, rtol=tolerance)


def test_heads_do_not_see_each_other():
    """The recurrent kernel is block-diagonal: a changed head leaves the other alone."""
    weights = [random(FEATURES, 4 * UNITS), random(UNITS, 2 * UNITS), random(4 * UNITS)]
    x = random(1, 5, FEATURES)
    before = np.asarray(layer_with(weights, heads=2)(x))
    weights[1][: UNITS // 2] += 1.0  # the rows of the first head
    after = np.asarray(layer_with(weights, heads=2)(x))
    assert np.abs(after - before)[:, 1:, : UNITS // 2].min() > 0.0
    np.testing.assert_array_equal(after[..., UNITS // 2 :], before[..., UNITS // 2 :])


def test_the_normalizer_never_vanishes():
    """n stays one or more times the gates' largest: no quotient of zeros."""
    layer = sLSTM(UNITS, return_state=True)
    layer.build((None, None, FEATURES))
    x = 50.0 * np.random.default_rng(0).normal(size=(3, 200, FEATURES))
    _, h, _, n, _ = layer(x.astype("float32"))
    assert np.all(np.isfinite(h))
    assert np.min(n) >= 1.0

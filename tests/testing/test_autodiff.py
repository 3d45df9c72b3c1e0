"""Every operation of the NumPy differentiation, against finite differences."""

import numpy as np
import pytest

from seqkit.testing.reference import autodiff, numerical_gradient
from seqkit.testing.reference.autodiff import Equations, Value, gradients

RNG = np.random.default_rng(0)
A, B, ROW = (RNG.uniform(0.2, 1.5, shape) for shape in ((3, 4), (3, 4), (4,)))
W = RNG.normal(size=(4, 2))
CONDITION = RNG.random((3, 4)) < 0.5

# name: (function of values, their arrays)
OPERATIONS = {
    "add": (lambda a, b: a + b, (A, B)),
    "add a row": (lambda a, b: a + b, (A, ROW)),
    "add a column": (lambda a, b: a + b, (A, A[:, :1])),
    "add a constant": (lambda a: 2.0 + a + ROW, (A,)),
    "subtract": (lambda a, b: 1.0 - (a - b), (A, ROW)),
    "multiply": (lambda a, b: a * b, (A, B)),
    "multiply by a row": (lambda a, b: 3.0 * (a * b), (A, ROW)),
    "divide": (lambda a, b: a / b, (A, B)),
    "divide a constant": (lambda a: 1.0 / a, (A,)),
    "power": (lambda a: a**0.5, (A,)),
    "matrix product": (lambda a, w: a @ w, (A, W)),
    "matrix product of a constant": (lambda w: A @ w, (W,)),
    "used twice": (lambda a: a * a + a, (A,)),
    "split": (lambda a: a.split(2)[0] * a.split(2)[1], (A,)),
    "index": (lambda a: a[0] * a[1], (A,)),
    "index that repeats": (lambda a: a[np.array([0, 0, 1])], (A,)),
    "mean": (lambda a: a - a.mean(), (A,)),
    "sigmoid": (autodiff.sigmoid, (A - 0.8,)),
    "tanh": (autodiff.tanh, (A - 0.8,)),
    "relu": (autodiff.relu, (A - 0.8,)),
    "softsign": (lambda a: autodiff.activated("softsign", a), (A - 0.8,)),
    "hard sigmoid": (lambda a: autodiff.activated("hard_sigmoid", a), (9 * A - 7,)),
    "exp": (autodiff.exp, (A,)),
    "log": (autodiff.log, (A,)),
    "where": (lambda a, b: autodiff.where(CONDITION, a, b), (A, B)),
    "maximum": (autodiff.maximum, (A, B)),
    "concatenate": (
        lambda a, b: autodiff.concatenate([a, b, ROW[None]]),
        (A[:1], B[:1]),
    ),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation(name):
    function, arrays = OPERATIONS[name]
    values = [Value(a) for a in arrays]
    result = function(*values)
    upstream = np.cos(np.arange(result.array.size)).reshape(result.array.shape)
    for i, found in enumerate(gradients([result], [upstream], values)):

        def loss(moved, i=i):
            at = [Value(moved if k == i else a) for k, a in enumerate(arrays)]
            return (function(*at).array * upstream).sum()

        expected = numerical_gradient(loss, arrays[i])
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)


def test_what_a_result_does_not_depend_on_has_a_zero_gradient():
    a, b = Value(A), Value(B)
    assert not gradients([a * 2.0], [np.ones_like(A)], [b])[0].any()


def test_several_results_add_up():
    a = Value(A)
    (found,) = gradients([a * 2.0, a * 3.0], [np.ones_like(A)] * 2, [a])
    np.testing.assert_array_equal(found, np.full_like(A, 5.0))


def test_equations_need_a_step():
    with pytest.raises(NotImplementedError):
        Equations().forward(A, (), ())

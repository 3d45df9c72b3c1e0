"""Reverse-mode differentiation in NumPy: networks written as forward equations alone.

A `Value` holds an array and remembers what it was computed from. `gradients` goes back
over what was computed, and `Equations` makes a `Network` of one function, the step.
Every operation here is checked against finite differences.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from seqkit.testing.reference.activations import activation_named
from seqkit.testing.reference.sequence import Arrays

Back = Callable[[np.ndarray], np.ndarray]


class Value:
    """An array, with the values it was computed from.

    Numbers and arrays beside it are constants. Beside the operators there are `split`
    and `mean` here, and the functions below.

    Args:
        array: Numbers of any shape, kept in float64.
        sources: Pairs of a value, and a function from the gradient of this one to its
            share in the gradient of that.

    Example:
        >>> x = Value([1.0, 3.0])
        >>> y = x * x + 1.0
        >>> y.array
        array([ 2., 10.])
        >>> gradients([y], [np.ones(2)], [x])
        [array([2., 6.])]
    """

    __array_ufunc__ = None  # array @ value and the like come to `Value`

    def __init__(self, array: Any, sources: Sequence[tuple["Value", Back]] = ()):
        self.array = np.asarray(array, np.float64)
        self.sources = sources

    def __add__(self, other: Any) -> "Value":
        other = value(other)
        return Value(
            self.array + other.array, [(self, lambda d: d), (other, lambda d: d)]
        )

    def __mul__(self, other: Any) -> "Value":
        a, b = self.array, value(other).array
        return Value(a * b, [(self, lambda d: d * b), (value(other), lambda d: d * a)])

    def __truediv__(self, other: Any) -> "Value":
        return self * value(other) ** -1.0

    def __pow__(self, power: float) -> "Value":
        a = self.array
        return Value(a**power, [(self, lambda d: d * power * a ** (power - 1.0))])

    def __matmul__(self, other: Any) -> "Value":
        other = value(other)
        a, b = self.array, other.array
        return Value(a @ b, [(self, lambda d: d @ b.T), (other, lambda d: a.T @ d)])

    def __getitem__(self, index: Any) -> "Value":
        def back(d: np.ndarray) -> np.ndarray:
            whole = np.zeros_like(self.array)
            np.add.at(whole, index, d)
            return whole

        return Value(self.array[index], [(self, back)])

    def __neg__(self) -> "Value":
        return self * -1.0

    def __sub__(self, other: Any) -> "Value":
        return self + -value(other)

    def __radd__(self, other: Any) -> "Value":
        return self + other

    def __rsub__(self, other: Any) -> "Value":
        return -self + other

    def __rmul__(self, other: Any) -> "Value":
        return self * other

    def __rtruediv__(self, other: Any) -> "Value":
        return value(other) / self

    def __rmatmul__(self, other: Any) -> "Value":
        return value(other) @ self

    def split(self, count: int) -> list["Value"]:
        """Return so many equal blocks of the last axis."""
        width = self.array.shape[-1] // count
        return [self[..., k * width : (k + 1) * width] for k in range(count)]

    def mean(self) -> "Value":
        """Return the mean over the last axis, kept with size one."""
        size = self.array.shape[-1]
        mean = self.array.mean(axis=-1, keepdims=True)
        return Value(mean, [(self, lambda d: np.repeat(d, size, axis=-1) / size)])


def value(thing: Any) -> Value:
    """Return a value as it is, anything else as a constant."""
    return thing if isinstance(thing, Value) else Value(thing)


def activated(name: str, a: Any) -> Value:
    """Return the activation of that Keras name."""
    function, a = activation_named(name), value(a)
    y = function.value(a.array)
    return Value(y, [(a, lambda d: d * function.slope(y))])


def sigmoid(a: Any) -> Value:
    """Return 1 / (1 + exp(−a))."""
    return activated("sigmoid", a)


def tanh(a: Any) -> Value:
    """Return tanh(a)."""
    return activated("tanh", a)


def relu(a: Any) -> Value:
    """Return max(a, 0)."""
    return activated("relu", a)


def exp(a: Any) -> Value:
    """Return exp(a)."""
    a = value(a)
    y = np.exp(a.array)
    return Value(y, [(a, lambda d: d * y)])


def log(a: Any) -> Value:
    """Return the natural logarithm."""
    a = value(a)
    return Value(np.log(a.array), [(a, lambda d: d / a.array)])


def cosine(a: Any) -> Value:
    """Return cos(a)."""
    a = value(a)
    return Value(np.cos(a.array), [(a, lambda d: -d * np.sin(a.array))])


def sine(a: Any) -> Value:
    """Return sin(a)."""
    a = value(a)
    return Value(np.sin(a.array), [(a, lambda d: d * np.cos(a.array))])


def where(condition: Any, a: Any, b: Any) -> Value:
    """Return a where the condition, an array, is true, and b elsewhere."""
    a, b, condition = value(a), value(b), np.asarray(condition, bool)
    return Value(
        np.where(condition, a.array, b.array),
        [
            (a, lambda d: np.where(condition, d, 0.0)),
            (b, lambda d: np.where(condition, 0.0, d)),
        ],
    )


def maximum(a: Any, b: Any) -> Value:
    """Return the larger of two, number by number."""
    a, b = value(a), value(b)
    return where(a.array >= b.array, a, b)


def concatenate(values: Sequence[Any]) -> Value:
    """Return values side by side on the last axis."""
    values = [value(v) for v in values]
    ends = np.cumsum([v.array.shape[-1] for v in values])

    def block(end: int, width: int) -> Back:
        return lambda d: d[..., end - width : end]

    return Value(
        np.concatenate([v.array for v in values], axis=-1),
        [
            (v, block(end, v.array.shape[-1]))
            for v, end in zip(values, ends, strict=True)
        ],
    )


def _fitted(gradient: np.ndarray, shape: tuple) -> np.ndarray:
    """Sum a gradient over the axes along which a value was repeated."""
    added = gradient.ndim - len(shape)
    repeated = tuple(i for i, n in enumerate(shape, added) if n == 1)
    return gradient.sum(axis=(*range(added), *repeated)).reshape(shape)


def gradients(
    results: Sequence[Value], upstream: Sequence[np.ndarray], sources: Sequence[Value]
) -> list[np.ndarray]:
    """Return ∂L by each source, given ∂L by each result.

    Args:
        results: What was computed.
        upstream: ∂L by each of them, in its shape.
        sources: What it was computed from; zeros for one that it does not depend on.

    Returns:
        An array in the shape of each source.

    Example:
        >>> x, w = Value([[1.0, 2.0]]), Value([[3.0], [4.0]])
        >>> [d.tolist() for d in gradients([x @ w], [np.ones((1, 1))], [x, w])]
        [[[3.0, 4.0]], [[1.0], [2.0]]]
    """
    found: dict[int, np.ndarray] = {}

    def add(to: Value, gradient: np.ndarray) -> None:
        gradient = _fitted(np.asarray(gradient), to.array.shape)
        found[id(to)] = found.get(id(to), 0.0) + gradient

    for result, gradient in zip(results, upstream, strict=True):
        add(result, gradient)
    for node in _from_last_to_first(results):
        for source, back in node.sources if id(node) in found else ():
            add(source, back(found[id(node)]))
    return [found.get(id(s), np.zeros_like(s.array)) for s in sources]


def _from_last_to_first(results: Sequence[Value]) -> list[Value]:
    """Return all values behind the results, each before those it was computed from."""
    order: list[Value] = []
    seen: set[int] = set()

    def visit(node: Value) -> None:
        if id(node) not in seen:
            seen.add(id(node))
            for source, _ in node.sources:
                visit(source)
            order.append(node)

    for result in results:
        visit(result)
    return order[::-1]


class Equations:
    """A `Network` of which a subclass writes `step`, the forward equations.

    Example:
        >>> class Sum(Equations):
        ...     def step(self, x, states, weights):
        ...         h = states[0] + x @ weights[0]
        ...         return h, [h]
        >>> x, h, w = np.ones((1, 2)), np.zeros((1, 1)), np.ones((2, 1))
        >>> y, _, memory = Sum().forward(x, (h,), (w,))
        >>> y
        array([[2.]])
        >>> Sum().backward(np.ones((1, 1)), (np.zeros((1, 1)),), memory, (w,))[0]
        array([[1., 1.]])
    """

    def step(
        self, x: Value, states: list[Value], weights: list[Value]
    ) -> tuple[Value, list[Value]]:
        """Return the output and the new states of one time step."""
        raise NotImplementedError

    def forward(
        self, x: np.ndarray, states: Arrays, weights: Arrays
    ) -> tuple[np.ndarray, Arrays, Any]:
        """Give the output, the new states, and what was computed from what."""
        x_value, old = Value(x), [Value(s) for s in states]
        of_weights = [Value(w) for w in weights]
        output, new = self.step(x_value, old, of_weights)
        memory = ([output, *new], [x_value, *old, *of_weights])
        return output.array, tuple(s.array for s in new), memory

    def backward(
        self, d_output: np.ndarray, d_states: Arrays, memory: Any, weights: Arrays
    ) -> tuple[np.ndarray, Arrays, Arrays]:
        """Give the gradients by x, the states before and the weights."""
        results, sources = memory
        d_x, *rest = gradients(results, [d_output, *d_states], sources)
        return d_x, tuple(rest[: len(d_states)]), tuple(rest[len(d_states) :])

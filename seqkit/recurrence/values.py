"""The values that a step computes, and which of them its gradient needs.

What is needed of a step may be kept as it runs forward, or computed again as it is
differentiated. Kept are the results of functions such as tanh, from which their gradients
follow, and what is added up and cut from products; anything else is computed again from
these, by a few multiplications.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from seqkit.tensorflow_internals import replace_input

FUNCTIONS = frozenset(
    "Tanh Sigmoid Exp Expm1 Log Log1p Softplus Softsign Softmax Elu Selu Relu Relu6 Erf "
    "Sin Cos Sqrt Rsqrt Pow".split()
)
SUMS = frozenset("AddV2 Sub BiasAdd Split SplitV StridedSlice Slice".split())
OF_SHAPES = frozenset("Shape Size Rank ZerosLike OnesLike".split())


class Values:
    """Inside, the values that ops of these kinds compute are found, in order.

    Attributes:
        found: the tensors.
    """

    def __enter__(self) -> "Values":
        self.graph = tf.compat.v1.get_default_graph()
        self.start = len(self.graph.get_operations())
        return self

    def __exit__(self, *_: Any) -> None:
        ops = self.graph.get_operations()[self.start :]
        kinds = FUNCTIONS | SUMS
        self.found = [tensor for op in ops if op.type in kinds for tensor in op.outputs]


class Needs(NamedTuple):
    """Places of what a step's gradient needs.

    Args:
        drives: of the drive's tensors.
        carries: of the carry before the step.
        products: of the results of `dot`.
        values: of the values of a step that are kept for themselves.
        carried: of the values that are in the carry after the step, and where there.
    """

    drives: list[int]
    carries: list[int]
    products: list[int]
    values: list[int]
    carried: list[tuple[int, int]]


def needs(
    results: Iterable[Any],
    drives: Sequence[Any],
    carry: Sequence[Any],
    products: Sequence[Any],
    values: Sequence[Any],
    new_carry: Sequence[Any],
) -> Needs:
    """Return what is needed to compute tensors of the graph that is being traced."""
    raw = {
        tensor.name: (kind, place)
        for kind, tensors in enumerate((drives, carry, products))
        for place, tensor in enumerate(tensors)
    }
    places = {tensor.name: place for place, tensor in enumerate(values)}
    found: tuple[set, set, set] = (set(), set(), set())
    kept: set[int] = set()
    seen: set[str] = set()
    left = [tensor for tensor in results if tensor is not None]

    def of_products(tensor: Any) -> bool:
        if tensor.name in raw:
            return raw[tensor.name][0] == 2
        return tensor.op.type in SUMS and any(map(of_products, tensor.op.inputs))

    while left:
        tensor = left.pop()
        if tensor.name in seen:
            continue
        seen.add(tensor.name)
        if tensor.name in raw:
            kind, place = raw[tensor.name]
            found[kind].add(place)
        elif tensor.name in places and (
            tensor.op.type in FUNCTIONS or of_products(tensor)
        ):
            kept.add(places[tensor.name])
        elif tensor.op.type not in OF_SHAPES:
            left.extend(tensor.op.inputs)
    where = {tensor.name: place for place, tensor in enumerate(new_carry)}
    carried = [k for k in sorted(kept) if values[k].name in where]
    return Needs(
        *map(sorted, found),
        [k for k in sorted(kept) if k not in carried],
        [(k, where[values[k].name]) for k in carried],
    )


def replace(tensors: Sequence[Any], others: Sequence[Any]) -> None:
    """Let all that is computed of some tensors be computed of others."""
    for tensor, other in zip(tensors, others, strict=True):
        for op in list(tensor.consumers()):
            for place, each in enumerate(op.inputs):
                if each.name == tensor.name:
                    replace_input(op, place, other)

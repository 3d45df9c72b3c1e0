"""The values that a step computes, and which of them its gradient needs.

What the gradient of a step needs may be kept as the step runs forward, or computed once
more as it is differentiated. Kept are the results of functions such as tanh, of which
their gradients are made, and what is added up of products, or cut from them; all else
is computed once more from these, by few multiplications.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from seqkit.tensorflow_internals import replace_input

# fmt: off
FUNCTIONS = frozenset((
    "Tanh", "Sigmoid", "Relu", "Relu6", "Elu", "Selu", "Softplus", "Softsign",
    "Softmax", "Exp", "Expm1", "Log", "Log1p", "Erf", "Sin", "Cos", "Sqrt", "Rsqrt",
    "Pow",
))
CUTS = frozenset(("Split", "SplitV", "StridedSlice", "Slice"))
SUMS = frozenset(("AddV2", "Sub", "BiasAdd")) | CUTS
OF_SHAPES = frozenset(("Shape", "Size", "Rank", "ZerosLike", "OnesLike"))
# fmt: on


class Ops:
    """Inside, the ops that are added to the graph are found.

    Attributes:
        found: the ops, in order.
    """

    def __enter__(self) -> "Ops":
        self.graph = tf.compat.v1.get_default_graph()
        self.start = len(self.graph.get_operations())
        return self

    def __exit__(self, *_: Any) -> None:
        self.found = self.graph.get_operations()[self.start :]

    @property
    def values(self) -> list:
        """The values among what they compute, in order."""
        kinds = FUNCTIONS | SUMS
        return [t for op in self.found if op.type in kinds for t in op.outputs]


class Needs(NamedTuple):
    """Places of what a step's gradient needs."""

    drives: list[int]  # of the drive's tensors
    carries: list[int]  # of the carry before the step
    products: list[int]  # of the results of `dot`
    values: list[int]  # of values that are kept for themselves
    carried: list[tuple[int, int]]  # of values in the carry after the step, and where


def needs(
    results: Iterable[Any],
    ops: Sequence[Any],
    drives: Sequence[Any],
    carry: Sequence[Any],
    products: Sequence[Any],
    values: Sequence[Any],
    new_carry: Sequence[Any],
) -> Needs:
    """Return what is needed to compute results.

    Args:
        results: tensors.
        ops: the ops that compute them from what follows.
        drives: the drive's tensors.
        carry: the carry before the step.
        products: the results of `dot`.
        values: the values of the step.
        new_carry: the carry after the step.
    """
    given = (drives, carry, products)
    raw = {
        tensor.name: (k, j) for k, g in enumerate(given) for j, tensor in enumerate(g)
    }
    worth = _worth_keeping(ops, raw, {tensor.name for tensor in products})
    may_be_kept = {v.name: place for place, v in enumerate(values) if v.name in worth}
    found: tuple[set, set, set] = (set(), set(), set())
    kept: set[int] = set()
    names, seen = {op.name for op in ops}, set()
    left = list(results)
    while left:
        tensor = left.pop()
        if tensor.name in seen:
            continue
        seen.add(tensor.name)
        if tensor.name in raw:
            kind, place = raw[tensor.name]
            found[kind].add(place)
        elif tensor.name in may_be_kept:
            kept.add(may_be_kept[tensor.name])
        elif tensor.op.name in names and tensor.op.type not in OF_SHAPES:
            left.extend(_inputs_of(tensor))
    where = {tensor.name: place for place, tensor in enumerate(new_carry)}
    carried = {k: where[values[k].name] for k in kept if values[k].name in where}
    return Needs(
        sorted(found[0]),
        sorted(found[1]),
        sorted(found[2]),
        sorted(kept - set(carried)),
        sorted(carried.items()),
    )


def _worth_keeping(ops: Iterable[Any], raw: Iterable[str], products: set) -> set:
    """Return the names of values worth keeping: they change from step to step."""
    changing, of_products = set(raw), set(products)
    found: set[str] = set()
    for op in ops:
        for tensor in op.outputs:
            inputs = {each.name for each in _inputs_of(tensor)}
            if not inputs & changing:
                continue
            changing.add(tensor.name)
            # The parts of a kept value are kept too: to read two parts of one array in
            # one kernel is slow (architecture.md).
            if op.type in FUNCTIONS or (op.type in CUTS and inputs & found):
                found.add(tensor.name)
            if inputs & of_products and op.type in SUMS | {"IdentityN"}:
                of_products.add(tensor.name)
                found.add(tensor.name)
    return found


def _inputs_of(tensor: Any) -> list:
    """Return the tensors of which a tensor is computed."""
    op = tensor.op
    same = op.type == "IdentityN"  # as a gradient that is given by hand is written
    return [op.inputs[tensor.value_index]] if same else list(op.inputs)


def replace(tensors: Sequence[Any], others: Sequence[Any]) -> None:
    """Let all that is computed of some tensors be computed of others."""
    for tensor, other in zip(tensors, others, strict=True):
        for op in list(tensor.consumers()):
            for place, each in enumerate(op.inputs):
                if each.name == tensor.name:
                    replace_input(op, place, other)

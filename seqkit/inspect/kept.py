"""What the loops keep of a step for its gradient."""

from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.cells.linear import LinearCell
from seqkit.layers.base import LayerOverCell
from seqkit.recurrence.equations import Equations
from seqkit.recurrence.forward import Forward
from seqkit.recurrence.sweep import Given, Kept
from seqkit.wording import briefly


def kept_of_a_step(layer: LayerOverCell) -> dict[str, int]:
    """Count the bytes of one step of one sequence that the forward loop keeps.

    It is the loop itself that is run, over one step, and what it stores is counted.
    In training it also keeps the inputs, and the noise of the cells that take some.

    Args:
        layer: a recurrent layer of seqkit that is built, without dropout.

    Returns:
        Bytes of `inputs`, `drives` (what a step needs of the inputs), `states`,
        `products` (by recurrent kernels), `values` (such as gates) and, where they are
        no states and all are returned, `emissions`; drives, products and values as far
        as the gradient needs them.

    Raises:
        ValueError: the layer is none of these, or is run by a scan, which keeps
            nothing.

    Example: of float32, 2 features; h and c, four gates and tanh(c) of 3 units each.
    >>> from seqkit.layers import LSTM
    >>> layer = LSTM(3)
    >>> layer.build((None, None, 2))
    >>> {what: size for what, size in kept_of_a_step(layer).items() if size}
    {'inputs': 8, 'states': 24, 'values': 60}
    """
    if not isinstance(layer, LayerOverCell) or not layer.built:
        raise ValueError(
            "`layer` must be a recurrent layer of seqkit that is built, got "
            f"{briefly(layer)}."
        )
    cell = layer.cell
    if isinstance(cell, LinearCell) and not layer.unroll:
        raise ValueError(
            f"`layer` must be run step by step, {layer.name!r} is run by a scan, which "
            "keeps nothing."
        )
    noisy = bool(cell.noise_size)
    features = layer.input_spec.axes[-1] + cell.noise_size
    inputs = tf.zeros((1, 1, features), cell.compute_dtype)
    states = layer.initial_state(1)

    @tf.function(autograph=False)
    def run() -> Kept:
        weights = [tf.convert_to_tensor(weight.value) for weight in cell.weights]
        given = Given(inputs, None, 1, states, None, weights, exact=True, parts=1)
        equations = Equations(cell, noisy)
        place = tf.constant(0)
        loop = Forward(equations, given, place, layer.return_sequences, False)
        return loop.run()[2]

    kept = run()
    return {
        "inputs": _bytes([inputs]),
        "drives": _bytes(kept.drives),
        "states": _bytes([carry[1:] for carry in kept.carries[: len(states)]]),
        "products": _bytes(kept.products),
        "values": _bytes(kept.values),
        "emissions": _bytes(kept.emissions),
    }


def _bytes(tensors: list[Any]) -> int:
    return sum(int(np.prod(t.shape)) * t.dtype.size for t in tensors)

"""Gate activations of a block of pre-activations, in as few passes as possible."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

# sigmoid(x) = tanh(x / 2) / 2 + 1 / 2: (scale, shift) of the tanh outside, scale inside
AS_TANH = {
    keras.activations.tanh: (1.0, 0.0),
    keras.activations.sigmoid: (0.5, 0.5),
}


def activate(block: Any, functions: Sequence[Callable]) -> list:
    """Split a block into gates and apply one activation to each.

    Where all of them are `tanh` or `sigmoid`, the whole block goes through one `tanh`:
    σ(x) = ½ tanh(½ x) + ½. A compiler then computes each gate once, where it would
    otherwise repeat the activation for every use of the gate.

    Args:
        block: tensor `(batch, n * units)`, the gates' pre-activations side by side.
        functions: n activation functions.

    Returns:
        A list of n tensors `(batch, units)`.

    Example:
    >>> from keras import activations
    >>> block = np.array([[0.0, 0.0]], "float32")
    >>> gates = activate(block, [activations.sigmoid, activations.tanh])
    >>> [float(gate[0, 0]) for gate in gates]
    [0.5, 0.0]
    """
    if not all(function in AS_TANH for function in functions):
        gates = ops.split(block, len(functions), axis=-1)
        return [function(g) for function, g in zip(functions, gates, strict=True)]
    scales = [AS_TANH[function] for function in functions]
    inner: Any = scales[0][0]
    if len(set(functions)) > 1:
        units = block.shape[-1] // len(functions)
        inner = np.repeat([scale for scale, _ in scales], units)
        inner = ops.convert_to_tensor(inner, dtype=block.dtype)
    squashed = ops.tanh(block * inner)
    gates = ops.split(squashed, len(functions), axis=-1)
    return [
        gate if shift == 0.0 else gate * scale + shift
        for gate, (scale, shift) in zip(gates, scales, strict=True)
    ]

"""The matrices that lead from state to state."""

from collections import Counter
from typing import Any

import keras
import numpy as np
from scipy.linalg import block_diag

from seqkit.cells.base import Cell
from seqkit.cells.cfc import CfCCell
from seqkit.cells.naming import naming_by
from seqkit.wording import briefly

_ROWS = 8  # states by which it is found which gate a block leads to


def recurrent_matrices(layer: Any) -> dict[str, np.ndarray]:
    """Copy the square matrices that a layer multiplies its state by.

    A kernel of several gates side by side is cut into one matrix for each. A kernel
    that is a vector, of units that see themselves alone, is a diagonal matrix, and one
    of several heads has a block on the diagonal for each. The copies stay as they are
    when the layer is trained on.

    Args:
        layer: a recurrent layer that is built, of seqkit or of Keras.

    Returns:
        Matrices `(n, n)` by the name of the kernel and, of several, that of the gate in
        the equations, or the number of the block where it has none. Of several cells
        each has its number before the name, from 1 on.

    Raises:
        ValueError: what is given is no layer, or has no such matrix.

    Example:
    >>> from seqkit.layers import GRU
    >>> layer = GRU(4)
    >>> layer.build((None, None, 2))
    >>> {name: matrix.shape for name, matrix in recurrent_matrices(layer).items()}
    ... # doctest: +NORMALIZE_WHITESPACE
    {'recurrent_kernel, z': (4, 4), 'recurrent_kernel, r': (4, 4),
     'recurrent_kernel, n': (4, 4)}
    """
    if not isinstance(layer, keras.layers.Layer):
        raise ValueError(f"`layer` must be a layer, got {briefly(layer)}.")
    found = {}
    cell = getattr(layer, "cell", layer)
    # The kernel of CfC leads to its backbone, not from state to state.
    weights = () if isinstance(cell, CfCCell) else cell.weights
    weights = [weight for weight in weights if "recurrent_kernel" in weight.name]
    times = Counter(weight.name for weight in weights)
    seen: Counter[str] = Counter()
    for weight in weights:
        name, kernel = weight.name, keras.ops.convert_to_numpy(weight)
        if times[name] > 1:  # of several cells
            seen[name] += 1
            name = f"{seen[name]}/{name}"
        if kernel.ndim == 1:
            found[name] = np.diag(kernel)
            continue
        size = len(kernel) // getattr(cell, "heads", 1)  # what a head sees of itself
        if kernel.shape[1] % size:
            continue
        blocks = np.split(kernel, kernel.shape[1] // size, axis=1)
        gates = _gates(layer, weight, len(blocks)) if len(blocks) > 1 else [""]
        for gate, block in zip(gates, blocks, strict=True):
            heads = np.split(block, len(block) // size)
            found[f"{name}, {gate}" if gate else name] = block_diag(*heads)
    if not found:
        raise ValueError(
            "`layer` must be built and have a recurrent kernel with square blocks, got "
            f"{briefly(layer)}."
        )
    return found


def _gates(layer: Any, weight: Any, count: int) -> list[str]:
    """Return what the blocks of a kernel lead to: the gate that first depends on each.

    A step is taken, and each value that the cell names is differentiated by the kernel.
    """
    import tensorflow as tf  # TensorFlow only from here on

    names = [f"block {number}" for number in range(1, count + 1)]
    cell = getattr(layer, "cell", layer)
    if not isinstance(cell, Cell) or keras.config.backend() != "tensorflow":
        return names
    random = np.random.default_rng(0)

    def drawn(size: int) -> Any:
        return tf.constant(random.normal(size=(_ROWS, size)), cell.compute_dtype)

    named: dict[str, Any] = {}
    features = layer.input_spec.axes[-1]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(weight.value)
        with naming_by(lambda name, value: named.setdefault(name, value)):
            cell(drawn(features), [drawn(size) for size in cell.state_sizes])
    taken: set[int] = set()
    for name, value in named.items():
        gradient = tape.gradient(value, weight.value)
        if gradient is None:
            continue
        columns = np.split(np.asarray(gradient), count, axis=1)
        new = {n for n, each in enumerate(columns) if each.any()} - taken
        if len(new) == 1:
            names[min(new)] = name
        taken |= new
    return names

"""Weights of `torch.nn.RNN`, `LSTM` and `GRU` for Keras layers, and back.

The two libraries compute the same and order it differently. PyTorch keeps its matrices
transposed; it adds two biases where Keras's SimpleRNN and LSTM have their sum; its GRU
has the gates r, z, n where Keras (with `reset_after=True`) has z, r, h. The LSTM's
i, f, g, o are Keras's i, f, c, o.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seqkit.cells import checks

# For each network, where each of PyTorch's gates stands among Keras's. Every one of
# these orders is its own inverse.
GATES = {"SimpleRNN": (0,), "LSTM": (0, 1, 2, 3), "GRU": (1, 0, 2)}


def _reordered(network: str, array: np.ndarray) -> np.ndarray:
    """Put the gates, side by side on the last axis, in the other library's order."""
    order = GATES[network]
    gates = np.split(array, len(order), axis=-1)
    return np.concatenate([gates[i] for i in order], axis=-1)


def weights_from_torch(
    network: str, parameters: Mapping[str, Any], suffix: str = "_l0"
) -> list[np.ndarray]:
    """Return what `layer.set_weights` takes, from a PyTorch module's state.

    Args:
        network: "SimpleRNN", "LSTM" or "GRU".
        parameters: By PyTorch's names, tensors or arrays: a `state_dict()`, or a
            dictionary of `named_parameters()`.
        suffix: Which layer of the module: "_l0", "_l1", "_l0_reverse", ...

    Returns:
        kernel, recurrent_kernel and, unless the module has none, bias; for an LSTM
        with `proj_size` also projection_kernel, as `ProjectedLSTM` takes them.

    Raises:
        ValueError: `network` is none of the three.
            Or they are another network's.
        KeyError: the module has no such layer.

    Example:
        >>> state = {
        ...     "weight_ih_l0": np.ones((8, 3)), "weight_hh_l0": np.ones((8, 2)),
        ...     "bias_ih_l0": np.ones(8), "bias_hh_l0": np.ones(8),
        ... }
        >>> [w.shape for w in weights_from_torch("LSTM", state)]
        [(3, 8), (2, 8), (8,)]
    """

    gates = len(GATES[checks.one_of("network", network, list(GATES))])
    if not isinstance(parameters, Mapping):
        raise ValueError(
            "`parameters` must be a module's `state_dict()`, got "
            f"{type(parameters).__name__}."
        )
    if f"weight_hh{suffix}" not in parameters:
        raise KeyError(
            f"`suffix` must be that of a layer in `parameters`, got {suffix!r}."
        )
    projection = parameters.get(f"weight_hr{suffix}")
    recurrent = parameters[f"weight_hh{suffix}"]
    hidden = (recurrent if projection is None else projection).shape[1]
    if recurrent.shape[0] != gates * hidden:
        raise ValueError(
            f"`parameters` must be those of a {network}, whose weight_hh has "
            f"{gates * hidden} rows, got {recurrent.shape[0]}."
        )

    def weight(name: str) -> np.ndarray:
        return _reordered(network, _array(parameters[f"{name}{suffix}"]).T)

    weights = [weight("weight_ih"), weight("weight_hh")]
    if f"bias_ih{suffix}" in parameters:
        biases = [weight("bias_ih"), weight("bias_hh")]
        weights.append(np.stack(biases) if network == "GRU" else biases[0] + biases[1])
    if f"weight_hr{suffix}" in parameters:
        weights.append(_array(parameters[f"weight_hr{suffix}"]).T)
    return weights


def _array(tensor: Any) -> np.ndarray:
    """Return a tensor of PyTorch, or an array, as an array of single precision or more.

    A tensor may be on any device and want a gradient.
    """
    if hasattr(tensor, "detach"):
        tensor = tensor.detach().cpu()
        half = str(tensor.dtype) in ("torch.bfloat16", "torch.float16")
        tensor = (tensor.float() if half else tensor).numpy()
    return np.asarray(tensor)


def weights_to_torch(
    network: str, weights: Sequence[np.ndarray], suffix: str = "_l0"
) -> dict[str, np.ndarray]:
    """Return a PyTorch module's state, from what `layer.get_weights` gives.

    Args:
        network: "SimpleRNN", "LSTM" or "GRU".
        weights: kernel, recurrent_kernel and, unless the layer has none, bias.
        suffix: Which layer of the module: "_l0", "_l1", "_l0_reverse", ...

    Returns:
        Arrays by PyTorch's names; for `load_state_dict`, make tensors of them.

    Raises:
        ValueError: `network` is none of the three, or the weights are of other shapes
            or those of a GRU with `reset_after=False`, which PyTorch does not have.

    Example:
        >>> weights = [np.ones((3, 6)), np.ones((2, 6)), np.ones((2, 6))]
        >>> state = weights_to_torch("GRU", weights)
        >>> {name: w.shape for name, w in state.items()}
        {'weight_ih_l0': (6, 3), 'weight_hh_l0': (6, 2), 'bias_ih_l0': (6,), \
'bias_hh_l0': (6,)}
    """
    gates = len(GATES[checks.one_of("network", network, list(GATES))])
    shapes = [np.shape(w) for w in weights]
    if (
        len(shapes) not in (2, 3)
        or len(shapes[1]) != 2
        or {shape[-1:] for shape in shapes} != {(gates * shapes[1][0],)}
    ):
        raise ValueError(
            "`weights` must be kernel, recurrent_kernel and perhaps bias, of "
            f"{gates} · units columns, got the shapes {shapes}."
        )
    reordered = [_reordered(network, np.asarray(w)) for w in weights]
    state = {"weight_ih": reordered[0].T, "weight_hh": reordered[1].T}
    if len(reordered) == 3:
        bias = reordered[2]
        if network != "GRU":
            bias = np.stack([bias, np.zeros_like(bias)])
        if bias.ndim != 2:
            raise ValueError(
                "`weights` must be those of a GRU with reset_after=True, whose bias "
                f"has two rows, got a bias of shape {bias.shape}."
            )
        state["bias_ih"], state["bias_hh"] = bias
    return {f"{name}{suffix}": array for name, array in state.items()}

"""Whole recurrent modules of PyTorch as models of Keras. PyTorch is not imported."""

from collections.abc import Mapping
from typing import Any

import keras

from seqkit import layers
from seqkit.cells import checks
from seqkit.convert.torch_weights import weights_from_torch

# For each mode of a module, its layer and the arguments that make it the same.
MODES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "RNN_TANH": ("SimpleRNN", {"activation": "tanh"}),
    "RNN_RELU": ("SimpleRNN", {"activation": "relu"}),
    "LSTM": ("LSTM", {}),
    "GRU": ("GRU", {"reset_after": True}),
}


def from_torch(
    module: Any, return_state: bool = False, dtype: Any = None
) -> keras.Model:
    """Return a model of Keras that computes what a recurrent module of PyTorch does.

    The model maps sequences `(batch, time, features)`, whatever the module's
    `batch_first`, to the output of every step. It has a layer for each of the module's,
    `Bidirectional` where that is, and its dropout between them. Under a mask it gives
    what the module gives for packed sequences, padded by zeros.

    Args:
        module: a `torch.nn.RNN`, `torch.nn.LSTM` or `torch.nn.GRU`, on any device.
        return_state: whether the last states follow the output: for each layer those
            of the forward direction before the backward one, and h before c.
        dtype: of the layers, or their policy. By default the module's, and float32
            where the module has half precision.

    Raises:
        ValueError: it is no such module, or has no real weights of its own.

    Example: `from_torch(torch.nn.GRU(3, 4, num_layers=2))` is a model of two layers.
        >>> from_torch("GRU")
        Traceback (most recent call last):
        ...
        ValueError: `module` must be a torch.nn.RNN, LSTM or GRU, got builtins.str.
    """
    parameters = _parameters(module)
    return_state = checks.flag("return_state", return_state)
    if dtype is None:
        wide = "float64" in str(parameters["weight_ih_l0"].dtype)
        dtype = "float64" if wide else "float32"
    policy = keras.dtype_policies.get(dtype)
    shape = (None, module.input_size)
    outputs = inputs = keras.Input(shape, dtype=policy.variable_dtype)
    states: list = []
    for depth in range(module.num_layers):
        if depth and module.dropout:
            outputs = keras.layers.Dropout(module.dropout, dtype=policy)(outputs)
        layer = _layer(module, policy)
        outputs, *last = layer(outputs)
        layer.set_weights(_weights(module, parameters, depth))
        states += last
    model = keras.Model(inputs, [outputs, *states] if return_state else outputs)
    model.supports_masking = True
    return model


def _parameters(module: Any) -> Mapping[str, Any]:
    """Return the parameters of a module by name, if it is one that can be converted."""
    kind = type(module)
    forward = getattr(getattr(kind, "forward", None), "__module__", None)
    if getattr(module, "mode", None) not in MODES or forward != "torch.nn.modules.rnn":
        raise ValueError(
            "`module` must be a torch.nn.RNN, LSTM or GRU, got "
            f"{kind.__module__}.{kind.__qualname__}."
        )
    parameters = module.state_dict()
    dtypes = {str(weight.dtype) for weight in parameters.values()}
    for what, refused in (
        ("weights of its own names", "weight_hh_l0" not in parameters),
        ("data", any(str(w.device) == "meta" for w in parameters.values())),
        ("real weights", any("complex" in dtype for dtype in dtypes)),
    ):
        if refused:
            shown = repr(module).partition("\n")[0]
            raise ValueError(f"`module` must have {what}, got {shown}.")
    return parameters


def _layer(module: Any, dtype: Any) -> Any:
    """Return a layer like each of the module's."""
    name, arguments = MODES[module.mode]
    if module.proj_size:
        name, arguments = (
            "ProjectedLSTM",
            {
                "projection": module.proj_size,
                "peepholes": False,
            },
        )
    layer = getattr(layers, name)(
        module.hidden_size,
        **arguments,
        use_bias=module.bias,
        recurrent_initializer="zeros",  # the default has no values in bfloat16
        return_sequences=True,
        return_state=True,
        zero_output_for_mask=True,
        dtype=dtype,
    )
    return layers.Bidirectional(layer, dtype=dtype) if module.bidirectional else layer


def _weights(module: Any, parameters: Mapping[str, Any], depth: int) -> list:
    """Return the weights of one of the module's layers, in both directions."""
    name, _ = MODES[module.mode]
    suffixes = [f"_l{depth}", f"_l{depth}_reverse"][: 1 + module.bidirectional]
    return [
        array
        for suffix in suffixes
        for array in weights_from_torch(name, parameters, suffix)
    ]

"""Layers around other layers."""

import inspect
from collections.abc import Collection
from typing import Any

import keras

from seqkit.layers.base import RecurrentLayer

OPTIONS = (
    "activity_regularizer",
    "return_sequences",
    "return_state",
    "go_backwards",
    "stateful",
    "unroll",
    "zero_output_for_mask",
    "recompute",
)


class LayerOverLayer(RecurrentLayer):
    """A layer around another one, or around a cell.

    Of a layer inside its cell is taken, and its options where none are given here.
    """

    def __init__(self, layer: Any, **kwargs: Any):
        if isinstance(layer, dict):
            layer = keras.saving.deserialize_keras_object(layer)
        refuse_options("layer", layer, but=OPTIONS)
        options = {}
        if isinstance(layer, keras.layers.RNN):
            options = {n: getattr(layer, n) for n in OPTIONS if hasattr(layer, n)}
        super().__init__(layer=layer, **{**options, **kwargs})

    def get_config(self) -> dict:
        """Return every constructor argument."""
        config = super().get_config()
        for name in OPTIONS:
            value = getattr(self, name)
            config[name] = keras.saving.serialize_keras_object(value)
        return config


def refuse_options(name: str, layer: Any, but: Collection[str]) -> None:
    """Raise where a layer, of which the cell alone is taken, has options that get lost.

    Args:
        name: the argument that holds the layer.
        layer: a recurrent layer; of another thing nothing is known here.
        but: the options that are not lost.

    Raises:
        ValueError: an option of the layer is not its default.
    """
    if not isinstance(layer, keras.layers.RNN):
        return
    parameters = inspect.signature(type(layer)).parameters
    taken = {"cell", *but, *inspect.signature(type(layer.cell)).parameters}
    for option in parameters.keys() - taken:
        default = parameters[option].default
        value = getattr(layer, option, default)
        if default is not inspect.Parameter.empty and value != default:
            raise ValueError(
                f"`{option}` of {layer.name!r} in `{name}` would be lost, since its "
                f"cell alone is taken, got {value!r}."
            )

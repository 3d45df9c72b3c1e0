"""Layers around other layers."""

from typing import Any

import keras

from seqkit.layers.base import LayerOverCell, RecurrentLayer

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
        options = {}
        if isinstance(layer, LayerOverCell):
            options = {name: getattr(layer, name) for name in OPTIONS}
        super().__init__(layer=layer, **{**options, **kwargs})

    def get_config(self) -> dict:
        """Return every constructor argument."""
        config = super().get_config()
        for name in OPTIONS:
            value = getattr(self, name)
            config[name] = keras.saving.serialize_keras_object(value)
        return config

"""A layer over any cell."""

import inspect
from typing import Any

import keras

from seqkit.cells.base import Cell
from seqkit.layers.base import LayerOverCell
from seqkit.signature import Extensible, config_from_signature, merged, without


@keras.saving.register_keras_serializable("seqkit")
class RNN(Extensible, LayerOverCell):
    """A recurrent layer over any cell.

    A drop-in for `keras.layers.RNN`, at the speed of the compiled loop, over any cell
    of `seqkit.cells` or of your own that keeps their protocol.

    Args:
        cell: a `seqkit.cells.Cell`.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer. The dtype is the
            cell's where it is not given.

    Example:
    >>> from seqkit.cells import GRUCell
    >>> layer = RNN(GRUCell(4), return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])
    >>> y, states = layer.step(np.ones((2, 3), "float32"), layer.initial_state(2))
    >>> y.shape
    TensorShape([2, 4])
    """

    def __init__(self, cell: Any, **kwargs: Any):
        if isinstance(cell, dict):
            cell = keras.saving.deserialize_keras_object(cell)
        if not isinstance(cell, Cell):
            raise ValueError(f"`cell` must be a cell of seqkit, got {cell!r}.")
        super().__init__(cell, **kwargs)

    @classmethod
    def _first_signature(cls, own: inspect.Signature) -> inspect.Signature:
        """Return the cell, then the options of every layer over a cell."""
        options = inspect.signature(LayerOverCell.__init__)
        return merged(own, without(options, ("self",)))

    def get_config(self) -> dict:
        """Return every constructor argument."""
        return config_from_signature(self, keras.layers.Layer.get_config(self))

    @classmethod
    def from_config(cls, config: dict) -> "RNN":
        """Return a layer with that config."""
        return cls(**config)

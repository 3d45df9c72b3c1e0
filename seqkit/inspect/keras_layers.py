"""Keras's own recurrent layers, run by the equations of this package."""

from typing import Any

import keras
import numpy as np

from seqkit import layers

MIRRORS = {
    keras.layers.LSTM: layers.LSTM,
    keras.layers.GRU: layers.GRU,
    keras.layers.SimpleRNN: layers.SimpleRNN,
}
TOLERANCE = {"float64": 1e-8, "float32": 1e-4, "float16": 0.02, "bfloat16": 0.1}


class Mirror:
    """A call in place of a Keras layer's: by this package's equations, its weights.

    Args:
        layer: a layer of one of the kinds in `MIRRORS`, built.

    Attributes:
        layer: this package's.
    """

    def __init__(self, layer: keras.layers.RNN) -> None:
        self.of, self._call = layer, layer.call
        config = {**layer.get_config(), "stateful": False}
        self.layer = MIRRORS[type(layer)].from_config(config)

    def __call__(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool = False,
    ) -> Any:
        """Return what the Keras layer returns.

        Raises:
            ValueError: it draws random numbers.
            RuntimeError: it returns something else.
        """
        of = self.of
        if training and (of.dropout or of.recurrent_dropout):
            raise ValueError(
                f"A layer of Keras with dropout is traced outside training alone: "
                f"{of.name!r} has dropout; seqkit.layers.{type(self.layer).__name__} "
                "can be traced in training."
            )
        if not self.layer.built:
            self.layer.build(sequences.shape)
            self.layer.set_weights(of.get_weights())
        if initial_state is None and of.stateful:
            initial_state = [keras.ops.copy(state) for state in of.states]
        given = {"initial_state": initial_state, "mask": mask, "training": training}
        found = self.layer(sequences, **given)
        expected = self._call(sequences, **given)
        bound = TOLERANCE[of.compute_dtype]
        pairs = zip(*map(keras.tree.flatten, (found, expected)), strict=True)
        for one, other in pairs:
            arrays = [np.asarray(keras.ops.cast(a, "float64")) for a in (one, other)]
            off = np.abs(arrays[0] - arrays[1]) > bound * (1 + np.abs(arrays[1]))
            if off.any():
                worst = np.nanmax(np.abs(arrays[0] - arrays[1]))
                raise RuntimeError(
                    f"The equations of seqkit.layers.{type(self.layer).__name__} give "
                    f"other outputs than {of.name!r}, by up to {worst:.2g}."
                )
        return found

"""Recurrent layers one over the other, as one layer."""

from typing import Any

import keras

from seqkit.cells.stack import StackCell
from seqkit.layers.base import RecurrentLayer
from seqkit.layers.rnn import RNN


@keras.saving.register_keras_serializable("seqkit")
class Stack(RecurrentLayer):
    """Recurrent layers one over the other: h^l_t = layer_l(h^{l-1}_t), y_t = h^L_t.

    A whole sequence goes through one layer after the other, each by its own fast loop;
    `step` takes one time step through all. The states are those of the first layer,
    then those of the second, and so on.

    Of a layer in `layers` its cell is taken. Its options must be the defaults, but that
    any layer may return sequences: the options belong to the stack.

    Example:
    >>> from seqkit.layers import GRU, LSTM
    >>> stack = Stack([LSTM(4), GRU(2)], return_sequences=True)
    >>> stack(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 2])
    >>> y, states = stack.step(np.ones((2, 3), "float32"), stack.initial_state(2))
    >>> y.shape, len(states)
    (TensorShape([2, 2]), 3)
    """

    cell_class = StackCell

    def __init__(self, layers: Any, **kwargs: Any):
        if isinstance(layers, (list, tuple)):
            for layer in layers:
                refuse_options("layers", layer)
        super().__init__(layers=layers, **kwargs)
        lower = [RNN(part, return_sequences=True) for part in self.cell.parts[:-1]]
        last = RNN(
            self.cell.parts[-1],
            return_sequences=self.return_sequences,
            zero_output_for_mask=self.zero_output_for_mask,
        )
        self.levels = [*lower, last]
        for layer in self.levels:
            layer.return_state, layer.unroll = True, self.unroll
            layer.recompute = self.recompute
        self.levels[0].go_backwards = self.go_backwards

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Create the weights for sequences `(batch, time, features)`."""
        super().build(sequences_shape)
        widths = [sequences_shape[-1], *(p.output_size for p in self.cell.parts[:-1])]
        for layer, width in zip(self.levels, widths, strict=True):
            layer.build((*sequences_shape[:2], width))

    def _run(
        self, sequences: Any, states: list, mask: Any, training: bool
    ) -> tuple[Any, list]:
        """Run one layer after the other over the whole sequence."""
        output, last = sequences, []
        for layer, first in zip(
            self.levels, self.cell.states_of_parts(states), strict=True
        ):
            output, *after = layer(
                output, initial_state=first, mask=mask, training=training
            )
            last += after
            if mask is not None and layer.go_backwards:
                mask = keras.ops.flip(mask, axis=1)
        return output, last


def refuse_options(name: str, layer: Any) -> None:
    """Raise where a layer inside another has options that would be ignored.

    Raises:
        ValueError: an option of it is not its default.
    """
    if not isinstance(layer, keras.layers.RNN):
        return
    for option in ("return_state", "go_backwards", "stateful", "zero_output_for_mask"):
        if getattr(layer, option):
            raise ValueError(
                f"`{option}` belongs to the outer layer, not to {layer.name!r} in "
                f"`{name}`, got True."
            )

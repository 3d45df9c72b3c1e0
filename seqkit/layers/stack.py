"""Recurrent layers one over the other, as one layer."""

from typing import Any

import keras

from seqkit.cells.stack import StackCell
from seqkit.layers.base import RecurrentLayer
from seqkit.layers.rnn import RNN
from seqkit.layers.wrapper import refuse_options


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
                refuse_options("layers", layer, but=("return_sequences",))
        super().__init__(layers=layers, **kwargs)
        self.levels = [RNN(part, return_state=True) for part in self.cell.parts]

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
        self._pass_options_on()
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

    def _add_losses(self, first: list, last: list) -> None:
        """Add nothing: the layers inside have added their losses."""

    def _pass_options_on(self) -> None:
        """Give each layer its part of the options, as they are now.

        `Bidirectional` for one sets options of a layer that is made already.
        """
        for layer in self.levels:
            layer.return_sequences = True
            layer.unroll, layer.recompute = self.unroll, self.recompute
        self.levels[0].go_backwards = self.go_backwards
        self.levels[-1].return_sequences = self.return_sequences
        self.levels[-1].zero_output_for_mask = self.zero_output_for_mask

"""A cell with its input added to its output."""

from collections.abc import Sequence
from typing import Any

import keras

from seqkit.cells.composite import WrapperCell


@keras.saving.register_keras_serializable("seqkit")
class ResidualCell(WrapperCell):
    """A cell whose input is added to its output.

        y_t = x_t + cell(x_t)

    Args:
        layer: a cell, or a layer over one, whose output has the size of its input.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    Where the cell inside drops inputs, what is added is the input with its dropout.

    Raises:
        ValueError: the input has another size than the output.

    Example:
    >>> from seqkit.cells import SimpleRNNCell
    >>> cell = ResidualCell(SimpleRNNCell(3, kernel_initializer="zeros"))
    >>> x = np.ones((1, 3), "float32")
    >>> np.ravel(cell(x, cell.get_initial_state(1))[0]).tolist()
    [1.0, 1.0, 1.0]

    Reference: Y. Wu et al., "Google's neural machine translation system", 2016 (arXiv
    1609.08144).
    """

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        if input_shape[-1] != self.output_size:
            raise ValueError(
                f"`layer` of {self.name!r} must have an output of the size of its "
                f"input, {input_shape[-1]}, got {self.output_size}."
            )
        super().build(input_shape)

    def drive(self, inputs: Any) -> Any:
        """Return the drive of the cell inside, and x_t."""
        return [self.parts[0].drive(inputs), inputs]

    def step(
        self, drive: Any, states: Sequence, dot: Any, noise: Any = None
    ) -> tuple[Any, list]:
        """Return y_t, and the new states."""
        inside, x = drive
        emission, new = self.run_part(0, inside, states, dot, noise)
        return x + self.read_part(0, emission, dot), new

    def readout(self, emission: Any) -> Any:
        """Return y_t as it is."""
        return emission

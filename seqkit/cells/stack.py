"""Cells one over the other."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.base import Cell
from seqkit.cells.composite import CompositeCell, as_cell, dtype_of

EPSILON = 1e-3  # added to a variance


@keras.saving.register_keras_serializable("seqkit")
class ResidualCell(CompositeCell):
    """A cell whose input is added to its output.

        y_t = x_t + cell(x_t)

    Args:
        layer: a cell, or a layer over one, whose output has the size of its input.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    The call arguments are those of `Cell`. Where the cell inside drops inputs, what is
    added is the input with its dropout.

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

    def __init__(self, layer: Any, **kwargs: Any):
        cell = as_cell("layer", layer)
        super().__init__(**dtype_of(cell, kwargs))
        self.parts = [cell]

    @property
    def layer(self) -> Cell:
        """The cell inside."""
        return self.parts[0]

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


@keras.saving.register_keras_serializable("seqkit")
class NormalizedCell(CompositeCell):
    """A cell whose input is normalized: each feature over all features of its step.

        y_t = cell(γ ⊙ (x_t − mean(x_t)) / sqrt(var(x_t) + ε) + β)

    Weights: `gamma` and `beta`, `(features,)`, then those of the cell inside.

    Args:
        layer: a cell, or a layer over one.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    The call arguments are those of `Cell`.

    Example:
    >>> from seqkit.cells import GRUCell
    >>> cell = NormalizedCell(GRUCell(4))
    >>> y, states = cell(np.ones((5, 3), "float32"), cell.get_initial_state(5))
    >>> y.shape
    TensorShape([5, 4])

    Reference: J. L. Ba et al., "Layer normalization", 2016 (arXiv 1607.06450).
    """

    def __init__(self, layer: Any, **kwargs: Any):
        cell = as_cell("layer", layer)
        super().__init__(**dtype_of(cell, kwargs))
        self.parts = [cell]

    @property
    def layer(self) -> Cell:
        """The cell inside."""
        return self.parts[0]

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        shape = (input_shape[-1],)
        self.gamma = self.add_weight(shape=shape, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=shape, initializer="zeros", name="beta")
        super().build(input_shape)

    def drive(self, inputs: Any) -> Any:
        """Return the drive of the cell inside for the normalized x_t."""
        mean = ops.mean(inputs, axis=-1, keepdims=True)
        variance = ops.mean(ops.square(inputs - mean), axis=-1, keepdims=True)
        normal = (inputs - mean) / ops.sqrt(variance + EPSILON)
        return self.parts[0].drive(normal * self.gamma + self.beta)


@keras.saving.register_keras_serializable("seqkit")
class StackCell(CompositeCell):
    """Cells one over the other: each reads the output of the one below.

        h^1_t = cell_1(x_t),    h^l_t = cell_l(h^{l-1}_t)    l = 2 … L,    y_t = h^L_t

    With `residual`, h^l_t = h^{l-1}_t + cell_l(h^{l-1}_t); with `normalize`, cell_l
    reads the normalized h^{l-1}_t (Ba 2016): both above the first cell.

    The states are those of the first cell, then those of the second, and so on.

    Args:
        layers: the cells, from the first to the last, or layers over them.
        residual: whether each cell above the first adds its input to its output; then
            all outputs must have one size.
        normalize: whether the input of each cell above the first is normalized.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    The call arguments are those of `Cell`.

    Raises:
        ValueError: an argument is out of its range.

    Example:
    >>> from seqkit.cells import GRUCell, LSTMCell
    >>> cell = StackCell([LSTMCell(4), GRUCell(2)])
    >>> y, states = cell(np.ones((5, 3), "float32"), cell.get_initial_state(5))
    >>> y.shape, [state.shape[1] for state in states]
    (TensorShape([5, 2]), [4, 4, 2])
    """

    def __init__(
        self,
        layers: Sequence,
        residual: bool = False,
        normalize: bool = False,
        **kwargs: Any,
    ):
        if not isinstance(layers, (list, tuple)) or not layers:
            raise ValueError(
                f"`layers` must be a list of layers or cells, got {layers!r}."
            )
        first, *others = [as_cell("layers", each) for each in layers]
        super().__init__(**dtype_of(first, kwargs))
        self.residual = checks.flag("residual", residual)
        self.normalize = checks.flag("normalize", normalize)
        self.parts = [first, *map(self._wrapped, others)]

    def _wrapped(self, cell: Cell) -> Cell:
        cell = NormalizedCell(cell) if self.normalize else cell
        return ResidualCell(cell) if self.residual else cell

    def _inside(self, part: Any) -> Cell:
        for _ in range(self.residual + self.normalize):
            part = part.layer
        return part

    @property
    def layers(self) -> list[Cell]:
        """The cells, without what `residual` and `normalize` put around them."""
        return [self.parts[0], *map(self._inside, self.parts[1:])]

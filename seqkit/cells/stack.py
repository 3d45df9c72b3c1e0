"""Cells one over the other."""

from collections.abc import Sequence
from typing import Any

import keras

from seqkit.cells import checks
from seqkit.cells.base import Cell
from seqkit.cells.composite import CompositeCell, as_cell, dtype_of
from seqkit.cells.normalized import NormalizedCell
from seqkit.cells.residual import ResidualCell


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

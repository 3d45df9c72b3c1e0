"""What gated cells share: blocks of weights, and biases that start at one."""

from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.base import RecurrentCell


class GatedCell(RecurrentCell):
    """A cell whose gates and candidates are blocks side by side in each weight.

    Weights: `kernel` `(features, blocks units)`, `recurrent_kernel` `(units, blocks
    units)`, `bias` `(blocks units,)`. The drive is W x_t + b, of all blocks.

    Args:
        recurrent_activation: activation of the gates, σ in the equations.
    """

    blocks: int

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        **kwargs: Any,
    ):
        super().__init__(units=units, activation=activation, **kwargs)
        self.recurrent_activation = checks.activation(
            "recurrent_activation", recurrent_activation
        )

    @property
    def width(self) -> int:
        """The size of all blocks together."""
        return self.blocks * self.units

    @property
    def recurrent_size(self) -> int:
        """The size of what the recurrent kernel multiplies."""
        return self.units

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        self.kernel = self.add_kernel("kernel", (input_shape[-1], self.width))
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (self.recurrent_size, self.width)
        )
        self.bias = self.add_bias("bias", (self.width,), self.bias_start())

    def bias_start(self) -> Any:
        """Return the initializer of the bias."""
        return self.bias_initializer

    def blocks_from(self, starts: dict[int, Any]) -> Any:
        """Return the initializer of the bias, with another for some of its blocks."""

        def initializer(shape: tuple, dtype: Any = None) -> Any:
            blocks = ops.split(self.bias_initializer(shape, dtype=dtype), self.blocks)
            for place, start in starts.items():
                start = keras.initializers.get(start)
                blocks[place] = start((self.units,), dtype=dtype)
            return ops.concatenate(blocks)

        return initializer

    def drive(self, inputs: Any) -> Any:
        """Return W x_t + b for all blocks side by side."""
        return self.affine(inputs, self.kernel, self.bias)


class LSTMFamilyCell(GatedCell):
    """A cell with the blocks and the two states of the long short-term memory.

    The blocks are those of the input gate, the forget gate, the candidate and the
    output gate: i, f, g, o. The states are h and c.

    Args:
        unit_forget_bias: whether the forget gate's bias starts at one, whatever
            `bias_initializer` gives to the others (Jozefowicz 2015).
    """

    blocks = 4

    def __init__(
        self,
        units: int,
        use_bias: bool = True,
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        **kwargs: Any,
    ):
        super().__init__(
            units=units,
            use_bias=use_bias,
            bias_initializer=bias_initializer,
            **kwargs,
        )
        self.unit_forget_bias = checks.flag("unit_forget_bias", unit_forget_bias)

    @property
    def state_size(self) -> list[int]:
        """The sizes of h and c."""
        return [self.units, self.units]

    @property
    def state_names(self) -> list[str]:
        """The names of the states in the equations."""
        return ["h", "c"]

    def bias_start(self) -> Any:
        """Return the initializer of the bias, with the forget gate's ones."""
        return self.blocks_from({1: "ones"} if self.unit_forget_bias else {})


class PeepholeFamilyCell(LSTMFamilyCell):
    """A cell of that family whose gates may see the memory cell.

    Args:
        peepholes: whether gates see the memory cell, each number by number.
        peephole_initializer: initializer of the peephole vectors, which are
            regularized and constrained as recurrent weights are.
    """

    def __init__(
        self,
        units: int,
        recurrent_initializer: Any = "orthogonal",
        peepholes: bool = True,
        peephole_initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ):
        super().__init__(
            units=units, recurrent_initializer=recurrent_initializer, **kwargs
        )
        self.peepholes = checks.flag("peepholes", peepholes)
        self.peephole_initializer = checks.initializer(
            "peephole_initializer", peephole_initializer
        )

    def add_peepholes(self, vectors: int, name: str = "peephole_kernel") -> Any:
        """Add the weight of so many peephole vectors, one a row."""
        return self.add_recurrent_kernel(
            name, (vectors, self.units), self.peephole_initializer
        )

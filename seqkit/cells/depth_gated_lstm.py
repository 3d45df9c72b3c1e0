"""A stack of long short-term memories whose cells are connected by depth gates."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.gated import PeepholeFamilyCell
from seqkit.cells.naming import naming_within


@keras.saving.register_keras_serializable("seqkit")
class DepthGatedLSTMCell(PeepholeFamilyCell):
    """Cell of a stack of LSTMs in which a layer's cell takes in the cell below.

        i = σ(W_i in + U_i h^l_{t-1} + p_i ⊙ c^l_{t-1} + b_i)
        f = σ(W_f in + U_f h^l_{t-1} + p_f ⊙ c^l_{t-1} + b_f)
        g = tanh(W_g in + U_g h^l_{t-1} + b_g)
        k = σ(W_k in + q ⊙ c^l_{t-1} + w ⊙ c^{l-1}_t + b_k)
        c^l_t = f ⊙ c^l_{t-1} + i ⊙ g + k ⊙ c^{l-1}_t
        o = σ(W_o in + U_o h^l_{t-1} + p_o ⊙ c^l_t + b_o)
        h^l_t = o ⊙ tanh(c^l_t)

    in is x_t for the lowest layer, l = 1, and h^{l-1}_t for the others. The lowest has
    V x_t for the cell below, and no w. The output is h of the highest layer. The gates
    i, f and o are those of `PeepholeLSTMCell`, or with `peepholes=False` those of
    `LSTMCell`. (The authors' program has matrices for p_i and p_o, and no f: 1 − i.)

    Weights of the lowest layer, in the order i, f, g, o, k: `kernel` `(features, 5
    units)`, `recurrent_kernel` `(units, 4 units)`, `bias` `(5 units,)`,
    `peephole_kernel` `(4, units)` with p_i, p_f, p_o and q, and `input_kernel`
    `(features, units)`, V. Those of the others have their number, `kernel_2` `(units, 5
    units)`, …, and no V; `peephole_kernel_2` `(5, units)` has w at last. The states are
    h and c of the lowest layer, then of the next, each `(batch, units)`.

    Args:
        recurrent_activation: activation of the gates, σ above.
        unit_forget_bias: whether the forget gate's bias starts at one, whatever
            `bias_initializer` gives to the others.
        layers: how many layers the stack has.
        peepholes: whether there are p_i, p_f and p_o; q and w there are in any case.
        peephole_initializer: initializer of p_i, p_f, p_o, q and w, which are
            regularized and constrained as recurrent weights are.

    Example:
    >>> cell = DepthGatedLSTMCell(4, layers=3)
    >>> states = cell.get_initial_state(batch_size=2)
    >>> y, states = cell(np.ones((2, 3), "float32"), states)
    >>> y.shape, len(states)
    (TensorShape([2, 4]), 6)

    Reference: K. Yao et al., "Depth-gated LSTM", 2015 (arXiv 1508.03790).
    """

    blocks = 5

    def __init__(
        self,
        units: int,
        layers: int = 2,
        **kwargs: Any,
    ):
        super().__init__(units=units, **kwargs)
        self.layers = checks.positive_integer("layers", layers)

    @property
    def state_size(self) -> list[int]:
        """The sizes of h and c of each layer."""
        return [self.units] * (2 * self.layers)

    @property
    def state_names(self) -> list[str]:
        """The names of the states in the equations, the layer before each."""
        return [f"{k}/{name}" for k in range(1, self.layers + 1) for name in "hc"]

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        self.stack = [
            self._layer("", input_shape[-1], 1),
            *(self._layer(f"_{k}", self.units, 2) for k in range(2, self.layers + 1)),
        ]
        self.input_kernel = self.add_kernel(
            "input_kernel", (input_shape[-1], self.units)
        )

    def _layer(self, suffix: str, features: int, cells: int) -> tuple:
        """Create the weights of a layer, whose depth gate sees so many cells."""
        return (
            self.add_kernel(f"kernel{suffix}", (features, self.width)),
            self.add_recurrent_kernel(
                f"recurrent_kernel{suffix}", (self.units, 4 * self.units)
            ),
            self.add_bias(f"bias{suffix}", (self.width,), self.bias_start()),
            self.add_peepholes(3 * self.peepholes + cells, f"peephole_kernel{suffix}"),
        )

    def drive(self, inputs: Any) -> Any:
        """Return the lowest layer's W x_t + b, and V x_t."""
        kernel, _, bias, _ = self.stack[0]
        return [
            self.affine(inputs, kernel, bias),
            self.affine(inputs, self.input_kernel, None),
        ]

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return the highest h_t, and the new h_t and c_t of every layer."""
        sums, below = drive
        new: list[Any] = []
        gate, f = self.recurrent_activation, self.activation
        for place, (kernel, recurrent_kernel, bias, vectors) in enumerate(self.stack):
            h, c = states[2 * place : 2 * place + 2]
            if place:
                sums = dot(new[-2], kernel, dropout=False)
                sums = sums if bias is None else sums + bias
            gates, k = ops.split(sums, [4 * self.units], axis=-1)
            vectors = ops.unstack(vectors.value)
            *seen, q = vectors[:-1] if place else vectors
            k = k + q * c + (vectors[-1] * below if place else 0)
            gates = gates + dot(h, recurrent_kernel)
            i, forget, g, o = ops.split(gates, 4, axis=-1)
            if seen:
                i, forget = i + seen[0] * c, forget + seen[1] * c
            with naming_within(str(place + 1)):
                i, forget = self.named("i", gate(i)), self.named("f", gate(forget))
                g, k = self.named("g", f(g)), self.named("k", gate(k))
                c = forget * c + i * g + k * below
                o = self.named("o", gate(o + seen[2] * c if seen else o))
            new += [o * f(c), c]
            below = c
        return new[-2], new

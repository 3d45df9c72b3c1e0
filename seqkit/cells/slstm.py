"""sLSTM: long short-term memory with exponential gates."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.gated import LSTMFamilyCell

# What m is before the first step: below every exponent of an input gate. Half precision
# ends at −65504.
LOWEST = {"float16": -6e4}
LOWEST_ELSEWHERE = -1e30


@keras.saving.register_keras_serializable("seqkit")
class sLSTMCell(LSTMFamilyCell):
    """Cell of the sLSTM: an exponential input gate, a normalizer and a stabilizer.

        ĩ_t, f̃_t, g̃_t, õ_t = W x_t + U h_{t-1} + b
        o_t = σ(õ_t),  with i_t = exp(ĩ_t), f_t = σ(f̃_t) or exp(f̃_t):
        c_t = f_t ⊙ c_{t-1} + i_t ⊙ tanh(g̃_t)
        n_t = f_t ⊙ n_{t-1} + i_t
        h_t = o_t ⊙ c_t / n_t

    The gates would overflow, so c and n are kept divided by exp(m), which leaves their
    quotient as it is:

        m_t = max(log f_t + m_{t-1}, ĩ_t)
        i'_t = exp(ĩ_t − m_t), f'_t = exp(log f_t + m_{t-1} − m_t)   in place of i and f

    Each head sees only itself: U is block-diagonal.

    Weights, in the order i, f, g, o: `kernel` `(features, 4 units)`,
    `recurrent_kernel` `(units, 4 units / heads)`, of whose rows each head's have the
    blocks of that head, `bias` `(4 units,)`. The states are h, c, n and m, each
    `(batch, units)`. Before the first step c and n are zero, and m is below all ĩ.

    Args:
        recurrent_activation: activation of the output gate, σ of õ above.
        unit_forget_bias: whether the forget gate's bias starts at one, whatever
            `bias_initializer` gives to the others.
        heads: into how many heads the units are cut; `units` must be a multiple.
        forget_gate: "sigmoid" or "exponential".

    Example:
    >>> cell = sLSTMCell(8, heads=2)
    >>> states = cell.get_initial_state(batch_size=5)
    >>> y, states = cell(np.ones((5, 3), "float32"), states)
    >>> y.shape, len(states)
    (TensorShape([5, 8]), 4)

    Reference: M. Beck et al., "xLSTM: extended long short-term memory", NeurIPS 2024
    (arXiv 2405.04517). The convolution, the norms and the projections of its block are
    layers around this one.
    """

    states_apart = (1, 2, 3)  # c and n belong to the m of their step

    def __init__(
        self,
        units: int,
        heads: int = 1,
        recurrent_activation: Any = "sigmoid",
        forget_gate: str = "sigmoid",
        **kwargs: Any,
    ):
        super().__init__(
            units=units, recurrent_activation=recurrent_activation, **kwargs
        )
        self.heads = checks.positive_integer("heads", heads)
        if self.units % self.heads:
            raise ValueError(
                f"`heads` must divide `units`, {self.units}, got {heads!r}."
            )
        self.forget_gate = checks.one_of(
            "forget_gate", forget_gate, ("sigmoid", "exponential")
        )

    @property
    def state_size(self) -> list[int]:
        """The sizes of h, c, n and m."""
        return [self.units] * 4

    @property
    def state_names(self) -> list[str]:
        """The names of the states in the equations."""
        return ["h", "c", "n", "m"]

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        self.kernel = self.add_kernel("kernel", (input_shape[-1], self.width))
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (self.units, self.width // self.heads)
        )
        self.bias = self.add_bias("bias", (self.width,), self.bias_start())

    def get_initial_state(self, batch_size: Any = None) -> list:
        """Return the states before the first step."""
        *zeros, m = super().get_initial_state(batch_size)
        lowest = LOWEST.get(self.compute_dtype, LOWEST_ELSEWHERE)
        return [*zeros, ops.full_like(m, lowest)]

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, and the new states h_t, c_t, n_t and m_t."""
        h, c, n, m = states
        sums = drive + dot(h, self._whole_kernel())
        i, forget, g, o = ops.split(sums, 4, axis=-1)
        i, forget = self.named("ĩ", i), self.named("f̃", forget)
        g, o = self.named("g̃", g), self.named("õ", o)
        kept = m + (
            ops.log_sigmoid(forget) if self.forget_gate == "sigmoid" else forget
        )
        m = ops.maximum(kept, i)
        forget = self.named("f'", ops.exp(kept - m))
        i = self.named("i'", ops.exp(i - m))
        o = self.named("o", self.recurrent_activation(o))
        c = forget * c + i * self.activation(g)
        n = forget * n + i
        h = o * c / n
        return h, [h, c, n, m]

    def _whole_kernel(self) -> Any:
        """Return U `(units, 4 units)`, zeros between the heads and all."""
        if self.heads == 1:
            return self.recurrent_kernel
        size = self.units // self.heads
        kernel = ops.reshape(self.recurrent_kernel, (self.heads, size, 4, 1, size))
        own = ops.reshape(
            ops.eye(self.heads, dtype=kernel.dtype), (-1, 1, 1, self.heads, 1)
        )
        return ops.reshape(kernel * own, (self.units, self.width))

"""Long short-term memory with a projected output."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.gated import PeepholeFamilyCell


@keras.saving.register_keras_serializable("seqkit")
class ProjectedLSTMCell(PeepholeFamilyCell):
    """Cell of the LSTM whose output is projected to another size, and fed back so.

        i_t = σ(W_i x_t + U_i h_{t-1} + p_i ⊙ c_{t-1} + b_i)
        f_t = σ(W_f x_t + U_f h_{t-1} + p_f ⊙ c_{t-1} + b_f)
        g_t = tanh(W_g x_t + U_g h_{t-1} + b_g)
        c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
        o_t = σ(W_o x_t + U_o h_{t-1} + p_o ⊙ c_t + b_o)
        h_t = V (o_t ⊙ tanh(c_t))

    h is what the paper calls r. As published, with peephole connections; without them,
    `peepholes=False`, it is `torch.nn.LSTM` with `proj_size`. The paper's second,
    non-recurrent projection is left out: nothing in the loop depends on it.

    Weights, in the order i, f, g, o: `kernel` `(features, 4 units)`,
    `recurrent_kernel` `(projection, 4 units)`, `bias` `(4 units,)`;
    `projection_kernel` `(units, projection)`; with peepholes `peephole_kernel` `(3,
    units)`, p_i, p_f and p_o. The states are h `(batch, projection)`, which is the
    output, and c `(batch, units)`.

    Args:
        recurrent_activation: activation of the gates, σ above.
        unit_forget_bias: whether the forget gate's bias starts at one, whatever
            `bias_initializer` gives to the others.
        projection: size of the output; `None` takes `units`.
        projection_initializer: initializer of V, which is regularized and constrained
            as recurrent weights are.
        peepholes: whether there are p_i, p_f and p_o.
        peephole_initializer: initializer of p_i, p_f and p_o, which are regularized and
            constrained as V is.

    Example:
    >>> cell = ProjectedLSTMCell(8, projection=2)
    >>> states = cell.get_initial_state(batch_size=5)
    >>> y, (h, c) = cell(np.ones((5, 3), "float32"), states)
    >>> y.shape, c.shape
    (TensorShape([5, 2]), TensorShape([5, 8]))

    Reference: H. Sak, A. Senior, F. Beaufays, "Long short-term memory recurrent neural
    network architectures for large scale acoustic modeling", Interspeech 2014 (arXiv
    1402.1128).
    """

    def __init__(
        self,
        units: int,
        projection: int | None = None,
        projection_initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ):
        super().__init__(units=units, **kwargs)
        self.projection = checks.positive_integer(
            "projection", self.units if projection is None else projection
        )
        self.projection_initializer = checks.initializer(
            "projection_initializer", projection_initializer
        )

    @property
    def recurrent_size(self) -> int:
        """The size of what the recurrent kernel multiplies: that of h."""
        return self.projection

    @property
    def state_size(self) -> list[int]:
        """The sizes of h and c."""
        return [self.projection, self.units]

    @property
    def output_size(self) -> int:
        """The size of the output."""
        return self.projection

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        super().build(input_shape)
        self.projection_kernel = self.add_recurrent_kernel(
            "projection_kernel",
            (self.units, self.projection),
            self.projection_initializer,
        )
        if self.peepholes:
            self.peephole_kernel = self.add_peepholes(3)

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, and the new states h_t and c_t."""
        h, c = states
        gate, f = self.recurrent_activation, self.activation
        i, forget, g, o = ops.split(drive + dot(h, self.recurrent_kernel), 4, axis=-1)
        if self.peepholes:
            i = i + self.peephole_kernel[0] * c
            forget = forget + self.peephole_kernel[1] * c
        i, forget = self.named("i", gate(i)), self.named("f", gate(forget))
        g = self.named("g", f(g))
        c = forget * c + i * g
        if self.peepholes:
            o = o + self.peephole_kernel[2] * c
        o = self.named("o", gate(o))
        h = dot(o * f(c), self.projection_kernel, dropout=False)
        return h, [h, c]

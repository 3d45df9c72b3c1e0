"""The cell that a neural architecture search found."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.gated import GatedCell


@keras.saving.register_keras_serializable("seqkit")
class NASCell(GatedCell):
    """Cell that a neural architecture search found on language modelling.

        x_0, …, x_7 = W x_t;  m_0, …, m_7 = U h_{t-1} + b      eight blocks each
        a_0 = σ(x_0 + m_0)       a_1 = relu(x_1 + m_1)
        a_2 = σ(x_2 + m_2)       a_3 = relu(x_3 ⊙ m_3)
        a_4 = tanh(x_4 + m_4)    a_5 = σ(x_5 + m_5)
        a_6 = tanh(x_6 + m_6)    a_7 = σ(x_7 + m_7)
        c_t = tanh(tanh(a_0 ⊙ a_1) + c_{t-1}) ⊙ tanh(a_2 + a_3)
        h_t = tanh(c_t ⊙ tanh(tanh(a_4 ⊙ a_5) + σ(a_6 + a_7)))
        h_t = V tanh(…)                                        with `projection`

    Arguments, defaults, weights and values are those of `tfa.rnn.NASCell` of TensorFlow
    Addons, but for the order of the states, which there is c, h.

    Weights: `kernel` `(features, 8 units)`, `recurrent_kernel` `(size, 8 units)`,
    `bias` `(8 units,)` and `projection_kernel` `(units, projection)`, where there are
    such. The states are h `(batch, size)`, which is the output, and c `(batch, units)`;
    size is `projection` or, where there is none, `units`.

    Args:
        activation: in the place of every tanh.
        recurrent_activation: in the place of every σ.
        projection: size of the output; `None` for no projection.
        projection_initializer: initializer of V, which is regularized and constrained
            as recurrent weights are.

    Example:
    >>> cell = NASCell(4)
    >>> states = cell.get_initial_state(batch_size=2)
    >>> y, (h, c) = cell(np.ones((2, 3), "float32"), states)
    >>> y.shape, c.shape
    (TensorShape([2, 4]), TensorShape([2, 4]))

    Reference: B. Zoph, Q. V. Le, "Neural architecture search with reinforcement
    learning", ICLR 2017 (arXiv 1611.01578).
    """

    blocks = 8

    def __init__(
        self,
        units: int,
        projection: int | None = None,
        use_bias: bool = False,
        recurrent_initializer: Any = "glorot_uniform",
        projection_initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ):
        super().__init__(
            units=units,
            use_bias=use_bias,
            recurrent_initializer=recurrent_initializer,
            **kwargs,
        )
        self.projection = (
            None
            if projection is None
            else checks.positive_integer("projection", projection)
        )
        self.projection_initializer = checks.initializer(
            "projection_initializer", projection_initializer
        )

    @property
    def output_size(self) -> int:
        """The size of the output, and of h."""
        return self.projection or self.units

    @property
    def recurrent_size(self) -> int:
        """The size of what the recurrent kernel multiplies: that of h."""
        return self.output_size

    @property
    def state_size(self) -> list[int]:
        """The sizes of h and c."""
        return [self.output_size, self.units]

    @property
    def state_names(self) -> list[str]:
        """The names of the states in the equations."""
        return ["h", "c"]

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        super().build(input_shape)
        if self.projection:
            self.projection_kernel = self.add_recurrent_kernel(
                "projection_kernel",
                (self.units, self.projection),
                self.projection_initializer,
            )

    def drive(self, inputs: Any) -> Any:
        """Return W x_t for the eight blocks side by side."""
        return self.affine(inputs, self.kernel, None)

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, and the new states h_t and c_t."""
        h, c = states
        σ, f = self.recurrent_activation, self.activation
        product = dot(h, self.recurrent_kernel)
        product = product if self.bias is None else product + self.bias
        x = self._blocks("x", ops.split(drive, 8, axis=-1))
        m = self._blocks("m", ops.split(product, 8, axis=-1))
        sums = [x_k + m_k for x_k, m_k in zip(x, m, strict=True)]
        sums[3] = x[3] * m[3]
        functions = (σ, ops.relu, σ, ops.relu, f, σ, f, σ)
        parts = [of(part) for of, part in zip(functions, sums, strict=True)]
        a = self._blocks("a", parts)
        c = f(f(a[0] * a[1]) + c) * f(a[2] + a[3])
        h = f(c * f(f(a[4] * a[5]) + σ(a[6] + a[7])))
        if self.projection:
            h = dot(h, self.projection_kernel, dropout=False)
        return h, [h, c]

    def _blocks(self, name: str, values: list) -> list:
        """Return blocks as they are, named name_0, name_1 and so on."""
        return [self.named(f"{name}_{k}", value) for k, value in enumerate(values)]

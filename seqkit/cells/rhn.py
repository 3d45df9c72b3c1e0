"""The recurrent highway network."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.gated import GatedCell
from seqkit.cells.naming import naming_within


@keras.saving.register_keras_serializable("seqkit")
class RHNCell(GatedCell):
    """Cell of the recurrent highway network: several highway layers in every step.

        s_0 = h_{t-1}
        n_l = tanh(W_n x_t [l = 1] + R_nl s_{l-1} + b_nl)
        k_l = σ(W_k x_t [l = 1] + R_kl s_{l-1} + b_kl)
        s_l = k_l ⊙ n_l + (1 − k_l) ⊙ s_{l-1}                  coupled_gates=True
        s_l = k_l ⊙ n_l + c_l ⊙ s_{l-1}, c_l as k_l            coupled_gates=False
        h_t = s_L,                                             l = 1, …, L

    Weights, in the order n, k, and c where there is one: `kernel` `(features, 2 units)`
    and, for the layers 1, 2, …, `recurrent_kernel`, `recurrent_kernel_2`, …, `(units, 2
    units)`, `bias`, `bias_2`, …, `(2 units,)`; 3 for 2 where the gates are not coupled.
    The state is h `(batch, units)`.

    Args:
        recurrent_activation: activation of the gates, σ above.
        depth: L, how many highway layers a step has.
        coupled_gates: whether the carry gate is one minus the transform gate k.
        transform_bias: where the bias of k starts, whatever `bias_initializer` gives to
            the others. Below zero, layers start by carrying.

    Example:
    >>> cell = RHNCell(4, depth=5)
    >>> h = cell.get_initial_state(batch_size=2)
    >>> y, h = cell(np.ones((2, 3), "float32"), h)
    >>> y.shape
    TensorShape([2, 4])

    Reference: J. G. Zilly et al., "Recurrent highway networks", ICML 2017 (arXiv
    1607.03474).
    """

    def __init__(
        self,
        units: int,
        depth: int = 3,
        coupled_gates: bool = True,
        bias_initializer: Any = "zeros",
        transform_bias: float = -2.0,
        **kwargs: Any,
    ):
        super().__init__(units=units, bias_initializer=bias_initializer, **kwargs)
        self.depth = checks.positive_integer("depth", depth)
        self.coupled_gates = checks.flag("coupled_gates", coupled_gates)
        self.transform_bias = checks.number("transform_bias", transform_bias)
        self.blocks = 2 if self.coupled_gates else 3

    def bias_start(self) -> Any:
        """Return the initializer of a bias, with that of k."""
        return self.blocks_from({1: keras.initializers.Constant(self.transform_bias)})

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        super().build(input_shape)
        self.layers = [(self.recurrent_kernel, self.bias)]
        for k in range(2, self.depth + 1):
            kernel = self.add_recurrent_kernel(
                f"recurrent_kernel_{k}", (self.units, self.width)
            )
            bias = self.add_bias(f"bias_{k}", (self.width,), self.bias_start())
            self.layers.append((kernel, bias))

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, twice: as what is emitted and as the new state."""
        (s,) = states
        kernels, biases = zip(*self.layers, strict=True)
        for place, added in enumerate((drive, *biases[1:])):
            product = dot(s, kernels[place])
            with naming_within(str(place + 1)):
                s = self._highway(product if added is None else product + added, s)
        return s, [s]

    def _highway(self, sums: Any, s: Any) -> Any:
        n, *gates = ops.split(sums, self.blocks, axis=-1)
        k, *carry = map(self.recurrent_activation, gates)
        n, k = self.named("n", self.activation(n)), self.named("k", k)
        kept = self.named("c", carry[0]) if carry else 1 - k
        return self.named("s", k * n + kept * s)

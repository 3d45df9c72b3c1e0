"""The minimal gated recurrent unit that can be trained in parallel over time."""

from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.linear import LinearCell


@keras.saving.register_keras_serializable("seqkit")
class MinGRUCell(LinearCell):
    """Cell of the minGRU: a gated recurrent unit whose gate sees the input alone.

        z_t = σ(W_z x_t + b_z)
        n_t = f(W_n x_t + b_n)
        h_t = (1 − z_t) ⊙ h_{t-1} + z_t ⊙ n_t

    Weights: `kernel` `(features, 2 units)` and `bias` `(2 units,)` in the order z, n.

    Args:
        activation: f: linear as in the paper's section 3; its appendix, which computes
            with logarithms, has a function that is positive.
        recurrent_activation: activation of the gate, σ above.

    Example:
    >>> cell = MinGRUCell(4)
    >>> h = cell.get_initial_state(batch_size=2)
    >>> y, h = cell(np.ones((2, 3), "float32"), h)
    >>> y.shape
    TensorShape([2, 4])

    Reference: L. Feng, F. Tung, M. O. Ahmed, Y. Bengio, H. Hajimirsadeghi, "Were RNNs
    all we needed?", 2024 (arXiv 2410.01201).
    """

    def __init__(
        self,
        units: int,
        activation: Any = "linear",
        recurrent_activation: Any = "sigmoid",
        **kwargs: Any,
    ):
        super().__init__(units=units, activation=activation, **kwargs)
        self.recurrent_activation = checks.activation(
            "recurrent_activation", recurrent_activation
        )

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        width = 2 * self.units
        self.kernel = self.add_kernel("kernel", (input_shape[-1], width))
        self.bias = self.add_bias("bias", (width,))

    def drive(self, inputs: Any) -> Any:
        """Return 1 − z_t and z_t ⊙ n_t."""
        gate, candidate = ops.split(
            self.affine(inputs, self.kernel, self.bias), 2, axis=-1
        )
        z = self.named("z", self.recurrent_activation(gate))
        return [1 - z], [z * self.named("n", self.activation(candidate))]

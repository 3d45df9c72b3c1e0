"""The minimal long short-term memory that can be trained in parallel over time."""

from typing import Any

import keras
from keras import ops

from seqkit.cells.linear import LinearCell


@keras.saving.register_keras_serializable("seqkit")
class MinLSTMCell(LinearCell):
    """Cell of the minLSTM: forget and input gate see the input alone and add up to one.

        i'_t = i_t / (f_t + i_t)       with i_t = σ(W_i x_t + b_i)
        f'_t = f_t / (f_t + i_t)       with f_t = σ(W_f x_t + b_f)
        n_t = g(W_n x_t + b_n)
        h_t = f'_t ⊙ h_{t-1} + i'_t ⊙ n_t

    Weights, in the order i, f, n: `kernel` `(features, 3 units)`, `bias` `(3 units,)`.

    Args:
        activation: g: linear as in the paper's section 3; its appendix, which computes
            with logarithms, has a function that is positive.

    i' and f' are computed from log f − log i, so that no input makes them 0/0.

    Example:
    >>> cell = MinLSTMCell(4)
    >>> h = cell.get_initial_state(batch_size=2)
    >>> y, h = cell(np.ones((2, 3), "float32"), h)
    >>> y.shape
    TensorShape([2, 4])

    Reference: L. Feng, F. Tung, M. O. Ahmed, Y. Bengio, H. Hajimirsadeghi, "Were RNNs
    all we needed?", 2024 (arXiv 2410.01201).
    """

    def __init__(self, units: int, activation: Any = "linear", **kwargs: Any):
        super().__init__(units=units, activation=activation, **kwargs)

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        width = 3 * self.units
        self.kernel = self.add_kernel("kernel", (input_shape[-1], width))
        self.bias = self.add_bias("bias", (width,))

    def drive(self, inputs: Any) -> Any:
        """Return f'_t and i'_t ⊙ n_t."""
        i, f, candidate = ops.split(
            self.affine(inputs, self.kernel, self.bias), 3, axis=-1
        )
        keep = ops.softplus(-i) - ops.softplus(-f)  # log f − log i of the gates
        kept = self.named("f'", ops.sigmoid(keep))
        taken = self.named("i'", ops.sigmoid(-keep))
        return [kept], [taken * self.named("n", self.activation(candidate))]

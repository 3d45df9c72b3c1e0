"""The light gated recurrent unit."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells.gated import GatedCell


@keras.saving.register_keras_serializable("seqkit")
class LiGRUCell(GatedCell):
    """Cell of the light gated recurrent unit: no reset gate, and relu.

        z_t = σ(W_z x_t + U_z h_{t-1} + b_z)
        n_t = relu(W_n x_t + U_n h_{t-1} + b_n)
        h_t = z_t ⊙ h_{t-1} + (1 − z_t) ⊙ n_t

    The paper besides normalizes the products W x_t over the batch, which holds the relu
    back. That is left out here: a step sees no statistics of a batch. Where the state
    grows, clip the gradient or choose a bounded `activation`.

    Weights, in the order z, n: `kernel` `(features, 2 units)`, `recurrent_kernel`
    `(units, 2 units)`, `bias` `(2 units,)`. The state is h `(batch, units)`.

    Args:
        recurrent_activation: activation of the gates, σ above.

    Example:
    >>> cell = LiGRUCell(4)
    >>> h = cell.get_initial_state(batch_size=2)
    >>> y, h = cell(np.ones((2, 3), "float32"), h)
    >>> y.shape
    TensorShape([2, 4])

    Reference: M. Ravanelli et al., "Light gated recurrent units for speech
    recognition", IEEE Transactions on Emerging Topics in Computational Intelligence 2,
    2018 (arXiv 1803.10225).
    """

    blocks = 2

    def __init__(self, units: int, activation: Any = "relu", **kwargs: Any):
        super().__init__(units=units, activation=activation, **kwargs)

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, twice: as what is emitted and as the new state."""
        (h,) = states
        z, n = ops.split(drive + dot(h, self.recurrent_kernel), 2, axis=-1)
        z = self.named("z", self.recurrent_activation(z))
        n = self.named("n", self.activation(n))
        h = z * h + (1 - z) * n
        return h, [h]

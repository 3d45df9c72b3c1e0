"""Layer normalization inside a cell."""

from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.gated import GatedCell


def layer_norm(vector: Any, gain: Any, offset: Any, epsilon: float) -> Any:
    """Return g ⊙ (a − mean(a)) / sqrt(var(a) + ε) + offset, over the last axis.

    Mean and variance are taken in float32 at least. An offset that is None is none.
    """
    dtype = vector.dtype
    vector = ops.cast(vector, keras.backend.result_type(dtype, "float32"))
    centred = vector - ops.mean(vector, axis=-1, keepdims=True)
    variance = ops.mean(ops.square(centred), axis=-1, keepdims=True)
    normed = gain * ops.cast(centred * ops.rsqrt(variance + epsilon), dtype)
    return normed if offset is None else normed + offset


class LayerNormCell(GatedCell):
    """A gated cell that normalizes the sums that enter its gates.

        LN(a; γ, β) = γ ⊙ (a − mean(a)) / sqrt(var(a) + ε) + β

    Args:
        norm_gamma_initializer: initializer of the gains γ. The offsets β are biases.
        norm_epsilon: ε, a positive number.
    """

    def __init__(
        self,
        units: int,
        bias_initializer: Any = "zeros",
        norm_gamma_initializer: Any = "ones",
        norm_epsilon: float = 1e-5,
        **kwargs: Any,
    ):
        super().__init__(units=units, bias_initializer=bias_initializer, **kwargs)
        self.norm_gamma_initializer = checks.initializer(
            "norm_gamma_initializer", norm_gamma_initializer
        )
        self.norm_epsilon = checks.positive("norm_epsilon", norm_epsilon)

    def add_norm(self, name: str, size: int) -> tuple:
        """Add γ and β of that size; β is None where the cell has no bias."""
        gamma = self.add_weight(
            shape=(size,),
            name=f"{name}_gamma",
            initializer=self.norm_gamma_initializer,
        )
        return gamma, self.add_bias(f"{name}_beta", (size,))

    def normalize(self, vector: Any, gamma: Any, beta: Any) -> Any:
        """Return LN(vector; γ, β)."""
        return layer_norm(vector, gamma, beta, self.norm_epsilon)

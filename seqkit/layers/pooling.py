"""From the states of all time steps to one vector, honouring masks."""

from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.layers import arguments

_MASKED_SCORE = -1e4  # far below any |v . tanh|, finite in float16 too


@keras.saving.register_keras_serializable(package="seqkit")
class MaskedPooling(keras.layers.Layer):
    """Pool a sequence over time; a masked step counts for nothing.

        p_j = max over t of x_tj                       mode="max"
        p = Σ_t x_t / T                                mode="mean"
        p = Σ_t a_t x_t                                mode="attention"
        a_t = softmax over t of v · tanh(W x_t + b)

    A row that is masked at every step pools to zeros.

    Args:
        mode: "max", "mean" or "attention".
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    Call arguments:
        inputs: Shape (batch, time, features), or a ragged one.
        mask: Boolean (batch, time), or None: every step counts.

    Returns:
        Shape (batch, features).

    Raises:
        ValueError: The mode is another.

    Example:
        >>> import numpy as np
        >>> inputs = np.array([[[1.0], [3.0], [99.0]]])
        >>> mask = np.array([[True, True, False]])
        >>> float(MaskedPooling("mean")(inputs, mask=mask)[0, 0])
        2.0

    Reference:
        Yang et al. 2016, Hierarchical Attention Networks for Document
        Classification (the attention).
    """

    MODES = ("max", "mean", "attention")

    def __init__(self, mode: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mode = checks.one_of("mode", mode, self.MODES)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Create the weights of the attention, when there is one."""
        self.input_spec = keras.layers.InputSpec(ndim=3, axes={-1: input_shape[-1]})
        if self.mode == "attention":
            features = input_shape[-1]
            self.kernel = self.add_weight(shape=(features, features), name="kernel")
            self.bias = self.add_weight(
                shape=(features,), initializer="zeros", name="bias"
            )
            self.vector = self.add_weight(shape=(features, 1), name="vector")

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Pool (batch, time, features) to (batch, features)."""
        inputs, mask = arguments.dense(self.name, inputs, mask, "inputs")
        inputs = arguments.real(self.name, "inputs", inputs, self.compute_dtype)
        mask = arguments.mask_of_steps(self.name, inputs, mask)
        if mask is None:
            mask = ops.ones(ops.shape(inputs)[:2], dtype="bool")
        mask = ops.expand_dims(mask, -1)
        inputs = ops.where(mask, inputs, ops.zeros_like(inputs))
        if self.mode == "max":
            least = -float("inf")
            highest = ops.max(ops.where(mask, inputs, least), axis=1, initial=least)
            return ops.where(ops.any(mask, axis=1), highest, 0)
        if self.mode == "mean":
            steps = ops.sum(ops.cast(mask, inputs.dtype), axis=1)
            return ops.sum(inputs, axis=1) / ops.maximum(steps, 1)
        scores = ops.tanh(inputs @ self.kernel + self.bias) @ self.vector
        scores = ops.where(mask, scores, _MASKED_SCORE)
        highest = ops.max(scores, axis=1, keepdims=True, initial=_MASKED_SCORE)
        powers = ops.exp(scores - highest)
        total = ops.sum(powers, axis=1)
        total += ops.cast(total == 0, total.dtype)  # of a sequence without steps
        return ops.sum(powers * inputs, axis=1) / total

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """There is no time left to mask."""

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """(batch, time, features) to (batch, features)."""
        return (input_shape[0], input_shape[2])

    def get_config(self) -> dict:
        """Give what `from_config` needs."""
        return {**super().get_config(), "mode": self.mode}

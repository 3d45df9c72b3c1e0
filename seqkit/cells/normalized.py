"""A cell that reads normalized inputs."""

from typing import Any

import keras
from keras import ops

from seqkit.cells.composite import WrapperCell

EPSILON = 1e-3  # added to a variance


@keras.saving.register_keras_serializable("seqkit")
class NormalizedCell(WrapperCell):
    """A cell whose input is normalized: each feature over all features of its step.

        y_t = cell(γ ⊙ (x_t − mean(x_t)) / sqrt(var(x_t) + ε) + β)

    Weights: `gamma` and `beta`, `(features,)`, then those of the cell inside.

    Args:
        layer: a cell, or a layer over one.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    Example:
    >>> from seqkit.cells import GRUCell
    >>> cell = NormalizedCell(GRUCell(4))
    >>> y, states = cell(np.ones((5, 3), "float32"), cell.get_initial_state(5))
    >>> y.shape
    TensorShape([5, 4])

    Reference: J. L. Ba et al., "Layer normalization", 2016 (arXiv 1607.06450).
    """

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        shape = (input_shape[-1],)
        self.gamma = self.add_weight(shape=shape, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=shape, initializer="zeros", name="beta")
        super().build(input_shape)

    def drive(self, inputs: Any) -> Any:
        """Return the drive of the cell inside for the normalized x_t."""
        return self.parts[0].drive(self._normalized(inputs))

    def sequences_of_part(self, k: int, sequences: Any) -> Any:
        """Return the normalized sequences, which the cell inside reads."""
        return None if sequences is None else self._normalized(sequences)

    def _normalized(self, inputs: Any) -> Any:
        mean = ops.mean(inputs, axis=-1, keepdims=True)
        variance = ops.mean(ops.square(inputs - mean), axis=-1, keepdims=True)
        normal = (inputs - mean) / ops.sqrt(variance + EPSILON)
        return normal * self.gamma + self.beta

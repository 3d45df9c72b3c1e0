"""Real-time recurrent learning: gradients that are carried forward."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seqkit.cells import checks
from seqkit.layers.base import LayerOverCell

ZERO = tf.UnconnectedGradients.ZERO


class Step(NamedTuple):
    """What one time step gives."""

    output: Any  # (batch, output_size)
    loss: Any  # of this step
    gradients: list  # of this step's loss, one for each trainable weight


class RealTimeLearning:
    """Gradients of a recurrent layer, online: after each step, with no way back.

        P_t = ∂s_t/∂s_{t-1} P_{t-1} + ∂s_t/∂θ              P_0 = ∂s_0/∂θ
        ∂L_t/∂θ = ∂L_t/∂y_t (∂y_t/∂s_{t-1} P_{t-1} + ∂y_t/∂θ)

    P_t = ∂s_t/∂θ tells how all states depend on all weights θ: batch × states × weights
    numbers, and each step multiplies them by a matrix. So it is for cells with up to
    some hundred weights. While the weights are held still, the gradients of all steps
    add up to that of back-propagation through time. Where they are changed after every
    step, as in online learning, the older part of P_t belongs to older weights. P_0 is
    zero unless the first states are learned.

    Args:
        layer: a recurrent layer over a cell, built.
        loss: `loss(target, output)` of one step, a number.
        batch_size: rows.

    Raises:
        ValueError: the layer is of another kind or not built, or there are no rows.

    Example: a layer learns while the series comes in.
    >>> import keras
    >>> from seqkit.layers import Elman
    >>> layer = Elman(4, output_units=1)
    >>> layer.build((None, None, 1))
    >>> loss = lambda target, found: keras.ops.sum((target - found) ** 2)
    >>> learner = RealTimeLearning(layer, loss)
    >>> optimizer = keras.optimizers.SGD(0.01)
    >>> for reading, following in zip([0.1, 0.5, 0.2], [0.5, 0.2, 0.7]):
    ...     step = learner.step([[reading]], [[following]])
    ...     optimizer.apply(step.gradients, layer.trainable_variables)
    >>> step.output.shape
    TensorShape([1, 1])

    Reference: R. J. Williams, D. Zipser, "A learning algorithm for continually running
    fully recurrent neural networks", Neural Computation 1, 1989.
    """

    def __init__(self, layer: LayerOverCell, loss: Callable, batch_size: int = 1):
        if not isinstance(layer, LayerOverCell):
            raise ValueError(
                "`layer` must be a recurrent layer of seqkit over a cell, got "
                f"{layer!r}."
            )
        if not layer.built:
            raise ValueError(f"`layer` must be built, and {layer.name!r} is not.")
        self.layer, self.loss = layer, loss
        self.batch_size = checks.positive_integer("batch_size", batch_size)
        self._weights = [weight.value for weight in layer.cell.trainable_weights]
        self._advance = tf.function(self._advanced, autograph=False)
        self.reset()

    def reset(self) -> None:
        """Forget all steps: the first states again."""
        with tf.GradientTape(persistent=True) as tape:
            states = self.layer.initial_state(self.batch_size)
            self._states = [tf.convert_to_tensor(state) for state in states]
            joined = tf.concat(self._states, axis=-1)
        self._influence = self._direct(tape, joined)

    @property
    def states(self) -> list:
        """The states after the last step."""
        return self._states

    def step(self, inputs: Any, target: Any) -> Step:
        """Take one time step.

        Args:
            inputs: `(batch, features)`.
            target: what the loss compares the output with.

        Raises:
            ValueError: the inputs have another shape.
        """
        dtype = self.layer.compute_dtype
        wanted = (self.batch_size, self.layer.input_spec.axes[-1])
        if np.shape(inputs) != wanted:
            raise ValueError(
                f"`inputs` must have the shape {wanted}, got {np.shape(inputs)}."
            )
        output, loss, gradients, self._states, self._influence = self._advance(
            tf.convert_to_tensor(inputs, dtype),
            tf.convert_to_tensor(target, dtype),
            self._states,
            self._influence,
        )
        return Step(output, loss, gradients)

    def _advanced(
        self, inputs: Any, target: Any, states: list, influence: Any
    ) -> tuple[Any, Any, list, list, Any]:
        sizes = [state.shape[-1] for state in states]
        with tf.GradientTape(persistent=True) as tape:
            before = tf.concat(states, axis=-1)
            tape.watch(before)
            output, after = self.layer.step(inputs, tf.split(before, sizes, -1))
            joined = tf.concat(after, axis=-1)
        of_states = self._jacobian(tape, joined, before, influence)
        of_output = self._jacobian(tape, output, before, influence)
        del tape
        with tf.GradientTape() as tape:
            tape.watch(output)
            loss = self.loss(target, output)
        d_output = tape.gradient(loss, output)
        flat = tf.einsum("bo,bow->w", d_output, of_output)
        gradients, start = [], 0
        for weight in self._weights:
            size = weight.shape.num_elements()
            gradients.append(tf.reshape(flat[start : start + size], weight.shape))
            start += size
        return output, loss, gradients, list(after), of_states

    def _jacobian(self, tape: Any, value: Any, before: Any, influence: Any) -> Any:
        """Return ∂value/∂θ `(batch, size, weights)`, by the states before and now."""
        by_states = tape.batch_jacobian(value, before, unconnected_gradients=ZERO)
        through_states = tf.einsum("bos,bsw->bow", by_states, influence)
        return through_states + self._direct(tape, value)

    def _direct(self, tape: Any, value: Any) -> Any:
        """Return ∂value/∂θ `(batch, size, weights)`, the states before held still."""
        now = tape.jacobian(value, self._weights, unconnected_gradients=ZERO)
        shape = (*value.shape, -1)
        return tf.concat([tf.reshape(part, shape) for part in now], axis=-1)

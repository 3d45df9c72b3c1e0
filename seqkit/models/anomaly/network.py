"""The recurrent network on what a linear forecast leaves, whole or step by step."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.layers import Stack
from seqkit.models.anomaly.settings import ForecasterSettings
from seqkit.models.named_layers import find_recurrent_layer

States = list[tf.Tensor]
_ROWS = 4096  # readings that are run at once


def residual_network(
    settings: ForecasterSettings, features: int, targets: int
) -> keras.Model:
    """Build the network: features (batch, time, F) to (batch, time, H, C).

        h_t = recurrent layers(x_1 … x_t)
        r̂_{t+k} = W_k h_t + b_k        k = 1 … H,  W and b zero before training

    It is to foretell what the linear forecasts will be off: it starts as if it were not
    there.

    Args:
        settings: Sizes and kinds.
        features: F.
        targets: C, the channels that are forecast.

    Raises:
        InputError: `settings.network` names no layer.

    Example:
        >>> settings = ForecasterSettings(network="GRU", units=8, horizon=5)
        >>> network = residual_network(settings, features=4, targets=2)
        >>> network.output_shape, float(abs(network(np.ones([1, 3, 4]))).numpy().max())
        ((None, None, 5, 2), 0.0)
    """
    layer = find_recurrent_layer(settings.network)
    inputs = keras.Input((None, features), name="features")
    each = [layer(settings.units) for _ in range(settings.layers)]
    x, *_ = Stack(each, return_sequences=True, return_state=True, name="stack")(inputs)
    size = settings.horizon * targets
    x = keras.layers.Dense(size, kernel_initializer="zeros", name="residual")(x)
    shape = (-1, settings.horizon, targets)
    return keras.Model(inputs, keras.layers.Reshape(shape, name="steps")(x))


class ResidualSteps:
    """A network as `residual_network` builds it, with its states in hand.

    Args:
        network: The network.
    """

    def __init__(self, network: keras.Model) -> None:
        self.network = network
        self._stack = network.get_layer("stack")
        self._residual = network.get_layer("residual")
        self._shape = network.output_shape[2:]
        self._compiled: Any = None

    def start(self) -> States:
        """Give the states before the first reading, each (1, size)."""
        return list(self._stack.initial_state(1))

    def step(self, features: tf.Tensor, states: States) -> tuple[tf.Tensor, States]:
        """Read features (F,), float32; give residuals (H, C) and the states after."""
        output, states = self._stack.step(features[None], states)
        return tf.reshape(self._residual(output), self._shape), list(states)

    def run(self, features: np.ndarray) -> np.ndarray:
        """Read features (time, F) from the start: residuals (time, H, C)."""
        if self._compiled is None:
            size = self.network.input_shape[-1]
            start = [tf.TensorSpec(each.shape, each.dtype) for each in self.start()]
            self._compiled = tf.function(
                self._sequence, autograph=False
            ).get_concrete_function(tf.TensorSpec([1, None, size], tf.float32), start)
        states, found = self.start(), []
        for first in range(0, len(features), _ROWS):
            rows = tf.constant(features[first : first + _ROWS][None], tf.float32)
            answer, states = self._compiled(rows, states)
            found.append(answer.numpy()[0].astype(np.float64))
        return np.concatenate(found) if found else np.zeros((0, *self._shape))

    def _sequence(self, x: tf.Tensor, states: States) -> tuple[tf.Tensor, States]:
        output, *states = self._stack(x, initial_state=states)
        found = self._residual(output)
        return tf.reshape(found, [1, -1, *self._shape]), states

"""How far a gradient reaches back in time."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.layers.base import LayerOverCell


def gradient_norms(layer: LayerOverCell, x: Any, loss: Callable) -> np.ndarray:
    """Return |∂L/∂s_t| for every step: how a loss depends on the states along the way.

    Where the norms fall by a factor from step to step, going back, the gradient
    vanishes; where they grow, it explodes. The steps are taken one after the other,
    outside training.

    Args:
        layer: a recurrent layer over a cell; `return_sequences` says what the loss is
            given.
        x: sequences `(batch, time, features)`.
        loss: takes the layer's output, gives a number.

    Returns:
        Norms over the units, the mean over the rows: `(time, states)`.

    Raises:
        ValueError: an argument is of another kind or shape, or the loss does not depend
            on the output.

    Example: a linear unit that halves what it remembers.
    >>> import keras
    >>> from seqkit.layers import SimpleRNN
    >>> half = keras.initializers.Constant(0.5)
    >>> layer = SimpleRNN(1, activation="linear", recurrent_initializer=half)
    >>> x = np.ones((1, 4, 1), "float32")
    >>> gradient_norms(layer, x, keras.ops.sum)[:, 0].tolist()
    [0.125, 0.25, 0.5, 1.0]

    Reference: Y. Bengio et al., "Learning long-term dependencies with gradient descent
    is difficult", IEEE Transactions on Neural Networks 5, 1994; R. Pascanu et al., "On
    the difficulty of training recurrent neural networks", ICML 2013.
    """
    if not isinstance(layer, LayerOverCell):
        raise ValueError(
            f"`layer` must be a recurrent layer of seqkit over a cell, got {layer!r}."
        )
    if not callable(loss):
        raise ValueError(f"`loss` must be a function of the output, got {loss!r}.")
    x = tf.convert_to_tensor(x, layer.compute_dtype)
    if x.shape.rank != 3 or not all(x.shape):
        raise ValueError(
            "`x` must have the shape (batch, time, features), none of them 0, got "
            f"{tuple(x.shape)}."
        )
    if not layer.built:
        layer.build(tuple(x.shape))

    @tf.function(autograph=False)
    def norms(x: Any) -> list:
        states = layer.initial_state(x.shape[0])
        every, outputs = [], []
        with tf.GradientTape() as tape:
            tape.watch(states)
            for t in range(x.shape[1]):
                output, states = layer.step(x[:, t], states)
                outputs.append(output)
                every.append(states)
            value = loss(
                tf.stack(outputs, axis=1) if layer.return_sequences else outputs[-1]
            )
        if value.shape.rank != 0:
            raise ValueError(
                f"`loss` must give a number, got the shape {tuple(value.shape)}."
            )
        gradients = tape.gradient(
            value, every, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        return [[tf.norm(g, axis=-1) for g in of_step] for of_step in gradients]

    found = np.array([[n.numpy() for n in of_step] for of_step in norms(x)])
    if not found.any():
        raise ValueError("`loss` must depend on the output: all its gradients are 0.")
    return found.mean(axis=-1)

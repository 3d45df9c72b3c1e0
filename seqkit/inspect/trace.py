"""The trace of a call."""

import contextlib
from collections.abc import Callable, Iterator
from inspect import signature
from typing import Any

import keras
import numpy as np

from seqkit.inspect.record import Trace
from seqkit.inspect.tree import layers_inside
from seqkit.recurrence.recording import recording


def trace(
    layer_or_model: Any,
    x: Any,
    mask: Any = None,
    loss: Callable[[Any], Any] | None = None,
    initial_state: Any = None,
    training: bool = False,
) -> Trace:
    """Return all that happens in a call: every gate, state and product of every step.

    The call is an ordinary one, with the plain loop. What it changes, as the states of
    stateful layers and the seeds of random numbers, is set back: the same call made
    next gives what the trace has in its `outputs`.

    With a loss, there are gradients besides, of everything: ∂L/∂v for the value v of a
    step, through all that follows from it in this step and later ones.

    Args:
        layer_or_model: a recurrent layer, or whatever has some inside: a stack, a
            bidirectional layer, a model of any kind. Layers are those of this package,
            over any cell, or `keras.layers.LSTM`, `GRU` and `SimpleRNN`.
        x: what it is called with, `(batch, time, features)` for a layer.
        mask: boolean `(batch, time)`; None for none but what a model makes itself.
        loss: takes what the call returns, gives a number.
        initial_state: of a layer, as its call takes it.
        training: whether to call it as in training, with dropout and noise.

    Raises:
        ValueError: nothing ran that can be traced, a layer inside cannot be, or `loss`
            is no function that gives a number which depends on what the call returns.

    Example: a unit that adds up what comes in. The loss is its last value; so it grows
    with each state, and each input, as fast as that does.
    >>> from seqkit.layers import SimpleRNN
    >>> layer = SimpleRNN(1, "linear", kernel_initializer="ones",
    ...                   recurrent_initializer="ones")
    >>> x = np.array([[[1.0], [2.0], [3.0]]], "float32")
    >>> found = trace(layer, x, loss=keras.ops.sum)
    >>> found.outputs.tolist(), found.loss
    ([[6.0]], 6.0)
    >>> of_layer = found.layers[0]
    >>> of_layer.states["h"][0, :, 0].tolist()
    [1.0, 3.0, 6.0]
    >>> of_layer.gradients.states["h"][0, :, 0].tolist()
    [1.0, 1.0, 1.0]
    >>> list(of_layer.products), of_layer.products["recurrent_kernel"].shape
    (['recurrent_kernel'], (1, 3, 1))
    """
    if keras.config.backend() != "tensorflow":
        raise ValueError(
            "`trace` needs TensorFlow as the backend of Keras, got "
            f"{keras.config.backend()!r}."
        )
    import tensorflow as tf  # TensorFlow only from here on

    from seqkit.inspect.recorder import Recorder

    if tf.inside_function():
        raise ValueError("`trace` must be called in eager mode, not in a graph.")
    if not isinstance(layer_or_model, keras.layers.Layer):
        raise ValueError(
            f"`layer_or_model` must be a layer or a model, got {layer_or_model!r}."
        )
    if loss is not None and not callable(loss):
        raise ValueError(
            f"`loss` must be a function of what the call returns, got {loss!r}."
        )
    given = {"mask": mask, "initial_state": initial_state}
    given = {name: value for name, value in given.items() if value is not None}
    taken = signature(layer_or_model.call).parameters
    for name in given:
        if name not in taken:
            raise ValueError(
                f"`{name}` must be None for {layer_or_model.name!r}, whose call does "
                "not take it, got a value."
            )
    _build(layer_or_model, x, given)
    tape = None if loss is None else tf.GradientTape()
    recorder = Recorder(layer_or_model, tape)
    with _eagerly(), _set_back(layer_or_model), recorder.replacing_calls():
        with tape or contextlib.nullcontext(), recording(recorder):
            outputs = layer_or_model(x, training=training, **given)
            value = None if loss is None else _number(loss(outputs))
        layers = recorder.layers(value)
    arrays = keras.tree.map_structure(keras.ops.convert_to_numpy, outputs)
    return Trace(arrays, None if value is None else float(value), layers)


def _build(layer: keras.layers.Layer, x: Any, given: dict) -> None:
    """Make a layer's weights, where it has none yet."""
    if layer.built:
        return
    if isinstance(layer, (keras.layers.RNN, keras.layers.Bidirectional)):
        layer.build(tuple(keras.ops.shape(x)))
    else:
        layer(x, **given)


@contextlib.contextmanager
def _eagerly() -> Iterator[None]:
    """Inside, functions that would be graphs are run as they are written."""
    import tensorflow as tf

    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


@contextlib.contextmanager
def _set_back(layer: keras.layers.Layer) -> Iterator[None]:
    """Set back, in the end, states, seeds and whatever else is not trained."""
    changing = list(layer.non_trainable_variables)
    for _, inside in layers_inside(layer):
        states = inside.states if isinstance(inside, keras.layers.RNN) else None
        changing += keras.tree.flatten(states or [])
    before = [
        (variable, np.array(keras.ops.convert_to_numpy(variable)))
        for variable in changing
    ]
    try:
        yield
    finally:
        for variable, value in before:
            variable.assign(value)


def _number(value: Any) -> Any:
    """Return a loss as a tensor.

    Raises:
        ValueError: it is no number.
    """
    try:
        value = keras.ops.convert_to_tensor(value)
    except (TypeError, ValueError):
        value = None
    if value is None or value.shape != ():
        raise ValueError(
            "`loss` must give a number, got "
            + ("another thing." if value is None else f"a tensor {value.shape}.")
        )
    return value

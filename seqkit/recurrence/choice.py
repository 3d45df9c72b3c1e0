"""Which time loop runs a layer, here and now."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import keras

from seqkit.keras_internals import EXPORTERS, LITE_EXPORTERS
from seqkit.recurrence.callers import called_from
from seqkit.recurrence.recording import recorder

COMPILED = tuple(
    f"seqkit.recurrence.functions._run_{what}"
    for what in ("forward", "backward", "scan", "scan_back")
)

_here = threading.local()


def choose(layer: Any) -> str:
    """Return the name of the loop for a layer: decided once a call, in this order.

    - "keras": Keras's own loop, on every backend but TensorFlow.
    - "plain": an ordinary TensorFlow loop, with nothing compiled in it, in a graph to
      be exported and inside `portable()`: what is exported needs no GPU. Where runs are
      recorded too.
    - "cudnn": cuDNN, on a GPU, for LSTM and GRU whose equations it has, unless
      `use_cudnn=False` or the whole graph is to be compiled or vectorized. What its
      masks and sizes do not allow is left to the compiled loop, call by call.
    - "plain": in eager mode, where a compilation would cost more than it saves.
    - "compiled": everywhere else, that is in `fit`, `predict` and any `tf.function`.

    Args:
        layer: A recurrent layer, about to be called.

    Raises:
        ValueError: The layer insists on cuDNN, which cannot run it here.
    """
    if keras.config.backend() != "tensorflow":
        return "keras"
    if to_be_exported() or recorder() is not None:
        return "plain"
    import tensorflow as tf

    from seqkit.recurrence import cudnn

    if cudnn.runs(layer):
        return "cudnn"
    return "compiled" if tf.inside_function() else "plain"


@contextlib.contextmanager
def portable() -> Iterator[None]:
    """Make layers traced inside run as ordinary graphs, fit to be exported.

    Keras's `model.export` and `tf.saved_model.save` need no such care: see `exporting`.

    Example:
    >>> import tensorflow as tf
    >>> layer = keras.layers.SimpleRNN(2)  # any layer will do to ask
    >>> chosen = []
    >>> @tf.function
    ... def trace():
    ...     chosen.append(choose(layer))
    ...     with portable():
    ...         chosen.append(choose(layer))
    >>> trace()
    >>> chosen
    ['compiled', 'plain']
    """
    before = getattr(_here, "portable", False)
    _here.portable = True
    try:
        yield
    finally:
        _here.portable = before


def to_be_exported() -> bool:
    """Return whether what is traced here must run elsewhere."""
    return getattr(_here, "portable", False) or exporting()


def vectorizing() -> bool:
    """Return whether a graph is being traced that is then rewritten for many rows.

    `tf.vectorized_map` and jacobians do so. Functions that are compiled are rewritten
    as they are: what is traced within one is not.
    """
    import tensorflow as tf

    from seqkit.tensorflow_internals import VECTORIZERS

    return tf.inside_function() and called_from(VECTORIZERS, but_for=COMPILED)


def exporting() -> bool:
    """Return whether a graph is being traced to be exported.

    Neither Keras nor TensorFlow tells a layer so; the modules on the call stack do.
    """
    return called_from(EXPORTERS)


def for_lite() -> bool:
    """Return whether a graph is being traced for TensorFlow Lite."""
    return called_from(LITE_EXPORTERS)

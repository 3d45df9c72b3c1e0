"""Which time loop runs a layer, here and now."""

import contextlib
import sys
import threading
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any

import keras

from seqkit.keras_internals import EXPORTERS, cudnn_usable

_here = threading.local()


def choose(layer: Any) -> str:
    """Return the name of the loop for a layer.

    - "keras": Keras's own loop. On every backend but TensorFlow; and on a GPU for the
      layers that Keras runs on cuDNN there, unless `use_cudnn=False`.
    - "plain": an ordinary TensorFlow loop, with nothing compiled in it. In eager mode,
      where a compilation would cost more than it saves; in a graph to be exported; and
      inside `portable()`.
    - "compiled": everywhere else, that is in `fit`, `predict` and any `tf.function`.
    """
    if keras.config.backend() != "tensorflow":
        return "keras"
    use_cudnn = getattr(layer, "use_cudnn", False)
    if use_cudnn is True or (use_cudnn == "auto" and cudnn_usable()):
        return "keras"
    import tensorflow as tf

    if not tf.inside_function() or to_be_exported():
        return "plain"
    return "compiled"


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


def exporting() -> bool:
    """Return whether a graph is being traced to be exported.

    Neither Keras nor TensorFlow tells a layer so; the modules on the call stack do.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if belongs(str(frame.f_globals.get("__name__")), EXPORTERS):
            return True
        frame = frame.f_back
    return False


def belongs(module: str, packages: Iterable[str]) -> bool:
    """Return whether a module is one of these, or in one.

    Example:
    >>> [belongs(name, ["tf2onnx"]) for name in ("tf2onnx.convert", "tf2onnx_tools")]
    [True, False]
    """
    return any(f"{module}.".startswith(f"{package}.") for package in packages)

"""The only names that seqkit takes from Keras beyond its public interface.

Gathered in one place, so that a change in Keras is one change here.

- `AutocastScope`: inside it, variables are read in the compute dtype, as they are in
  a layer's call.
- `DropoutRNNCell`: has the methods `get_dropout_mask`, `get_recurrent_dropout_mask`,
  `reset_dropout_mask` and `reset_recurrent_dropout_mask`, by which `keras.layers.RNN`
  too draws the dropout masks of a cell once a sequence.
- `keras_rnn`: Keras's time loop, on any backend. It moved in Keras 3.16.
- `call_error`: sets `_keras_call_info_injected`, by which Keras knows errors that tell
  all there is to tell.
- `to_snake_case`: makes a layer's name of its class's.
- `sublayers`: the layers that a layer holds, its attribute `_layers`.
- `EXPORTERS`: modules that trace a model into a graph which must run elsewhere.
- `LITE_EXPORTERS`: those of them that trace it for TensorFlow Lite, now LiteRT.
"""

from typing import Any

from keras.src import backend
from keras.src.backend.common.variables import AutocastScope
from keras.src.layers.rnn.dropout_rnn_cell import DropoutRNNCell
from keras.src.utils.naming import to_snake_case

__all__ = [
    "EXPORTERS",
    "LITE_EXPORTERS",
    "AutocastScope",
    "DropoutRNNCell",
    "call_error",
    "keras_rnn",
    "sublayers",
    "to_snake_case",
]

LITE_EXPORTERS = ("keras.src.export.litert", "tensorflow.lite.python")
EXPORTERS = (
    "keras.src.export",
    "tensorflow.python.saved_model",
    "tf2onnx",
    *LITE_EXPORTERS,
)

keras_rnn = getattr(backend.rnn, "rnn", backend.rnn)


def call_error(message: str, kind: type[Exception] = ValueError) -> Exception:
    """Return an error that leaves the call of a layer as it is, in one line.

    To others Keras adds all arguments of the call, a line each.
    """
    error: Any = kind(message)
    error._keras_call_info_injected = True
    return error


def sublayers(layer: Any) -> list:
    """Return the layers that a layer holds as attributes, or in lists and dicts."""
    return list(layer._layers)

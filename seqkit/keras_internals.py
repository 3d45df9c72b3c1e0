"""The only names that seqkit takes from Keras beyond its public interface.

Gathered in one place, so that a change in Keras is one change here.

- `DropoutRNNCell`: `keras.layers.RNN` draws the dropout masks of a cell once a sequence
  when the cell is one of these.
- `AutocastScope`: inside it, variables are read in the compute dtype, as they are in
  a layer's call.
- `keras_rnn`: its time loop, on any backend.
- `cudnn_usable`: whether Keras would run LSTM and GRU on cuDNN here.
"""

import keras
from keras.src.backend import rnn as keras_rnn
from keras.src.backend.common.variables import AutocastScope
from keras.src.layers.rnn.dropout_rnn_cell import DropoutRNNCell

__all__ = ["AutocastScope", "DropoutRNNCell", "cudnn_usable", "keras_rnn"]


def cudnn_usable() -> bool:
    """Return whether TensorFlow is the backend and sees a GPU."""
    if keras.config.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return bool(tf.config.list_logical_devices("GPU"))

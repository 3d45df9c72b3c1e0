"""The simple recurrent layer."""

import keras

from seqkit.cells.simple_rnn import SimpleRNNCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class SimpleRNN(RecurrentLayer, keras.layers.SimpleRNN):
    """Simple recurrent layer: h_t = f(W x_t + U h_{t-1} + b), whose output is h_t.

    A drop-in for `keras.layers.SimpleRNN`.

    Example:
    >>> layer = SimpleRNN(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: J. L. Elman, "Finding structure in time", Cognitive Science 14, 1990,
    without the output layer.
    """

    cell_class = SimpleRNNCell

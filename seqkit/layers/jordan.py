"""The Jordan layer."""

import keras

from seqkit.cells.jordan import JordanCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class Jordan(RecurrentLayer):
    """Jordan network: h_t = f(W x_t + U s_t + b), y_t = g(V h_t + d), s of y before.

    The state is s, `(batch, output_units)`, and so is the output y.

    Example: variant B, whose state units remember half of what they were.
    >>> layer = Jordan(8, output_units=2, decay=0.5, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 2])

    Reference: M. I. Jordan, "Serial order: a parallel distributed processing approach",
    ICS report 8604, University of California, San Diego, 1986.
    """

    cell_class = JordanCell

"""The layer of long short-term memory with a projected output."""

import keras

from seqkit.cells.projected_lstm import ProjectedLSTMCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class ProjectedLSTM(RecurrentLayer):
    """Long short-term memory with a smaller output: h_t = V (o_t ⊙ tanh(c_t)).

    The states are h, which is the output and has the size `projection`, and c.

    Example:
    >>> layer = ProjectedLSTM(8, projection=2, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 2])

    Reference: H. Sak, A. Senior, F. Beaufays, "Long short-term memory recurrent neural
    network architectures for large scale acoustic modeling", Interspeech 2014.
    """

    cell_class = ProjectedLSTMCell

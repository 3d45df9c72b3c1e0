"""The Elman layer."""

import keras

from seqkit.cells.elman import ElmanCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class Elman(RecurrentLayer):
    """Elman network: h_t = f(W x_t + U h_{t-1} + b), with its output g(V h_t + d).

    The state is the context, `(batch, units)`; the output has `output_units`.

    Example: one linear unit whose weights are all 1 adds up its inputs.
    >>> ones = {"kernel_initializer": "ones", "recurrent_initializer": "ones"}
    >>> layer = Elman(1, activation="linear", return_sequences=True, **ones)
    >>> inputs = np.array([1, 1, 1, 3], "float32").reshape(1, 4, 1)
    >>> np.ravel(layer(inputs)).tolist()
    [1.0, 2.0, 3.0, 6.0]

    Reference: J. L. Elman, "Finding structure in time", Cognitive Science 14, 1990.
    """

    cell_class = ElmanCell

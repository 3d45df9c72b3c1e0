"""The layers of the mutated gated units MUT1, MUT2 and MUT3."""

import keras

from seqkit.cells.mut import MUT1Cell, MUT2Cell, MUT3Cell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class MUT1(RecurrentLayer):
    """Mutated gated unit whose update gate sees the input alone.

    Example:
    >>> layer = MUT1(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: R. Jozefowicz, W. Zaremba, I. Sutskever, "An empirical exploration of
    recurrent network architectures", ICML 2015.
    """

    cell_class = MUT1Cell


@keras.saving.register_keras_serializable("seqkit")
class MUT2(RecurrentLayer):
    """Mutated gated unit whose reset gate takes the input as it is.

    Example:
    >>> layer = MUT2(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: R. Jozefowicz, W. Zaremba, I. Sutskever, "An empirical exploration of
    recurrent network architectures", ICML 2015.
    """

    cell_class = MUT2Cell


@keras.saving.register_keras_serializable("seqkit")
class MUT3(RecurrentLayer):
    """Mutated gated unit whose update gate sees the state through a tanh.

    Example:
    >>> layer = MUT3(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: R. Jozefowicz, W. Zaremba, I. Sutskever, "An empirical exploration of
    recurrent network architectures", ICML 2015.
    """

    cell_class = MUT3Cell

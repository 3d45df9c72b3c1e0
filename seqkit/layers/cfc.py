"""The closed-form continuous-time layer."""

import keras

from seqkit.cells.cfc import CfCCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class CfC(RecurrentLayer):
    """Closed-form continuous-time network: a gate of time between two functions.

    Example: five steps of two features, with the time since the step before.
    >>> layer = CfC(4, backbone_units=8, time_channel=True, return_sequences=True)
    >>> features, elapsed = np.zeros((2, 5, 2)), np.full((2, 5, 1), 0.5)
    >>> layer(np.concatenate([features, elapsed], axis=-1).astype("float32")).shape
    TensorShape([2, 5, 4])

    Reference: R. Hasani et al., "Closed-form continuous-time neural networks", Nature
    Machine Intelligence 4, 2022 (arXiv 2106.13898).
    """

    cell_class = CfCCell

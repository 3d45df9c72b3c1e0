"""The minGRU layer."""

import keras

from seqkit.cells.min_gru import MinGRUCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class MinGRU(RecurrentLayer):
    """minGRU: h_t = (1 − z_t) ⊙ h_{t-1} + z_t ⊙ n_t, in parallel over time.

    A whole sequence is computed as a scan over time, not step by step; with `unroll`
    step by step.

    Example:
    >>> layer = MinGRU(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: L. Feng, F. Tung, M. O. Ahmed, Y. Bengio, H. Hajimirsadeghi, "Were RNNs
    all we needed?", 2024 (arXiv 2410.01201).
    """

    cell_class = MinGRUCell

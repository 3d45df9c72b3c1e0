"""The linear recurrent unit layer."""

import keras

from seqkit.cells.lru import LRUCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class LRU(RecurrentLayer):
    """Linear recurrent unit: h_t = λ ⊙ h_{t-1} + γ ⊙ (B x_t), complex.

    A whole sequence is computed as a scan over time, not step by step; with `unroll`
    step by step.

    Example:
    >>> layer = LRU(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: A. Orvieto et al., "Resurrecting recurrent neural networks for long
    sequences", ICML 2023 (arXiv 2303.06349).
    """

    cell_class = LRUCell

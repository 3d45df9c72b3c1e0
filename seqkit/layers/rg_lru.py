"""The real-gated linear recurrent unit layer."""

import keras

from seqkit.cells.rg_lru import RGLRUCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class RGLRU(RecurrentLayer):
    """RG-LRU: h_t = a_t ⊙ h_{t-1} + sqrt(1 − a_t²) ⊙ (i_t ⊙ v_t).

    A whole sequence is computed as a scan over time, not step by step; with `unroll`
    step by step.

    Example:
    >>> layer = RGLRU(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 4])

    Reference: S. De et al., "Griffin: mixing gated linear recurrences with local
    attention for efficient language models", 2024 (arXiv 2402.19427).
    """

    cell_class = RGLRUCell

"""What a search asks of a model, and what it gives."""

from collections.abc import Callable
from typing import Any, NamedTuple

import tensorflow as tf


class Step(NamedTuple):
    """What a model says after one more token.

    Attributes:
        logits: The next token's, `(batch, beams, vocabulary)`.
        state: The new state, of the structure, shapes and dtypes of the old one.
        attention: Weights over the source, `(batch, beams, source)`, where the model
            has them. They belong to the next token, as the logits do.
    """

    logits: tf.Tensor
    state: Any
    attention: tf.Tensor | None = None


StepFunction = Callable[[tf.Tensor, Any, Any], Step | tuple]


class Decoded(NamedTuple):
    """Outputs of a search, the best first.

    Attributes:
        ids: int32 `(batch, n_best, length)`: tokens without the first one that was
            given and without the end, padded with 0 to the longest of the batch, which
            may be 0.
        lengths: int32 `(batch, n_best)`: how many tokens each output has.
        scores: float32 `(batch, n_best)`: what outputs are ranked by; −∞ where there is
            no further output.
        log_probabilities: float32 `(batch, n_best)`: the sum over the tokens and the
            end, as the model gives them.
        attention: float32 `(batch, n_best, length, source)`, zero beyond each length;
            None unless asked for.
    """

    ids: tf.Tensor
    lengths: tf.Tensor
    scores: tf.Tensor
    log_probabilities: tf.Tensor
    attention: tf.Tensor | None

"""Tokens drawn by their probabilities."""

from typing import Any

import tensorflow as tf

from seqkit.decoding.greedy import greedy_search
from seqkit.decoding.limits import Limits
from seqkit.decoding.protocol import Decoded, StepFunction
from seqkit.decoding.search import Now
from seqkit.decoding.single import single_search
from seqkit.docstrings import described_as
from seqkit.errors import InputError
from seqkit.scalars import at_least


@described_as(greedy_search)
def sample(
    step: StepFunction,
    start: Any,
    state: Any,
    memory: Any = (),
    *,
    end: int,
    maximum_length: Any,
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: Any = None,
    minimum_length: Any = 0,
    no_repeat_ngram: int | None = None,
    return_attention: bool = False,
) -> Decoded:
    """Draw each token by its probability.

        y_t ~ p(v | y_1 … y_{t-1})^(1 / temperature), normalised over the `top_k` best v

    Args:
        temperature: Below 1 the probable becomes more probable, above 1 less.
        top_k: Draw among so many of the most probable tokens; None for all.
        seed: A number, or an int32 scalar; the same seed draws the same outputs for a
            row, whatever the other rows are. None for another one at each call.

    Returns:
        One output a row: `n_best` is 1. Score and log-probability are the model's, as
        if temperature were 1 and every token allowed.

    Raises:
        InputError: A setting is out of its range, or what `step` returns of another
            shape.

    Example:
        >>> table = np.log([[0.1, 0.5, 0.4], [0.1, 0.2, 0.7], [0.3, 0.3, 0.4]])
        >>> def step(tokens, state, memory):
        ...     return tf.gather(table, tokens), state
        >>> found = sample(step, [0, 0], (), end=2, maximum_length=9, seed=1)
        >>> found.ids.shape[:2]
        TensorShape([2, 1])

    Reference: A. Fan, M. Lewis, Y. Dauphin, "Hierarchical neural story generation", ACL
    2018 (arXiv 1805.04833), for `top_k`.
    """
    if not temperature > 0:
        raise InputError(f"temperature must be above 0; got {temperature}")
    if top_k is not None:
        at_least("top_k", top_k, 1)
    limits = Limits.of(start, minimum_length, maximum_length, no_repeat_ngram)
    if seed is None:
        seed = tf.random.uniform([], maxval=tf.int32.max, dtype=tf.int32)
    batch = tf.shape(limits.minimum)

    def pick(logits: tf.Tensor, now: Now) -> tf.Tensor:
        tokens = None
        if top_k is not None:
            logits, tokens = tf.math.top_k(
                logits, tf.minimum(top_k, tf.shape(logits)[1])
            )
        # One number a row of the whole batch, so that no row's depends on the others.
        number = tf.random.stateless_uniform(batch, tf.stack([seed, now.time]))
        reached = tf.cumsum(tf.nn.softmax(logits / temperature), axis=1)
        wanted = tf.gather(number, now.rows)[:, None] * reached[:, -1:]
        drawn = tf.searchsorted(reached, wanted, side="right")
        return (drawn if tokens is None else tf.gather(tokens, drawn, batch_dims=1))[
            :, 0
        ]

    return single_search(
        step,
        pick,
        start,
        state,
        memory,
        end=end,
        limits=limits,
        return_attention=return_attention,
    )

"""The most probable token at each step."""

from typing import Any

import tensorflow as tf

from seqkit.decoding.limits import Limits
from seqkit.decoding.protocol import Decoded, StepFunction
from seqkit.decoding.single import single_search


def greedy_search(
    step: StepFunction,
    start: Any,
    state: Any,
    memory: Any = (),
    *,
    end: int,
    maximum_length: Any,
    minimum_length: Any = 0,
    no_repeat_ngram: int | None = None,
    return_attention: bool = False,
) -> Decoded:
    """Take the most probable token at each step.

        y_t = argmax_v p(v | y_1 … y_{t-1})

    Equal to `beam_search` with one beam, and cheaper.

    Args:
        step: Gives the next token's logits; see `seqkit.decoding`.
        start: int32 `(batch,)`: the token before the first.
        state: Nest of tensors `(batch, …)`, before the first step.
        memory: Nest of tensors `(batch, …)` that every step reads.
        end: The token that ends an output.
        maximum_length: Most tokens of an output, the end not counted: a number, or
            int32 `(batch,)`. An output of that length is given its end, at the price of
            its probability.
        minimum_length: Fewest tokens, likewise.
        no_repeat_ngram: No run of so many tokens may occur twice in an output.
        return_attention: Whether to return the attention that `step` gives.

    Returns:
        One output a row: `n_best` is 1, and the score is the log-probability.

    Raises:
        InputError: A setting is out of its range, or what `step` returns of another
            shape.

    Example:
        >>> table = np.log([[0.1, 0.5, 0.4], [0.1, 0.2, 0.7], [0.3, 0.3, 0.4]])
        >>> def step(tokens, state, memory):  # after 0 comes 1, after 1 the end, 2
        ...     return tf.gather(table, tokens), state
        >>> found = greedy_search(step, [0, 1], (), end=2, maximum_length=9)
        >>> found.ids.numpy().tolist(), found.lengths.numpy().tolist()
        ([[[1]], [[0]]], [[1], [0]])
    """
    limits = Limits.of(start, minimum_length, maximum_length, no_repeat_ngram)
    return single_search(
        step,
        lambda logits, now: tf.argmax(logits, axis=-1, output_type=tf.int32),
        start,
        state,
        memory,
        end=end,
        limits=limits,
        return_attention=return_attention,
    )

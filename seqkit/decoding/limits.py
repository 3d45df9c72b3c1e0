"""How long an output may be, and what it may not repeat."""

from typing import Any, NamedTuple

import tensorflow as tf

from seqkit.decoding.checks import first_tokens, whole
from seqkit.scalars import at_least, is_number

NEVER = float("-inf")  # the logarithm of no chance at all


class Limits(NamedTuple):
    """What outputs may be: tokens without the end, of each row of the batch.

    Attributes:
        minimum: int32 `(batch,)`; before it, no output ends.
        maximum: int32 `(batch,)`; there, every output ends.
        no_repeat_ngram: No run of so many tokens occurs twice in an output; None for
            no such rule.
    """

    minimum: tf.Tensor
    maximum: tf.Tensor
    no_repeat_ngram: int | None

    @classmethod
    def of(
        cls, start: Any, minimum: Any, maximum: Any, no_repeat_ngram: int | None
    ) -> "Limits":
        """Check the limits, numbers or tensors, and give each row its own."""
        if no_repeat_ngram is not None:
            at_least("no_repeat_ngram", no_repeat_ngram, 1)
        whole("minimum_length", minimum)
        whole("maximum_length", maximum)
        if is_number(minimum):
            at_least("minimum_length", minimum, 0)
            if is_number(maximum):
                at_least("maximum_length", maximum, minimum)
        shortest, longest = (
            tf.broadcast_to(tf.cast(value, tf.int32), tf.shape(first_tokens(start)))
            for value in (minimum, maximum)
        )
        tf.debugging.assert_less_equal(
            tf.maximum(shortest, 0),
            longest,
            "maximum_length must be at least 0 and at least minimum_length",
        )
        return cls(shortest, longest, no_repeat_ngram)

    def may_end(self, time: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
        """Tell which rows may end after so many tokens: boolean `(rows,)`."""
        return time >= tf.gather(self.minimum, rows)

    def may_go_on(self, time: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
        """Tell which rows may have one token more: boolean `(rows,)`."""
        return time < tf.gather(self.maximum, rows)

    def first_history(self, beams: tf.Tensor) -> Any:
        """Give what is to be remembered of outputs before their first token."""
        return () if self.no_repeat_ngram is None else beams[..., None][..., :0]

    def longer_history(self, history: Any, tokens: tf.Tensor) -> Any:
        """Give what is to be remembered after tokens `(rows, beams)`."""
        if self.no_repeat_ngram is None:
            return ()
        return tf.concat([history, tokens[..., None]], axis=-1)

    def without_repeats(self, logits: tf.Tensor, history: Any) -> tf.Tensor:
        """Set logits `(rows, beams, vocabulary)` of what would repeat itself to −∞."""
        n = self.no_repeat_ngram
        if n is None:
            return logits
        length = tf.shape(history)[-1]
        earlier = length - n + 1  # runs of n - 1 tokens with a token after them

        def blocked() -> tf.Tensor:
            same = tf.ones_like(history[..., n - 1 :], tf.bool)
            for place in range(n - 1):
                then = history[..., place : place + earlier]
                same &= then == history[..., earlier + place, None]
            where = tf.where(same)
            tokens = tf.gather_nd(history[..., n - 1 :], where)
            where = tf.concat(
                [where[:, :2], tf.cast(tokens, tf.int64)[:, None]], axis=1
            )
            forbidden = tf.fill([tf.shape(where)[0]], NEVER)
            return tf.tensor_scatter_nd_update(logits, where, forbidden)

        return tf.cond(length >= n, blocked, lambda: logits)

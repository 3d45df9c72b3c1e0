"""One output a row, without alternatives."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from seqkit.decoding.checks import checked
from seqkit.decoding.limits import NEVER, Limits
from seqkit.decoding.protocol import Decoded, StepFunction
from seqkit.decoding.search import Choice, Ended, Now, search


def single_search(
    step: StepFunction,
    pick: Callable[[tf.Tensor, Now], tf.Tensor],
    start: Any,
    state: Any,
    memory: Any,
    *,
    end: int,
    limits: Limits,
    return_attention: bool,
) -> Decoded:
    """Pick token after token.

    Args:
        pick: int32 `(rows,)` from logits `(rows, vocabulary)` that are −∞ where a token
            is not allowed.

    The other arguments are those of `greedy_search`.
    """

    def choose(now: Now) -> Choice:
        logits = now.logits[:, 0]
        too_early = ~limits.may_end(now.time, now.rows)[:, None]
        is_end = tf.range(tf.shape(logits)[1]) == end
        token = pick(tf.where(too_early & is_end, NEVER, now.allowed[:, 0]), now)
        token = tf.where(limits.may_go_on(now.time, now.rows), token, end)
        gained = tf.gather(logits, token, batch_dims=1)
        gained -= tf.reduce_logsumexp(logits, axis=1)
        total = now.sums["log_probability"] + gained[:, None]
        nothing = tf.zeros_like(token)[:, None]
        return Choice(
            tokens=token[:, None],
            parents=nothing,
            sums={"log_probability": total},
            ended=Ended(total, total, nothing + now.time, nothing),
            going=token != end,
        )

    zeros = tf.zeros_like(limits.minimum)[:, None]
    nothing = tf.cast(zeros, tf.float32)
    return search(
        checked(step, end),
        choose,
        start,
        state,
        memory,
        beams=1,
        sums={"log_probability": nothing},
        ended=Ended(nothing, nothing, zeros, zeros),
        n_best=1,
        limits=limits,
        uses_attention=False,
        return_attention=return_attention,
    )

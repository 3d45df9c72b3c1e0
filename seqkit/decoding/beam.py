"""Several outputs at a time, of which the best stay."""

from typing import Any

import tensorflow as tf

from seqkit.decoding.checks import checked
from seqkit.decoding.greedy import greedy_search
from seqkit.decoding.limits import NEVER, Limits
from seqkit.decoding.penalties import coverage_bonus, length_divisor
from seqkit.decoding.protocol import Decoded, StepFunction
from seqkit.decoding.search import Choice, Ended, Now, search
from seqkit.docstrings import described_as
from seqkit.errors import InputError
from seqkit.scalars import at_least


@described_as(greedy_search)
def beam_search(
    step: StepFunction,
    start: Any,
    state: Any,
    memory: Any = (),
    *,
    end: int,
    maximum_length: Any,
    size: int = 5,
    n_best: int = 1,
    length_penalty: float = 0.0,
    coverage_penalty: float = 0.0,
    source_mask: Any = None,
    minimum_length: Any = 0,
    no_repeat_ngram: int | None = None,
    return_attention: bool = False,
) -> Decoded:
    """Follow the most probable beginnings at each step, and rank what they end in.

        score(y) = log p(y) / ((5 + |y|) / 6)^α + β Σ_i log min(Σ_t a_{t,i}, 1)

    where |y| counts the end, and a_{t,i} is the attention to source position i. At each
    step the `size` most probable of all continuations are taken. Those among them that
    end are finished; beside them, the `size` best that go on do. A row is done when
    `size` outputs are finished, or when none that goes on can come to a higher score
    than its `n_best` best.

    Args:
        size: How many beginnings are followed.
        n_best: How many outputs to return, at most `size`.
        length_penalty: α. 0 ranks by log-probability, which favours short outputs.
        coverage_penalty: β. Above 0 it needs a step that gives its attention. A
            position that got less than 1e-6 of it counts as having got that.
        source_mask: Boolean `(batch, source)`: the positions whose coverage counts.
            Needed with `coverage_penalty`, and with it alone.

    Returns:
        `n_best` outputs a row, by their score.

    Raises:
        InputError: A setting is out of its range, or what `step` returns of another
            shape.

    Example:
        >>> table = np.log([[0.1, 0.5, 0.4], [0.1, 0.2, 0.7], [0.3, 0.3, 0.4]])
        >>> def step(tokens, state, memory):
        ...     return tf.gather(table, tokens), state
        >>> found = beam_search(
        ...     step, [0], (), end=2, maximum_length=9, size=3, n_best=2
        ... )
        >>> found.ids.numpy().tolist()
        [[[0], [1]]]
        >>> np.exp(found.scores).round(2)
        array([[0.4 , 0.35]], dtype=float32)

    Reference: Y. Wu et al., "Google's neural machine translation system", 2016 (arXiv
    1609.08144), for the score.
    """
    at_least("size", size, 1)
    at_least("length_penalty", length_penalty, 0)
    at_least("coverage_penalty", coverage_penalty, 0)
    if not 1 <= n_best <= size:
        raise InputError(f"n_best must lie between 1 and size, {size}; got {n_best}")
    if (source_mask is not None) != (coverage_penalty > 0):
        raise InputError(
            "source_mask must be given with a coverage_penalty above 0 and only then; "
            f"got coverage_penalty {coverage_penalty}"
        )
    limits = Limits.of(start, minimum_length, maximum_length, no_repeat_ngram)

    def choose(now: Now) -> Choice:
        sums = now.sums["log_probability"]
        sums = sums[..., None] - tf.reduce_logsumexp(now.logits, -1, keepdims=True)
        # One more than the beams, for the end may be among each one's best.
        some = tf.minimum(size + 1, tf.shape(now.logits)[2])
        best, tokens = tf.math.top_k(now.allowed, some)
        may = limits.may_go_on(now.time, now.rows)[:, None, None] & (tokens != end)
        best = tf.where(may, sums + best, NEVER)
        best, places = tf.math.top_k(_flat(best), size)
        parents = places // some
        tokens = tf.gather(_flat(tokens), places, batch_dims=1)

        ends = sums[..., 0] + now.logits[..., end]
        ends = tf.where(limits.may_end(now.time, now.rows)[:, None], ends, NEVER)
        least = tf.math.top_k(tf.concat([ends, best], 1), size).values[:, -1:]
        ends = tf.where(ends >= least, ends, NEVER)
        scores = ends / length_divisor(now.time + 1, length_penalty)
        going_on = {"log_probability": best}
        if coverage_penalty:
            coverage = now.sums["coverage"] + now.attention
            mask = tf.gather(source_mask, now.rows)
            scores += coverage_bonus(coverage, mask, coverage_penalty)
            going_on["coverage"] = tf.gather(coverage, parents, batch_dims=1)
        every = tf.range(size)[None] + tf.zeros_like(parents)
        lengths = tf.zeros_like(every) + now.time
        ended = _best(now.ended, Ended(scores, ends, lengths, every))
        longest = tf.gather(limits.maximum, now.rows)
        bound = best[:, 0] / length_divisor(longest + 1, length_penalty)
        done = ended.scores[:, -1] > NEVER
        done |= ended.scores[:, n_best - 1] >= bound
        done |= now.time >= longest
        return Choice(tokens, parents, going_on, ended, going=~done)

    batch = tf.shape(limits.minimum)[0]
    shape = [batch, size]
    never, zeros = tf.fill(shape, NEVER), tf.zeros(shape, tf.int32)
    first = tf.where(tf.range(size) == 0, 0.0, never)  # all beams begin alike
    sums = {"log_probability": first}
    if coverage_penalty:
        source_mask = tf.convert_to_tensor(source_mask, tf.bool)
        sums["coverage"] = tf.zeros([*shape, tf.shape(source_mask)[1]])
    return search(
        checked(step, end),
        choose,
        start,
        state,
        memory,
        beams=size,
        sums=sums,
        ended=Ended(never, never, zeros, zeros),
        n_best=n_best,
        limits=limits,
        uses_attention=coverage_penalty > 0,
        return_attention=return_attention,
    )


def _best(*outputs: Ended) -> Ended:
    """Give as many as each of these has, by their score."""
    together = Ended(*(tf.concat(parts, 1) for parts in zip(*outputs, strict=True)))
    _, places = tf.math.top_k(together.scores, outputs[0].scores.shape[1])
    return Ended(*(tf.gather(each, places, batch_dims=1) for each in together))


def _flat(values: tf.Tensor) -> tf.Tensor:
    """Put the candidates of all beams of a row side by side."""
    shape = tf.shape(values)
    return tf.reshape(values, [shape[0], shape[1] * shape[2]])

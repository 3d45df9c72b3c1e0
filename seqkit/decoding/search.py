"""The loop that every search runs: step, choose, go on with what is unfinished."""

from collections.abc import Callable
from typing import Any, NamedTuple

import tensorflow as tf

from seqkit.decoding.checks import first_tokens, of_rows
from seqkit.decoding.limits import Limits
from seqkit.decoding.protocol import Decoded, Step, StepFunction
from seqkit.decoding.rows import follow, keep, of_any_batch, spread, with_beams
from seqkit.errors import InputError


class Ended(NamedTuple):
    """Outputs that have their end, `(rows, outputs)` each.

    Attributes:
        scores: What they are ranked by.
        log_probabilities: Of all their tokens and the end.
        lengths: Tokens without the end.
        beams: Where they stood before the end.
    """

    scores: tf.Tensor
    log_probabilities: tf.Tensor
    lengths: tf.Tensor
    beams: tf.Tensor


class Now(NamedTuple):
    """What a search chooses from, for the rows that are left.

    Attributes:
        time: How many tokens each beam has.
        rows: `(rows,)`, their places in the whole batch.
        logits: float32 `(rows, beams, vocabulary)`, as the model gives them.
        allowed: The same, −∞ for what would be a repetition.
        attention: float32 `(rows, beams, source)`, or None.
        sums: What adds up along each beam, `(rows, beams, …)`.
        ended: The outputs so far.
    """

    time: tf.Tensor
    rows: tf.Tensor
    logits: tf.Tensor
    allowed: tf.Tensor
    attention: tf.Tensor | None
    sums: Any
    ended: Ended


class Choice(NamedTuple):
    """What a search makes of it.

    Attributes:
        tokens: int32 `(rows, beams)`: the next ones.
        parents: int32 `(rows, beams)`: the beams that they continue.
        sums: Those after the tokens, in the order of the new beams.
        ended: The outputs now.
        going: Boolean `(rows,)`: whether the row goes on.
    """

    tokens: tf.Tensor
    parents: tf.Tensor
    sums: Any
    ended: Ended
    going: tf.Tensor


def search(
    step: StepFunction,
    choose: Callable[[Now], Choice],
    start: Any,
    state: Any,
    memory: Any,
    *,
    beams: int,
    sums: dict,
    ended: Ended,
    n_best: int,
    limits: Limits,
    uses_attention: bool,
    return_attention: bool,
) -> Decoded:
    """Run the steps until every row is done.

    A row that is done leaves the batch at once, with its state and its memory. Tokens
    and the beams that they continue are kept step by step, and followed back at last.

    Args:
        beams: How many there are of each row.
        sums: What adds up along a beam, as it is before the first token.
        ended: Places for outputs, before the first token.
        uses_attention: Whether the search chooses by it.

    The other arguments are those of `beam_search`.
    """
    start = first_tokens(start)
    of_rows("state", state, start)
    of_rows("memory", memory, start)
    batch = tf.shape(start)[0]
    state, tokens = with_beams((state, start), beams)
    written = {
        "tokens": _each_step(tf.int32, beams),
        "parents": _each_step(tf.int32, beams),
    }
    if return_attention:
        written["attention"] = _each_step(tf.float32, beams, None)

    def body(
        time: tf.Tensor,
        rows: tf.Tensor,
        tokens: tf.Tensor,
        state: Any,
        memory: Any,
        history: Any,
        sums: dict,
        ended: Ended,
        written: dict,
    ) -> tuple:
        said = Step(*step(tokens, state, memory))
        logits, attention = tf.cast(said.logits, tf.float32), None
        if uses_attention or return_attention:
            attention = _attention(said)
        choice = choose(
            Now(
                time=time,
                rows=rows,
                logits=logits,
                allowed=limits.without_repeats(logits, history),
                attention=attention,
                sums=sums,
                ended=Ended(*(tf.gather(each, rows) for each in ended)),
            )
        )
        news = {
            "tokens": choice.tokens,
            "parents": choice.parents,
            "attention": attention,
        }
        news = {name: spread(rows, news[name], batch) for name in written}
        written = _write(written, time, news)
        ended = Ended(
            *(
                tf.tensor_scatter_nd_update(whole, rows[:, None], part)
                for whole, part in zip(ended, choice.ended, strict=True)
            )
        )
        state, history = follow(choice.going, choice.parents, (said.state, history))
        rows, memory, tokens, sums = keep(
            choice.going, (rows, memory, choice.tokens, choice.sums)
        )
        history = limits.longer_history(history, tokens)
        return time + 1, rows, tokens, state, memory, history, sums, ended, written

    rows, history = tf.range(batch), limits.first_history(tokens)
    working = (rows, tokens, state, memory, history, sums, ended)
    working = tf.nest.map_structure(tf.convert_to_tensor, working)
    shapes = list(of_any_batch(working))
    shapes[4] = tf.nest.map_structure(
        lambda _: tf.TensorShape([None, beams, None]), history
    )
    steps, *_, ended, written = tf.while_loop(
        lambda time, rows, *_: (time == 0) | (tf.size(rows) > 0),
        body,
        (tf.constant(0), *working, written),
        (
            tf.TensorShape([]),
            *shapes,
            tf.nest.map_structure(lambda _: tf.TensorShape(None), written),
        ),
    )
    return follow_back(steps, Ended(*(each[:, :n_best] for each in ended)), written)


def _each_step(dtype: tf.DType, *shape: int | None) -> tf.TensorArray:
    """Give a place for tensors `(batch, *shape)`, one a step."""
    return tf.TensorArray(dtype, 0, dynamic_size=True, element_shape=[None, *shape])


def _attention(said: Step) -> tf.Tensor:
    if said.attention is None:
        raise InputError(
            "coverage_penalty and return_attention need a step that gives its "
            "attention; got None"
        )
    return tf.cast(said.attention, tf.float32)


def follow_back(steps: tf.Tensor, ended: Ended, written: dict) -> Decoded:
    """Read the outputs off the tokens and parents that were written at each step.

    Args:
        steps: How many there were.
        ended: The outputs wanted.
        written: Arrays of `(batch, beams, …)` over the steps.
    """
    n_best = ended.beams.shape[1]
    outputs = {"ids": _each_step(tf.int32, n_best)}
    if "attention" in written:
        outputs["attention"] = _each_step(tf.float32, n_best, None)

    def body(time: tf.Tensor, beams: tf.Tensor, outputs: dict) -> tuple:
        def of_beams(name: str) -> tf.Tensor:
            return tf.gather(written[name].read(time), beams, batch_dims=1)

        inside = time < ended.lengths
        news = {"ids": tf.where(inside, of_beams("tokens"), 0)}
        beams = tf.where(inside, of_beams("parents"), beams)
        if "attention" in written:
            news["attention"] = tf.where(inside[..., None], of_beams("attention"), 0.0)
        return time - 1, beams, _write(outputs, time, news)

    *_, outputs = tf.while_loop(
        lambda time, *_: time >= 0, body, (steps - 1, ended.beams, outputs)
    )
    longest = tf.maximum(tf.reduce_max(ended.lengths), 0)  # 0 without any row

    def time_third(steps: tf.TensorArray) -> tf.Tensor:
        return tf.einsum("tbn...->bnt...", steps.stack()[:longest])

    return Decoded(
        ids=time_third(outputs["ids"]),
        lengths=ended.lengths,
        scores=ended.scores,
        log_probabilities=ended.log_probabilities,
        attention=time_third(outputs["attention"]) if "attention" in outputs else None,
    )


def _write(arrays: dict, time: tf.Tensor, news: dict) -> dict:
    return {name: array.write(time, news[name]) for name, array in arrays.items()}

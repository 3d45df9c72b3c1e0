"""What a search is given: errors name the argument, the rule and what came."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from seqkit.decoding.protocol import Step, StepFunction
from seqkit.errors import InputError
from seqkit.scalars import at_least, is_number, plain


def whole(name: str, value: Any) -> Any:
    """Give the value if it is a whole number, or may be an array of them."""
    if is_number(value) and plain(value) != int(value):
        raise InputError(f"{name} must be a whole number; got {plain(value)!r}")
    return value


def first_tokens(start: Any) -> tf.Tensor:
    """Give the tokens before the first as a tensor, one for each row."""
    start = tf.convert_to_tensor(start, tf.int32)
    if start.shape.rank not in (None, 1):
        raise InputError(f"start must be of shape (batch,); got {start.shape}")
    return start


def of_rows(name: str, nest: Any, start: tf.Tensor) -> None:
    """Check that tensors have a row for each token of the start."""
    for tensor in tf.nest.flatten(nest):
        if tensor is None:
            raise InputError(
                f"{name} must be a nest of tensors, () where there is none; got None"
            )
        shape = tf.convert_to_tensor(tensor).shape
        if not shape[:1].is_compatible_with(start.shape):
            raise InputError(
                f"{name} must have as many rows as start, {start.shape[0]}; got a "
                f"tensor of shape {shape}"
            )


def checked(step: StepFunction, end: Any) -> Callable[[Any, Any, Any], Step]:
    """Give a step function that answers what a search asks for, or raises."""
    whole("end", at_least("end", end, 0))

    def checked_step(tokens: tf.Tensor, state: Any, memory: Any) -> Step:
        found = step(tokens, state, memory)
        if not isinstance(found, (tuple, list)) or len(found) not in (2, 3):
            raise InputError(
                "step must return logits and a state, and may return its attention; "
                f"got {type(found).__name__}"
            )
        said = Step(*found)
        logits, asked = tf.convert_to_tensor(said.logits).shape, tokens.shape
        if logits.rank is not None and (
            logits.rank != 3 or not logits[:2].is_compatible_with(asked)
        ):
            raise InputError(
                "step must return logits of shape (batch, beams, vocabulary), here "
                f"({', '.join(map(str, asked))}, vocabulary); got {logits}"
            )
        if logits.rank and logits[2] is not None and end >= logits[2]:
            raise InputError(
                f"end must be below the size of the vocabulary, {logits[2]}; got {end}"
            )
        before, after = _kinds(state), _kinds(said.state)
        same = len(before) == len(after) and all(
            one == other and shape.is_compatible_with(new)
            for (one, shape), (other, new) in zip(before, after, strict=True)
        )
        if not same:
            raise InputError(
                "step must return a state of the shapes and dtypes of the one it was "
                f"given, {_named(before)}; got {_named(after)}"
            )
        return said

    return checked_step


def _kinds(nest: Any) -> list[tuple[tf.DType, tf.TensorShape]]:
    tensors = map(tf.convert_to_tensor, tf.nest.flatten(nest))
    return [(tensor.dtype, tensor.shape) for tensor in tensors]


def _named(kinds: list) -> str:
    return ", ".join(f"{dtype.name} {shape}" for dtype, shape in kinds) or "()"

"""Sentence pairs as ids, and the codecs learnt from them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.models.batches import Ids
from seqkit.models.translation.settings import TranslatorSettings
from seqkit.text import TextCodec
from seqkit.text.strings import checked_strings
from seqkit.wording import counted

_ENCODED = 4096  # sentences encoded at a time


class EncodedPairs(NamedTuple):
    """Ids of sources and targets, each ended with END."""

    sources: Ids
    targets: Ids


def checked_pairs(
    sources: Sequence[str], targets: Sequence[str], name: str
) -> tuple[list[str], list[str]]:
    """Give sources and targets as lists.

    Args:
        sources: Sentences.
        targets: Their translations.
        name: What to call the pairs.

    Raises:
        InputError: One is no string, or there are not as many sources as targets.
    """
    pairs = (
        checked_strings(sources, f"{name} sources"),
        checked_strings(targets, f"{name} targets"),
    )
    counts = list(map(len, pairs))
    if counts[0] != counts[1]:
        raise InputError(
            f"{name} must have as many sources as targets; got {counts[0]} and "
            f"{counts[1]}"
        )
    return pairs


def learn_codecs(
    sources: Sequence[str], targets: Sequence[str], settings: TranslatorSettings
) -> tuple[TextCodec, TextCodec]:
    """Learn what cuts sources and targets: one codec twice where it is joint."""

    def learn(texts: Sequence[str]) -> TextCodec:
        return TextCodec.learn(
            texts,
            settings.level,
            settings.vocabulary,
            settings.lowercase,
            settings.minimum_count,
        )

    if settings.joint:
        codec = learn([*sources, *targets])
        return codec, codec
    return learn(sources), learn(targets)


def encoded_pairs(
    sources: Sequence[str],
    targets: Sequence[str],
    codecs: tuple[TextCodec, TextCodec],
    settings: TranslatorSettings,
    name: str,
    verbose: int | str = 0,
) -> EncodedPairs:
    """Give the ids of pairs, ended, without those that are too long.

    Where `verbose`, say how many these are.

    Raises:
        InputError: No pair is left.
    """
    longest = settings.max_length
    encoded = [
        [np.array([*row, TextCodec.END], np.int32) for row in _rows(codec, texts)]
        for codec, texts in zip(codecs, (sources, targets), strict=True)
    ]
    kept = [
        pair
        for pair in zip(*encoded, strict=True)
        if all(len(sentence) - 1 <= longest for sentence in pair)
    ]
    if not kept:
        longer = ", all longer" if sources else ""
        raise InputError(
            f"{name} must have at least one pair of at most {longest} tokens "
            f"(max_length); got {len(sources)} pairs{longer}"
        )
    if verbose and len(kept) < len(sources):
        left_out = counted(len(sources) - len(kept), "pair")
        print(
            f"  {left_out} for {name} left out: over {longest} tokens (max_length)",
            flush=True,
        )
    return EncodedPairs([s for s, _ in kept], [t for _, t in kept])


def _rows(codec: TextCodec, texts: Sequence[str]) -> Iterator[np.ndarray]:
    """Give the ids of each text."""
    for start in range(0, len(texts), _ENCODED):
        ids = codec(tf.constant(list(texts[start : start + _ENCODED]), tf.string))
        yield from np.split(ids.flat_values.numpy(), ids.row_splits[1:-1].numpy())

"""Texts as a classifier reads them: ids, and vectors of these."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.models.classification.settings import ClassifierSettings
from seqkit.text import TextCodec, learn_vectors, read_vectors

_ENCODED = 4096  # texts encoded at a time
_VECTOR_SIZE = 0.3  # standard deviation of word vectors that are learnt or read
_UNTAUGHT_SIZE = 0.05  # of those of words that are not


def chunks(rows: Any, size: int) -> Iterator[Any]:
    """Give some rows at a time.

    Example:
        >>> list(chunks("abcde", 2))
        ['ab', 'cd', 'e']
    """
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def ids_of(codec: TextCodec, texts: Sequence[str]) -> list[np.ndarray]:
    """Give the ids of each text."""
    found: list[np.ndarray] = []
    for some in chunks(texts, _ENCODED):
        ids = codec(tf.constant(list(some), tf.string))
        found += np.split(ids.flat_values.numpy(), ids.row_splits.numpy()[1:-1])
    return found


def check_vectors(settings: ClassifierSettings, file: str | os.PathLike | None) -> None:
    """Check that vectors can be read from a file, which takes long, before they are.

    Raises:
        InputError: There is no such file, or the settings are not for one.
    """
    if file is None:
        return
    if settings.level != "word":
        raise InputError(f"vectors go with level 'word'; got {settings.level!r}")
    if settings.embedding != ClassifierSettings.embedding:
        raise InputError(
            "embedding goes without a file of vectors, which have a size of their own; "
            f"got {settings.embedding}"
        )
    if not Path(file).is_file():
        raise InputError(f"{file}: there is no such file")


def first_vectors(
    ids: Sequence[np.ndarray],
    codec: TextCodec,
    settings: ClassifierSettings,
    file: str | os.PathLike | None,
) -> np.ndarray:
    """Give the vector of each id that training starts from."""
    if file is None:
        without_unknown = [np.where(row == codec.UNKNOWN, -1, row) for row in ids]
        start = learn_vectors(
            without_unknown, len(codec), settings.embedding, settings.seed
        )
        start = start * _VECTOR_SIZE
    else:
        start, _ = read_vectors(file, codec.entries, settings.lowercase)
        reserved = np.zeros((codec.UNKNOWN + 1, start.shape[1]), np.float32)
        start = np.concatenate([reserved, start * _VECTOR_SIZE])
    generator = np.random.default_rng(settings.seed)
    start += generator.normal(0, _UNTAUGHT_SIZE, start.shape) * (start == 0)
    return start.astype(np.float32)


def pad(ids: tf.RaggedTensor) -> tf.Tensor:
    """Pad ragged ids at their end with 0 to the longest row, at least 1.

    Example:
        >>> pad(tf.ragged.constant([[5, 6], []], dtype=tf.int32)).numpy()
        array([[5, 6],
               [0, 0]], dtype=int32)
    """
    longest = tf.maximum(ids.bounding_shape(axis=1, out_type=tf.int64), 1)
    return ids.to_tensor(0, shape=tf.stack([ids.nrows(tf.int64), longest]))

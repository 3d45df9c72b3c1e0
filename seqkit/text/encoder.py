"""Texts to ids: tokenizer, vocabulary and greatest length together."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.text.tokenizer import Tokenizer
from seqkit.text.vocabulary import Vocabulary

_CHUNK = 4096  # texts tokenized at a time while a vocabulary is learnt


class TextEncoder:
    """Texts to ids, with the same stock ops in training and in a SavedModel.

    A text longer than `max_length` tokens is cut at its end. Padding is id 0, which
    no token has: `keras.layers.Embedding(..., mask_zero=True)` masks it and nothing
    else.

    Args:
        tokenizer: Cuts a text into tokens.
        vocabulary: Gives each token its id.
        max_length: Greatest number of tokens kept of a text.

    Raises:
        InputError: `max_length` is not positive.

    Example:
        >>> encoder = TextEncoder.learn(["good film", "bad film"], Tokenizer(), 10, 4)
        >>> encoder.vocabulary.tokens
        ('film', 'bad', 'good')
        >>> encoder.padded(["a good film", ""]).numpy()
        array([[1, 4, 2],
               [0, 0, 0]], dtype=int32)
    """

    def __init__(
        self, tokenizer: Tokenizer, vocabulary: Vocabulary, max_length: int
    ) -> None:
        if max_length < 1:
            raise InputError(f"max_length must be at least 1; got {max_length}")
        self.tokenizer = tokenizer
        self.vocabulary = vocabulary
        self.max_length = max_length

    @classmethod
    def learn(
        cls,
        texts: Sequence[str],
        tokenizer: Tokenizer,
        size: int,
        max_length: int,
        minimum_count: int = 1,
    ) -> "TextEncoder":
        """Learn the vocabulary from texts; see `Vocabulary.learn`."""

        def tokens() -> Iterator[list[str]]:
            for start in range(0, len(texts), _CHUNK):
                chunk = tokenizer(list(texts[start : start + _CHUNK]))
                found, counts = np.unique(chunk.flat_values, return_counts=True)
                for token, count in zip(found, counts, strict=True):
                    yield [token.decode()] * int(count)

        return cls(
            tokenizer, Vocabulary.learn(tokens(), size, minimum_count), max_length
        )

    def __call__(self, texts: Any) -> tf.RaggedTensor:
        """Give the ids of texts of shape (n,): int32, ragged (n, None)."""
        return self.vocabulary(self.tokenizer(texts)[:, : self.max_length])

    def padded(self, texts: Any) -> tf.Tensor:
        """Give the ids of texts of shape (n,): int32, (n, longest), 0 where padded.

        The second dimension is at least 1, also when every text is empty.
        """
        return pad(self(texts))


def pad(ids: tf.RaggedTensor) -> tf.Tensor:
    """Pad ragged ids at their end with 0 to the longest row, at least 1.

    Example:
        >>> pad(tf.ragged.constant([[5, 6], []], dtype=tf.int32)).numpy()
        array([[5, 6],
               [0, 0]], dtype=int32)
    """
    longest = tf.maximum(ids.bounding_shape(axis=1, out_type=tf.int64), 1)
    return ids.to_tensor(0, shape=tf.stack([ids.nrows(tf.int64), longest]))

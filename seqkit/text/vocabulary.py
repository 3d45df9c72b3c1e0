"""The tokens a model knows, and their ids."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import tensorflow as tf

from seqkit.errors import InputError

PADDING = ""
UNKNOWN = "[UNK]"
RESERVED = (PADDING, UNKNOWN)


class Vocabulary:
    """Tokens to ids: 0 is padding, 1 an unknown token, then the known tokens.

    The lookup is a stock TensorFlow hash table (`table`), so it works in a
    `tf.data` pipeline and goes into a SavedModel.

    Args:
        tokens: The known tokens, most frequent first, each once.

    Raises:
        InputError: A token is empty, reserved or twice there.

    Example:
        >>> vocabulary = Vocabulary.learn([["a", "b", "a"], ["a", "c"]], size=4)
        >>> vocabulary.tokens
        ('a', 'b')
        >>> vocabulary(tf.ragged.constant([["b", "z"], []])).to_list()
        [[3, 1], []]
    """

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tuple(tokens)
        repeated = [t for t, n in Counter((*RESERVED, *self.tokens)).items() if n > 1]
        if repeated:
            raise InputError(
                f"every token must occur once, and none may be {PADDING!r} or "
                f"{UNKNOWN!r}; got repeatedly: {repeated[:5]}"
            )
        self.table = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(
                tf.constant((*RESERVED, *self.tokens), tf.string),
                tf.range(len(self), dtype=tf.int64),
            ),
            default_value=RESERVED.index(UNKNOWN),
        )

    @classmethod
    def learn(
        cls, tokens: Iterable[Iterable[str]], size: int, minimum_count: int = 1
    ) -> "Vocabulary":
        """Keep the most frequent tokens, ties in the order of their characters.

        Args:
            tokens: The tokens of each text.
            size: Ids in all, the two reserved ones included; at least 3.
            minimum_count: Tokens seen fewer times than this are unknown.

        Raises:
            InputError: `size` is under 3.
        """
        if size <= len(RESERVED):
            raise InputError(
                f"vocabulary must be more than its {len(RESERVED)} reserved ids; "
                f"got {size}"
            )
        counts: Counter[str] = Counter()
        for text in tokens:
            counts.update(text)
        frequent = sorted(
            (token for token in counts if token not in RESERVED),
            key=lambda token: (-counts[token], token),
        )
        return cls(
            [
                token
                for token in frequent[: size - len(RESERVED)]
                if counts[token] >= minimum_count
            ]
        )

    def __len__(self) -> int:
        return len(RESERVED) + len(self.tokens)

    def __call__(self, tokens: Any) -> Any:
        """Give the int32 ids of string tokens, of the same (ragged) shape."""
        if isinstance(tokens, tf.RaggedTensor):
            return tokens.with_flat_values(self(tokens.flat_values))
        return tf.cast(self.table.lookup(tokens), tf.int32)

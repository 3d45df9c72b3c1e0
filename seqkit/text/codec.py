"""Texts to ids and back, learnt from texts: subwords, words or characters."""

from collections import Counter
from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any

import tensorflow as tf

from seqkit.errors import InputError
from seqkit.text.cutting import cut, normalize
from seqkit.text.merges import Merges, learn_merges, merge_in_python
from seqkit.text.rules import (
    BYTES,
    LEVELS,
    RESERVED,
    check_level,
    check_size,
    cut_in_python,
    normalize_in_python,
)
from seqkit.text.strings import checked_strings

_CHUNK = 4096  # texts cut at a time while a codec is learnt


class TextCodec:
    """Texts to ids and ids to texts, with stock TensorFlow ops.

    Three levels with one interface:

    - "bpe": byte-level byte-pair encoding. Frequent words are one token, rare ones
      several; since every byte is a token, there is no unknown character;
    - "word": words and signs; a word that was not learnt is `UNKNOWN`;
    - "char": characters; one that was not learnt is `UNKNOWN`.

    Texts are normalized and cut as `seqkit.text.rules` says: white space becomes
    single spaces, and a token carries the space before it. So at every level, where
    nothing is unknown, the decoded ids of a text are the normalized text. An unknown
    token is decoded as "⁇".

    Four ids are reserved: `PADDING` 0, `START` 1, `END` 2 and `UNKNOWN` 3. Encoding
    adds none of the first three, and decoding leaves them out.

    Args:
        level: "bpe", "word" or "char".
        entries: What was learnt: pairs of symbols to merge (see
            `seqkit.text.merges`) at level "bpe", the known tokens at the others.
        lowercase: Whether upper and lower case are one.
        read_only: Whether texts are read and never written: tags of HTML count for
            nothing, curly apostrophes are straight, and a word is the same token with
            and without a space before it. Ids are not decoded then.

    Raises:
        InputError: The level is none of the three, or the entries do not fit it.

    Example:
        >>> codec = TextCodec.learn(["low low lower lowest", "new newer"], size=267)
        >>> ids = codec(["newest  low!", ""])
        >>> codec.decode(ids).numpy().tolist()
        [b'newest low!', b'']
        >>> [piece.decode() for piece in codec.tokens(ids)[0].numpy()]
        [' new', 'e', 's', 't', ' low', '!']
        >>> ids.to_list() == codec.encode_in_python(["newest  low!", ""])
        True

    Reference: Sennrich, Haddow and Birch (2016), "Neural Machine Translation of Rare
    Words with Subword Units", https://aclanthology.org/P16-1162.
    """

    LEVELS = LEVELS
    PADDING = 0
    START = 1
    END = 2
    UNKNOWN = 3

    def __init__(
        self,
        level: str,
        entries: Sequence[Any],
        lowercase: bool = False,
        read_only: bool = False,
    ) -> None:
        check_level(level)
        self.level = level
        self.lowercase = lowercase
        self.read_only = read_only
        unknown = _unknown(level, read_only)
        self._texts = [b"", b"", b"", unknown.encode()]  # what each id is decoded as
        if level == "bpe":
            self.entries: tuple = tuple((left, right) for left, right in entries)
            self._texts += _texts_of_symbols(self.entries)
            self._merges = Merges(self.entries)
            self.resources = [self._merges.table]
        else:
            self.entries = tuple(entries)
            _check_tokens(self.entries)
            self._texts += [token.encode() for token in self.entries]
            self._table = tf.lookup.StaticHashTable(
                tf.lookup.KeyValueTensorInitializer(  # of one entry at least
                    tf.constant(self._texts[self.UNKNOWN :], tf.string),
                    tf.range(self.UNKNOWN, len(self), dtype=tf.int64),
                ),
                default_value=self.UNKNOWN,
            )
            self.resources = [self._table]

    @classmethod
    def learn(
        cls,
        texts: Sequence[str],
        level: str = "bpe",
        size: int = 8000,
        lowercase: bool = False,
        minimum_count: int = 1,
        read_only: bool = False,
    ) -> "TextCodec":
        """Learn a codec from texts; their order does not matter.

        Args:
            texts: The texts.
            level: "bpe", "word" or "char".
            size: Greatest number of ids in all, the four reserved ones and, at level
                "bpe", the 256 bytes included. Fewer where the texts give no more.
            lowercase: Whether upper and lower case are one.
            minimum_count: Tokens, or pairs to merge, seen fewer times than this are
                left out. A pair seen once is never merged: it would help no other text.
            read_only: Whether texts are never written.

        Raises:
            InputError: The level is none of the three, `size` has no room for what
                must be there, `minimum_count` is not positive, or a text is no string.

        Example:
            >>> codec = TextCodec.learn(["a b", "a c"], level="word", size=6)
            >>> codec.entries
            (' a', ' b')
            >>> codec.decode(codec(["b d a"])).numpy()[0].decode()
            'b ⁇ a'
        """
        check_size(level, size)
        if not isinstance(minimum_count, Integral) or minimum_count < 1:
            raise InputError(f"minimum_count must be at least 1; got {minimum_count!r}")
        texts = checked_strings(texts, "texts")
        counts: Counter[bytes] = Counter()
        for start in range(0, len(texts), _CHUNK):
            chunk = normalize(texts[start : start + _CHUNK], lowercase, read_only)
            pieces = cut(chunk, level, read_only)
            found, _, number = tf.unique_with_counts(pieces.flat_values)
            counts.update(
                dict(zip(found.numpy(), number.numpy().tolist(), strict=True))
            )
        if level == "bpe":
            merges = learn_merges(
                counts, size - RESERVED - BYTES, max(minimum_count, 2)
            )
            return cls(level, merges, lowercase, read_only)
        counts.pop(_unknown(level, read_only).encode(), None)  # stands for the others
        frequent = sorted(counts, key=lambda token: (-counts[token], token))
        kept = [
            token.decode()
            for token in frequent[: size - RESERVED]
            if counts[token] >= minimum_count
        ]
        return cls(level, kept, lowercase, read_only)

    def __len__(self) -> int:
        return len(self._texts)

    def __call__(self, texts: Any) -> tf.RaggedTensor:
        """Give the ids of texts of shape (n,): int32, ragged (n, None)."""
        return self.ids(self.pieces(texts))

    def pieces(self, texts: Any) -> tf.RaggedTensor:
        """Give what texts of shape (n,) are cut into: strings, ragged (n, None)."""
        texts = normalize(texts, self.lowercase, self.read_only)
        return cut(texts, self.level, self.read_only)

    def ids(self, pieces: tf.RaggedTensor) -> tf.RaggedTensor:
        """Give the ids of what texts are cut into: int32, ragged (n, None)."""
        if self.level != "bpe":
            ids = self._table.lookup(pieces.flat_values)
            return pieces.with_flat_values(tf.cast(ids, tf.int32))
        words, places = tf.unique(pieces.flat_values)  # each word is merged once
        ids = tf.cast(self._merges(words), tf.int32) + (self.UNKNOWN + 1)
        return pieces.with_flat_values(tf.gather(ids, places)).merge_dims(1, 2)

    def decode(self, ids: Any) -> tf.Tensor:
        """Give the texts of ids, as strings of shape (n,).

        Reserved ids but `UNKNOWN` are left out. Ids that come from no text may be of
        bytes that make no character, which become U+FFFD, or of ends of lines and the
        like: what is given is normalized, as texts are.

        Args:
            ids: Integers, ragged (n, None), or dense and padded with 0.

        Raises:
            InputError: The codec is `read_only`.
        """
        if self.read_only:
            raise InputError("ids of a codec that is read_only cannot be decoded")
        texts = self._lookup(self._texts, ids, above=self.END)
        return normalize(tf.strings.reduce_join(texts, axis=-1), lowercase=False)

    def tokens(self, ids: Any) -> tf.RaggedTensor:
        """Give the text of each id but padding, as strings, ragged (n, None).

        A token has the space before it. "<s>" and "</s>" are `START` and `END`. U+FFFD
        stands for the bytes of a token that are but a part of a character.

        Args:
            ids: Integers, ragged (n, None), or dense and padded with 0.
        """
        shown = [text.decode("utf-8", "replace") for text in self._texts]
        shown[self.START], shown[self.END] = "<s>", "</s>"
        return self._lookup(shown, ids, above=self.PADDING)

    @staticmethod
    def _lookup(texts: Sequence, ids: Any, above: int) -> tf.RaggedTensor:
        if not isinstance(ids, tf.RaggedTensor):
            ids = tf.convert_to_tensor(ids)
        ids = tf.ragged.boolean_mask(ids, ids > above)
        return ids.with_flat_values(tf.gather(tf.constant(texts), ids.flat_values))

    def encode_in_python(self, texts: Sequence[str]) -> list[list[int]]:
        """Give the ids of texts as calling does, without TensorFlow."""
        first = self.UNKNOWN + 1
        if self.level == "bpe":
            made = {pair: BYTES + i for i, pair in enumerate(self.entries)}

            def ids_of(piece: str) -> list[int]:
                return [first + s for s in merge_in_python(piece.encode(), made)]
        else:
            known = {token: first + i for i, token in enumerate(self.entries)}

            def ids_of(piece: str) -> list[int]:
                return [known.get(piece, self.UNKNOWN)]

        seen: dict[str, list[int]] = {}
        encoded = []
        for text in texts:
            text = normalize_in_python(text, self.lowercase, self.read_only)
            pieces = cut_in_python(text, self.level, self.read_only)
            for piece in pieces:
                if piece not in seen:
                    seen[piece] = ids_of(piece)
            encoded.append([i for piece in pieces for i in seen[piece]])
        return encoded

    def decode_in_python(self, ids: Sequence[Sequence[int]]) -> list[str]:
        """Give the texts of ids as `decode` does, without TensorFlow."""
        texts = (b"".join(self._texts[i] for i in row if i > self.END) for row in ids)
        return [
            normalize_in_python(text.decode("utf-8", "replace"), lowercase=False)
            for text in texts
        ]

    def get_config(self) -> dict:
        """Return what `from_config` makes an equal codec of, fit for JSON."""
        entries = [list(e) if self.level == "bpe" else e for e in self.entries]
        return {
            "level": self.level,
            "entries": entries,
            "lowercase": self.lowercase,
            "read_only": self.read_only,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "TextCodec":
        """Make the codec that `get_config` described."""
        return cls(**config)


def _unknown(level: str, read_only: bool) -> str:
    """What an unknown token is shown as; no text has it as a known token."""
    return "⁇" if level == "char" or read_only else " ⁇"


def _check_tokens(tokens: Sequence[str]) -> None:
    repeated = [t for t, n in Counter(("", *tokens)).items() if n > 1]
    if repeated:
        raise InputError(
            "every token must occur once, and none may be empty; got repeatedly: "
            f"{repeated[:5]}"
        )


def _texts_of_symbols(pairs: Sequence[tuple[int, int]]) -> list[bytes]:
    texts = [bytes([value]) for value in range(BYTES)]
    for left, right in pairs:
        if not (0 <= left < len(texts) and 0 <= right < len(texts)):
            raise InputError(
                f"a pair must be of bytes and symbols made before, 0 to "
                f"{len(texts) - 1}; got {(left, right)}"
            )
        texts.append(texts[left] + texts[right])
    return texts

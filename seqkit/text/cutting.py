"""Texts to pieces in the graph, by the rules of `seqkit.text.rules`."""

from typing import Any

import tensorflow as tf

from seqkit.text.composing import compose
from seqkit.text.lower_case import lower_case
from seqkit.text.rules import (
    APOSTROPHE,
    INVISIBLE,
    JOINERS,
    LONGEST,
    PIECES,
    SPACE,
    TAG,
)


def normalize(texts: Any, lowercase: bool, read_only: bool = False) -> tf.Tensor:
    """Give the normalized texts, of the same shape.

    Args:
        texts: Strings.
        lowercase: Whether upper and lower case are one.
        read_only: Whether nothing is to be written as it was: tags of HTML go,
            and curly apostrophes become straight.

    Example:
        >>> texts = normalize([b" Caf\\xe9 \\t x", "\u00adNo\u3000<b>"], lowercase=True)
        >>> [text.decode() for text in texts.numpy()]
        ['caf\ufffd x', 'no <b>']
    """
    texts = tf.convert_to_tensor(texts, tf.string)
    texts = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8")
    if read_only:
        texts = tf.strings.regex_replace(texts, TAG, " ")
        texts = tf.strings.regex_replace(texts, JOINERS, r"\1")
        texts = tf.strings.regex_replace(texts, APOSTROPHE, "'")
    texts = compose(tf.strings.regex_replace(texts, INVISIBLE, ""))
    texts = tf.strings.strip(tf.strings.regex_replace(texts, SPACE, " "))
    if lowercase:  # last: it would cut a text at a NUL character
        texts = lower_case(texts)
    return texts


def cut(texts: tf.Tensor, level: str, read_only: bool = False) -> tf.RaggedTensor:
    """Cut normalized texts of shape (n,) into pieces, ragged (n, None).

    - level "bpe": words with their inner apostrophes, single digits, and runs of signs
      or of characters of scripts without spaces;
    - level "word": the same, each sign and each such character alone;
    - level "char": characters, a space being one.

    At level "bpe" a piece ends after 40 characters: no text takes long to merge. Where
    texts are `read_only`, words have no space before them.

    Example:
        >>> for level in ("bpe", "word", "char"):
        ...     pieces = cut(tf.constant(["Don't, 42!? \u5f88\u597d"]), level)
        ...     print([piece.decode() for piece in pieces[0].numpy()])
        [" Don't", ',', ' 4', '2', '!?', ' \u5f88\u597d']
        [" Don't", ',', ' 4', '2', '!', '?', ' \u5f88', '\u597d']
        ['D', 'o', 'n', "'", 't', ',', ' ', '4', '2', '!', '?', ' ', '\u5f88', '\u597d']
    """
    if level == "char":
        return tf.strings.unicode_split(texts, "UTF-8")
    spaced = tf.strings.regex_replace(texts, "^.", r" \0")
    marked = tf.strings.regex_replace(spaced, PIECES[level], "\\0\n")
    if level == "bpe":
        marked = tf.strings.regex_replace(marked, f"([^\n]{{1,{LONGEST}}})\n?", "\\1\n")
    pieces = tf.strings.split(marked, "\n")[:, :-1]
    if read_only:
        pieces = pieces.with_flat_values(tf.strings.strip(pieces.flat_values))
    return pieces

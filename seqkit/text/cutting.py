r"""Texts to pieces that no merge crosses, by the same rules in TensorFlow and Python.

A text is first normalized: bytes that are not UTF-8 become U+FFFD, invisible formatting
characters go, runs of white space and control characters become one space, spaces at
both ends go and, on demand, letters become lower case. Then it is cut; a space belongs
to the piece after it, and the first piece has one too, so that a word is the same piece
wherever it stands. The pieces joined are the text, always.

The patterns name code points, not Unicode classes, and use only syntax that RE2 (which
`tf.strings` uses) and Python's `re` read in the same way: both agree on every
character, whatever versions of Unicode they know. Only which letters of the newest
scripts have a lower case depends on these.
"""

import re
from typing import Any

import tensorflow as tf

from seqkit.text.lower_case import lower_case

# Inside of character classes. Every character is in exactly one of the first five.
_SPACES = r"\x00-\x20\x7f-\xa0" + (
    "\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000"  # after normalizing, " " alone
)
_DIGITS = "0-9" + "".join(
    f"{chr(zero)}-{chr(zero + 9)}"
    for zero in (
        *(0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6),
        *(0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810),
        0xFF10,
    )
)
_SIGNS = r"!-/:-@\[-`{-~" + (  # punctuation, symbols, emoji
    "\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7"
    "\u037e\u0387\u055a-\u055f\u0589\u058a\u05be\u05c0\u05c3\u05f3\u05f4"
    "\u060c\u060d\u061b\u061e\u061f\u066a-\u066d\u06d4\u0964\u0965\u0e3f\u0e5a\u0e5b"
    "\u104a-\u104f\u1361-\u1368\u17d4-\u17db"
    "\u2010-\u2027\u2030-\u205e\u20a0-\u20cf\u2190-\u2bff\u2e00-\u2e7f"
    "\u3001-\u3004\u3008-\u3020\u3030\u303d\u30a0\u30fb\u3200-\u33ff"
    "\ufe0e\ufe0f\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40"
    "\uff5b-\uff65\uffe0-\uffee\ufffc\ufffd\U0001f000-\U0001faff"
)
_UNSPACED = (  # scripts written without spaces: Thai, Lao, Tibetan, Burmese, Khmer, ...
    "\u0e01-\u0e3a\u0e40-\u0e4f\u0e80-\u0ecf\u0eda-\u0eff\u0f00-\u0f1f\u0f2a-\u0fff"
    "\u1000-\u103f\u1050-\u109f\u1780-\u17d3\u17dc-\u17df"
    "\u3005-\u3007\u3021-\u302f\u3031-\u303c\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff"
)
_LETTER = f"[^{_SPACES}{_DIGITS}{_SIGNS}{_UNSPACED}]"  # all else, marks too

_INVISIBLE = (  # soft hyphen, byte order mark, direction marks; not the two joiners
    "[\u00ad\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]+"
)
_SPACE = f"[{_SPACES}]+"
_WORD = f"{_LETTER}+(?:['\u2019]{_LETTER}+)*"  # inner apostrophes: don't, l'eau
_PIECES = {
    "bpe": f" ?(?:{_WORD}|[{_DIGITS}]|[{_SIGNS}]+|[{_UNSPACED}]+)",
    "word": f" ?(?:{_WORD}|[{_DIGITS}]|[{_SIGNS}]|[{_UNSPACED}])",
}
_LONGEST = 40  # characters of a piece at level "bpe": no text takes long to merge
LEVELS = (*_PIECES, "char")


def normalize(texts: Any, lowercase: bool) -> tf.Tensor:
    """Give the normalized texts, of the same shape.

    Example:
        >>> texts = normalize([b" Caf\\xe9 \\t x", "\u00adNo\u3000<b>"], lowercase=True)
        >>> [text.decode() for text in texts.numpy()]
        ['caf\ufffd x', 'no <b>']
    """
    texts = tf.convert_to_tensor(texts, tf.string)
    texts = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8")
    texts = tf.strings.regex_replace(texts, _INVISIBLE, "")
    texts = tf.strings.strip(tf.strings.regex_replace(texts, _SPACE, " "))
    if lowercase:  # last: it would cut a text at a NUL character
        texts = lower_case(texts)
    return texts


def normalize_in_python(text: str, lowercase: bool) -> str:
    """Give the normalized text.

    Example:
        >>> normalize_in_python("\u00adNo \t <b>", lowercase=True)
        'no <b>'
    """
    text = re.sub(_SPACE, " ", re.sub(_INVISIBLE, "", text)).strip(" ")
    return text.lower() if lowercase else text


def cut(texts: tf.Tensor, level: str) -> tf.RaggedTensor:
    """Cut normalized texts of shape (n,) into pieces, ragged (n, None).

    - level "bpe": words with their inner apostrophes, single digits, and runs of signs
      or of characters of scripts without spaces;
    - level "word": the same, each sign and each such character alone;
    - level "char": characters, a space being one.

    At level "bpe" a piece ends after 40 characters: no text takes long to merge.

    Example:
        >>> for level in LEVELS:
        ...     pieces = cut(tf.constant(["Don't, 42!? \u5f88\u597d"]), level)
        ...     print([piece.decode() for piece in pieces[0].numpy()])
        [" Don't", ',', ' 4', '2', '!?', ' \u5f88\u597d']
        [" Don't", ',', ' 4', '2', '!', '?', ' \u5f88', '\u597d']
        ['D', 'o', 'n', "'", 't', ',', ' ', '4', '2', '!', '?', ' ', '\u5f88', '\u597d']
    """
    if level == "char":
        return tf.strings.unicode_split(texts, "UTF-8")
    spaced = tf.strings.regex_replace(texts, "^.", r" \0")
    marked = tf.strings.regex_replace(spaced, _PIECES[level], "\\0\n")
    if level == "bpe":
        marked = tf.strings.regex_replace(
            marked, f"([^\n]{{1,{_LONGEST}}})\n?", "\\1\n"
        )
    return tf.strings.split(marked, "\n")[:, :-1]


def cut_in_python(text: str, level: str) -> list[str]:
    """Cut one normalized text into pieces.

    Example:
        >>> cut_in_python("a 42", "bpe")
        [' a', ' 4', '2']
    """
    if level == "char":
        return list(text)
    pieces = re.findall(_PIECES[level], " " + text)
    if level == "word":
        return pieces
    return [
        piece[start : start + _LONGEST]
        for piece in pieces
        for start in range(0, len(piece), _LONGEST)
    ]

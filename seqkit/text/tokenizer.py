"""Texts to tokens, inside the graph, for any language."""

from typing import Any

import tensorflow as tf

from seqkit.errors import InputError
from seqkit.text.lower_case import lower_case

LEVELS = ("word", "char")

# Regular expressions of RE2, which tf.strings uses; \p{..} are Unicode classes.
_TAG = r"</?[A-Za-z][A-Za-z0-9]*\s*/?>"  # <br />, <i>, </b>: no attributes
_SPACE = r"[\s\p{Z}\p{Cc}\x{200B}]+"
_INVISIBLE = (  # soft hyphen, byte order mark, direction marks; not the two joiners
    r"[\x{AD}\x{FEFF}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}]+"
)
_APOSTROPHE = r"[\x{2018}\x{2019}\x{02BC}\x{FF07}]"
_UNSPACED = (  # a character of a script that is written without spaces
    r"[\p{Han}\p{Hiragana}\p{Katakana}\x{30FC}"
    r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]\p{M}*"
)
_LETTERS = r"(?:[\p{L}\p{N}_][\p{M}\x{200C}\x{200D}]*)+"
_WORD = rf"{_LETTERS}(?:'{_LETTERS})*"
_FLAG = r"[\x{1F1E6}-\x{1F1FF}]{2}"
_SIGN = (  # a punctuation mark or an emoji, with its skin tone, variation or tag
    r"[^\s\p{Z}\p{L}\p{M}\p{N}]"
    r"[\p{M}\x{1F3FB}-\x{1F3FF}\x{E0020}-\x{E007F}]*"
)
_TOKEN = rf"({_WORD}|{_FLAG}|{_SIGN}(?:\x{{200D}}{_SIGN})*|\p{{M}}+)"


class Tokenizer:
    """Texts to tokens with stock TensorFlow ops.

    Before anything else: bytes that are not UTF-8 become U+FFFD, plain HTML tags
    such as `<br />` become spaces, invisible formatting characters go, curly
    apostrophes become straight and, when `lowercase`, letters become lower case.

    - level "word": a word is a run of letters, digits and inner apostrophes
      ("don't"); a punctuation mark is a token of its own; so is an emoji, whole:
      with its skin tone, joined parts, or the two letters of a flag. A character of
      a script written without spaces (Chinese, Japanese, Thai, ...) is a token of its
      own, so that this level serves every language.
    - level "char": every character is a token; a run of white space is one " ".

    Args:
        level: "word" or "char".
        lowercase: Whether upper and lower case are one.

    Returns:
        Calling it with strings of shape (n,) gives a string `tf.RaggedTensor` of
        shape (n, None).

    Raises:
        InputError: The level is neither "word" nor "char".

    Example:
        >>> tokens = Tokenizer()(["It's GREAT!<br />很好看 👍🏽", ""])
        >>> [token.decode() for token in tokens[0].numpy()]
        ["it's", 'great', '!', '很', '好', '看', '👍🏽']
        >>> tokens[1].numpy().tolist()
        []
    """

    def __init__(self, level: str = "word", lowercase: bool = True) -> None:
        if level not in LEVELS:
            raise InputError(f"level must be one of {', '.join(LEVELS)}; got {level!r}")
        self.level = level
        self.lowercase = lowercase

    def __call__(self, texts: Any) -> tf.RaggedTensor:
        """Give the tokens of texts of shape (n,), as a ragged (n, None)."""
        texts = self.normalize(texts)
        if self.level == "char":
            return tf.strings.unicode_split(texts, "UTF-8")
        texts = tf.strings.regex_replace(texts, f"({_UNSPACED})", r" \1 ")
        texts = tf.strings.regex_replace(texts, _TOKEN, r" \1 ")
        return tf.strings.split(texts)

    def normalize(self, texts: Any) -> tf.Tensor:
        """Give the texts as they are before they are cut; shape (n,) stays."""
        texts = tf.strings.unicode_transcode(
            tf.convert_to_tensor(texts, tf.string), "UTF-8", "UTF-8"
        )
        texts = tf.strings.regex_replace(texts, _TAG, " ")
        texts = tf.strings.regex_replace(texts, _INVISIBLE, "")
        texts = tf.strings.regex_replace(texts, _APOSTROPHE, "'")
        texts = tf.strings.strip(tf.strings.regex_replace(texts, _SPACE, " "))
        if self.lowercase:  # last: it would cut a text at a NUL character
            texts = lower_case(texts)
        return texts

r"""Texts to pieces that no merge crosses, by rules that TensorFlow and Python share.

This is the side of Python; `seqkit.text.cutting` is that of the graph.

A text is first normalized: bytes that are not UTF-8 become U+FFFD, characters are
composed, invisible formatting characters go, runs of white space and control characters
become one space, spaces at both ends go and, on demand, letters become lower case. A
text that is read only, not written, loses tags of HTML, and its curly apostrophes
become straight. Then it is cut; a space belongs to the piece after it, and the first
piece has one too, so that a word is the same piece wherever it stands. The pieces
joined are the text, always.

The patterns name code points, not Unicode classes, and use only syntax that RE2 (which
`tf.strings` uses) and Python's `re` read in the same way: both agree on every
character, whatever versions of Unicode they know. Only which letters of the newest
scripts have a lower case depends on these.
"""

import html
import re
import unicodedata
from numbers import Integral

from seqkit.errors import InputError
from seqkit.text.composition import compose_in_python

# Inside of character classes. Every character is in exactly one of the first five.
SPACES = r"\x00-\x20\x7f-\xa0" + (
    "\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000"  # normalized: " " alone
)
DIGITS = "0-9" + "".join(
    f"{chr(zero)}-{chr(zero + 9)}"
    for zero in (
        *(0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6),
        *(0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810),
        0xFF10,
    )
)
SIGNS = r"!-/:-@\[-`{-~" + (  # punctuation, symbols, emoji
    "\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7"
    "\u037e\u0387\u055a-\u055f\u0589\u058a\u05be\u05c0\u05c3\u05f3\u05f4"
    "\u060c\u060d\u061b\u061e\u061f\u066a-\u066d\u06d4\u0964\u0965\u0e3f\u0e5a\u0e5b"
    "\u104a-\u104f\u1361-\u1368\u17d4-\u17db"
    "\u2010-\u2027\u2030-\u205e\u20a0-\u20cf\u2190-\u27ff\u2801-\u2bff\u2e00-\u2e7f"
    "\u3001-\u3004\u3008-\u3020\u3030\u303d\u30a0\u30fb\u3200-\u33ff"
    "\ufe0e\ufe0f\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40"
    "\uff5b-\uff65\uffe0-\uffee\ufffc\ufffd\U0001f000-\U0001faff"
)
UNSPACED = (  # scripts written without spaces: Thai, Lao, Tibetan, Burmese, Khmer, ...
    "\u0e01-\u0e3a\u0e40-\u0e4f\u0e80-\u0ecf\u0eda-\u0eff\u0f00-\u0f1f\u0f2a-\u0fff"
    "\u1000-\u103f\u1050-\u109f\u1780-\u17d3\u17dc-\u17df"
    "\u3005-\u3007\u3021-\u302f\u3031-\u303c\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff"
)
LETTER = f"[^{SPACES}{DIGITS}{SIGNS}{UNSPACED}]"  # all else, marks too

INVISIBLE = (  # soft hyphen, zero-width space, marks of direction, fillers
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001]+"
)
_JOINERS = "\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef"
JOINERS = (  # but where scripts and emoji are written with them
    f"(^|[^\u00a9\u00ae\u0600-\u109f\u1780-\u18af\u203c-\u33ff\U0001f000-\U0001faff"
    f"{_JOINERS}])[{_JOINERS}]+"
)
TAG = (  # <br />, </b>, <a href="...">, comments; attributes have values
    "<!--(?:[^-]|-[^-])*-->|</?[A-Za-z][A-Za-z0-9]*"
    r"""(?:[ \t\n\r]+[A-Za-z:-]+[ ]*=[ ]*(?:"[^"<>]*"|'[^'<>]*'|[^ \t\n\r"'<>]+))*"""
    r"[ \t\n\r]*/?>"
)
APOSTROPHE = "[\u02bc\u2018\u2019\u201b\u2032\uff07]"
_PLAINER = {  # by which texts are known to be the same
    "[\u201c-\u201f\u2033\uff02]": '"',
    "[`\u00b4\u201a]": "'",
    "[\ufe0e\ufe0f]": "",  # whether an emoji has colours
}
TONES = "[\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
SIGN = (  # an emoji is one piece: with its tone, its parts, both letters of a flag
    f"(?:[\U0001f1e6-\U0001f1ff]{{2}}|[{SIGNS}]{TONES}(?:\u200d[{SIGNS}]{TONES})*)"
)
SPACE = f"[{SPACES}]+"
WORD = f"{LETTER}+(?:['\u2019]{LETTER}+)*"  # inner apostrophes: don't, l'eau
PIECES = {
    "bpe": f" ?(?:{WORD}|[{DIGITS}]|[{SIGNS}]+|[{UNSPACED}]+)",
    "word": f" ?(?:{SIGN}|{WORD}|[{DIGITS}]|[{UNSPACED}])",
}
LONGEST = 40  # characters of a piece at level "bpe": no text takes long to merge
LEVELS = (*PIECES, "char")
RESERVED, BYTES = 4, 256  # ids that stand for no text; symbols that are always there


def check_level(level: str) -> None:
    """Check the level of a codec.

    Raises:
        InputError: It is none of the three.
    """
    if level not in LEVELS:
        raise InputError(f"level must be one of {', '.join(LEVELS)}; got {level!r}")


def check_size(level: str, size: object, name: str = "size") -> None:
    """Check the number of ids of a codec, for the words known to it at least one.

    Args:
        level: Of the codec.
        size: The number.
        name: What to call it.

    Raises:
        InputError: The level is none of the three, or the number has no room for what
            must be there.

    Example:
        >>> check_size("bpe", 100)
        Traceback (most recent call last):
        ...
        seqkit.errors.InputError: size must be at least 260 with level bpe; got 100
    """
    check_level(level)
    least = RESERVED + (BYTES if level == "bpe" else 1)
    if isinstance(size, bool) or not isinstance(size, Integral) or size < least:
        raise InputError(
            f"{name} must be at least {least} with level {level}; got {size!r}"
        )


def normalize_in_python(text: str, lowercase: bool, read_only: bool = False) -> str:
    """Give the normalized text.

    Example:
        >>> normalize_in_python("\u00adNo \t <b>", lowercase=True)
        'no <b>'
    """
    if read_only:
        text = re.sub(JOINERS, r"\1", re.sub(TAG, " ", text))
        text = re.sub(APOSTROPHE, "'", text)
    text = compose_in_python(re.sub(INVISIBLE, "", text))
    text = re.sub(SPACE, " ", text).strip(" ")
    return text.lower() if lowercase else text


def identity(text: str) -> str:
    r"""Give what two texts have in common that people would call the same text.

    It is the normalized text that is read only, without case: white space, tags of
    HTML, invisible characters, curly and straight apostrophes, and how characters are
    composed make no difference. Neither do entities of HTML and quotation marks.

    Args:
        text: Any text.

    Example:
        >>> identity("Cafe\u0301  l\u2019eau<br />") == identity(" caf\u00e9 L&#39;EAU")
        True
    """
    text = html.unescape(text)
    for pattern, plain in _PLAINER.items():
        text = re.sub(pattern, plain, text)
    text = normalize_in_python(text, lowercase=False, read_only=True)
    return unicodedata.normalize("NFC", text.casefold())


def cut_in_python(text: str, level: str, read_only: bool = False) -> list[str]:
    """Cut one normalized text into pieces.

    Example:
        >>> cut_in_python("a 42", "bpe")
        [' a', ' 4', '2']
    """
    if level == "char":
        return list(text)
    pieces = re.findall(PIECES[level], " " + text)
    if read_only and level == "word":
        return [piece.strip(" ") for piece in pieces]
    if level == "word":
        return pieces
    pieces = [
        piece[start : start + LONGEST]
        for piece in pieces
        for start in range(0, len(piece), LONGEST)
    ]
    return [piece.strip(" ") for piece in pieces] if read_only else pieces

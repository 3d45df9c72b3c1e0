r"""Characters in their composed form (Unicode's NFC), without TensorFlow.

"e" and the accent U+0301 are one character with "\u00e9" only once they are composed.
Composed are a character and the marks after it, the marks in their usual order, and the
syllables of Korean. `seqkit.text.composing` does the same in the graph.
"""

import re
import unicodedata
from functools import cache

SHIFT = 1 << 21  # more than any code point
PASSES = 3  # the most marks that join one character
L, V, T = (0x1100, 19), (0x1161, 21), (0x11A7, 28)  # first jamo of a kind, and number
SYLLABLES = 0xAC00
_LAST = 0x30000  # no character above has a composed form


@cache
def pairs() -> dict[int, int]:
    """Every pair of code points that compose, as one number, and what they compose."""
    found = {}
    for point in range(_LAST):
        parts = unicodedata.decomposition(chr(point))
        if not parts or parts[0] == "<" or " " not in parts:
            continue
        first, second = (int(part, 16) for part in parts.split())
        if unicodedata.normalize("NFC", chr(first) + chr(second)) == chr(point):
            found[first * SHIFT + second] = point
    return found


@cache
def singles() -> dict[int, int]:
    """Code points that stand for one other: the signs of the ohm and the angstrom."""
    return {
        point: ord(single)
        for point in range(_LAST)
        if not 0xD800 <= point < 0xE000
        and len(single := unicodedata.normalize("NFC", chr(point))) == 1
        and ord(single) != point
    }


@cache
def joining() -> str:
    """A class of characters that holds all that are composed or rewritten."""
    second = {pair % SHIFT for pair in pairs()} | set(singles())
    second |= set(range(V[0], V[0] + V[1])) | set(range(T[0] + 1, T[0] + T[1]))
    ordered = sorted(second)
    starts = [p for p in ordered if p - 1 not in second]
    ends = [p for p in ordered if p + 1 not in second]
    spans = zip(starts, ends, strict=True)
    return "[" + "".join(f"{chr(a)}-{chr(b)}" for a, b in spans) + "]"


def compose_in_python(text: str) -> str:
    r"""Give a text as `compose` does.

    Example:
        >>> compose_in_python("e\u0301")
        'é'
    """
    if not re.search(joining(), text):
        return text
    points = [singles().get(ord(sign), ord(sign)) for sign in text]
    for _ in range(PASSES):
        composed: list[int] = []
        before = None  # the character that the next may join
        for point in points:
            joined: int | None = None
            if before is not None:
                joined = _joined(before, point)
            if joined is None:
                composed.append(point)
                before = point
            else:
                composed[-1], before = joined, None
        points = composed
    return "".join(map(chr, points))


def _joined(first: int, second: int) -> int | None:
    if 0 <= first - L[0] < L[1] and 0 <= second - V[0] < V[1]:
        return SYLLABLES + ((first - L[0]) * V[1] + second - V[0]) * T[1]
    place = first - SYLLABLES
    if 0 <= place < L[1] * V[1] * T[1] and 0 < second - T[0] < T[1]:
        return None if place % T[1] else first + second - T[0]
    return pairs().get(first * SHIFT + second)

import random
import re
import sys

import pytest
import tensorflow as tf

from seqkit.text import cutting, rules

EVERY_CHARACTER = [
    chr(c) for c in range(sys.maxunicode + 1) if not 0xD800 <= c < 0xE000
]


def pieces(text, level, lowercase=False):
    cut = cutting.cut(cutting.normalize([text], lowercase), level)
    return [piece.decode() for piece in cut[0].numpy()]


@pytest.mark.parametrize(
    ("text", "bpe", "word"),
    [
        ("A good film.", [" A", " good", " film", "."], None),
        ("(don't!?)", [" (", "don't", "!?)"], [" (", "don't", "!", "?", ")"]),
        ("l\u2019eau 'x'", [" l\u2019eau", " '", "x", "'"], None),
        ("12.5\u0664", [" 1", "2", ".", "5", "\u0664"], None),
        (
            "\u6211\u7231 Git\u4ed3\u5e93\u3002",
            [" \u6211\u7231", " Git", "\u4ed3\u5e93", "\u3002"],
            [" \u6211", "\u7231", " Git", "\u4ed3", "\u5e93", "\u3002"],
        ),
        ("nam\u00e9 ok\u0308 \u0928\u092e\u0938\u094d\u0924\u0947", None, None),
        ("", [], []),
        ("\u00ad \t\r\n\x00\u3000\u200b", [], []),
    ],
)
def test_pieces(text, bpe, word):
    if bpe is None:
        bpe = [f" {part}" for part in text.split()]
    assert pieces(text, "bpe") == bpe
    assert pieces(text, "word") == (bpe if word is None else word)


def test_long_pieces_are_cut_before_merging():
    for text in ("a" * 90, "\u4eba" * 90, "." * 90):
        assert [len(piece) for piece in pieces(text, "bpe")] == [40, 40, 11]
    assert [len(p) for p in pieces("a" * 39 + " " + "b" * 40, "bpe")] == [40, 40, 1]
    assert [len(p) for p in pieces("a" * 90, "word")] == [91]


def test_every_character_is_of_one_class():
    spaces, digits, signs, unspaced = (
        re.compile(f"[{each}]")
        for each in (
            rules.SPACES,
            rules.DIGITS,
            rules.SIGNS,
            rules.UNSPACED,
        )
    )
    classes = (spaces, digits, signs, unspaced, re.compile(rules.LETTER))
    for character in EVERY_CHARACTER:
        assert sum(bool(each.match(character)) for each in classes) == 1, ascii(
            character
        )


def test_every_character_is_normalized_as_in_python():
    size = 2048
    texts = [
        "b".join(EVERY_CHARACTER[start : start + size])
        for start in range(0, len(EVERY_CHARACTER), size)
    ]
    found = cutting.normalize(texts, lowercase=False).numpy()
    assert [text.decode() for text in found] == [
        rules.normalize_in_python(text, lowercase=False) for text in texts
    ]


@pytest.mark.parametrize("level", rules.LEVELS)
def test_characters_are_cut_as_in_python(level):
    """Each character after a letter, before a digit and a sign, and alone.

    All to the end of the emoji, some of the rest, which is of few long ranges.
    """
    characters = EVERY_CHARACTER[:0x1FC00] + EVERY_CHARACTER[0x1FC00::0x7F]
    size = 2048
    texts = [
        rules.normalize_in_python(
            "".join(f"a{c}1{c}. {c} " for c in characters[start : start + size]),
            lowercase=False,
        )
        for start in range(0, len(characters), size)
    ]
    found = cutting.cut(tf.constant(texts), level).to_list()
    for text, cut in zip(texts, found, strict=True):
        expected = rules.cut_in_python(text, level)
        assert [piece.decode() for piece in cut] == expected
        assert "".join(expected).strip() == text


def test_bytes_that_are_not_utf8():
    generator = random.Random(4)
    texts = [generator.randbytes(generator.randrange(20)) for _ in range(2000)]
    expected = [
        rules.normalize_in_python(text.decode("utf-8", "replace"), lowercase=False)
        for text in texts
    ]
    found = cutting.normalize(texts, lowercase=False).numpy()
    assert [text.decode() for text in found] == expected


def test_lower_case():
    text = "TITLE \u00cdJ \u0130 \u039f\u0394\u039f\u03a3 \u00c4\u00df"
    expected = "title \u00edj i\u0307 \u03bf\u03b4\u03bf\u03c2 \u00e4\u00df"
    assert cutting.normalize([text], True).numpy()[0].decode() == expected
    assert rules.normalize_in_python(text, True) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A good film", ["a", "good", "film"]),
        ("It's great, isn\u2019t it?", ["it's", "great", ",", "isn't", "it", "?"]),
        ("one<br /><br/>two </i>three <3", ["one", "two", "three", "<", "3"]),
        ("well-made (good)", ["well", "-", "made", "(", "good", ")"]),
        ("这部电影很好看。", list("这部电影很好看。")),
        ("good映画です!", ["good", "映", "画", "で", "す", "!"]),
        ("한국어 영화", ["한국어", "영화"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("می‌خواهم", ["می‌خواهم"]),
        ("👍🏽❤️👨‍👩‍👧🇩🇪🇫🇷:-)", ["👍🏽", "❤️", "👨‍👩‍👧", "🇩🇪", "🇫🇷", ":", "-", ")"]),
        ("Ünïcödé ÀÉÎ ΣΑΣ", ["ünïcödé", "àéî", "σας"]),
        ("soft\u00adware \ufeffbom \u061cx\u180ey\u034fz", ["software", "bom", "xyz"]),
        ("cafe\u0301 caf\u00e9", ["café", "café"]),
        ("before\x00after", ["before", "after"]),
        ("", []),
        (" \t\n", []),
    ],
)
def test_words_that_are_only_read(text, expected):
    for level in ("word", "bpe"):
        normalized = cutting.normalize([text], lowercase=True, read_only=True)
        found = [p.decode() for p in cutting.cut(normalized, level, True)[0].numpy()]
        in_python = rules.normalize_in_python(text, True, read_only=True)
        assert found == rules.cut_in_python(in_python, level, read_only=True)
        if level == "word":
            assert found == expected


def words_of(text):
    """The words that are read in the graph, which Python's are held to."""
    normalized = cutting.normalize([text], lowercase=True, read_only=True)
    assert normalized[0].numpy().decode() == rules.normalize_in_python(text, True, True)
    return cutting.cut(normalized, "word", True)[0].numpy().tolist()


def test_identity_is_what_people_would_call_the_same():
    text = "L'eau, c'est tr\u00e8s bon"
    for other in (
        " l\u2019EAU,  c'est\ttr\u00e8s bon ",
        "L'eau, c'est tre\u0300s bon",
        "L'eau, c'est<br /> tr\u00e8s bon",
        "L'eau,\u200b c'est tr\u00e8s \u2060bon\ufeff",
        "L'e\u200bau, c'est tr\u00e8s b\u00adon",
        "L'e\u200dau, c'\ufe0fest\u3164 tr\U000e0001\u00e8s \u115fbon",
        "L\u2032eau, c\u2019est\u2800tr\u00e8s bon",
        "<p class='x'>L'eau, c'est<!-- a --> tr\u00e8s bon</p>",
    ):
        assert rules.identity(other) == rules.identity(text)
        assert words_of(other) == words_of(text)
    for other in (
        "L&#39;eau,&nbsp;c&rsquo;est tr\u00e8s bon",
        "L&#x27;eau, c&#X2019;est&#xa0;tr&egrave;s bon",
        "L'eau, c\u00b4est tr\u00e8s bon",
        "L`eau, c\u201aest tr\u00e8s bon",
    ):
        assert rules.identity(other) == rules.identity(text)
    assert rules.identity("\u2764\ufe0f") == rules.identity("\u2764")
    assert rules.identity("\u201csay\u201d &amp;quot;") == '"say" &quot;'
    assert words_of("a < b and c > d") == [b"a", b"<", b"b", b"and", b"c", b">", b"d"]
    assert rules.identity("L'eau, c'est tr\u00e8s bo") != rules.identity(text)

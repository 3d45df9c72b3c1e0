import os
import random
import subprocess
import sys
import unicodedata

import pytest
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.text import LEVELS, Tokenizer


def tokens(text, **options):
    return [token.decode() for token in Tokenizer(**options)([text])[0].numpy()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A good film", ["a", "good", "film"]),
        ("It's great, isn\u2019t it?", ["it's", "great", ",", "isn't", "it", "?"]),
        ("one<br /><br/>two </i>three <3", ["one", "two", "three", "<", "3"]),
        (
            "well-made 3.5 snake_case",
            ["well", "-", "made", "3", ".", "5", "snake_case"],
        ),
        ("这部电影很好看。", list("这部电影很好看。")),
        ("good映画です!", ["good", "映", "画", "で", "す", "!"]),
        ("ดีมาก", ["ดี", "ม", "า", "ก"]),
        ("한국어 영화", ["한국어", "영화"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("می‌خواهم", ["می‌خواهم"]),
        ("👍🏽❤️👨‍👩‍👧🇩🇪🇫🇷:-)", ["👍🏽", "❤️", "👨‍👩‍👧", "🇩🇪", "🇫🇷", ":", "-", ")"]),
        ("Ünïcödé ÀÉÎ ΣΑΣ", ["ünïcödé", "àéî", "σας"]),
        ("a\u3000b\u00a0c\u2028d\u200be", ["a", "b", "c", "d", "e"]),
        ("soft\u00adware \ufeffbom", ["software", "bom"]),
        ("before\x00after", ["before", "after"]),
        ("", []),
        (" \t\n", []),
    ],
)
def test_words(text, expected):
    assert tokens(text) == expected


def test_characters():
    assert tokens("Ab  c\n很好", level="char") == ["a", "b", " ", "c", " ", "很", "好"]


def test_case_can_be_kept():
    assert tokens("Not NOT", lowercase=False) == ["Not", "NOT"]


def test_bytes_that_are_not_utf8_become_a_sign():
    assert tokens(b"caf\xe9 ok") == ["caf", "\ufffd", "ok"]


def test_unknown_level():
    with pytest.raises(InputError, match=r"level must be one of word, char; got 'sen"):
        Tokenizer("sentence")


# The same rules in plain Python, over the database of Python.

UNSPACED = (
    "CJK UNIFIED",
    "CJK COMPATIBILITY IDEO",
    "HIRAGANA LETTER",
    "KATAKANA LETTER",
)
UNSPACED += ("THAI CHARACTER", "LAO LETTER", "LAO VOWEL", "KHMER LETTER")


def is_unspaced(sign):
    return unicodedata.name(sign, "").startswith(UNSPACED)


def reference(text, level):
    kinds = [unicodedata.category(sign) for sign in text]
    spaced = "".join(
        " " if kind[0] == "Z" or kind == "Cc" else sign
        for sign, kind in zip(text, kinds, strict=True)
    )
    text = " ".join(part for part in spaced.split(" ") if part).lower()
    if level == "char":
        return list(text)
    found: list[str] = []
    inside = False  # a word that a letter may still join
    for sign in text:
        kind = unicodedata.category(sign)[0]
        if sign == " ":
            inside = False
            found.append("")
        elif is_unspaced(sign):
            inside = False
            found.append(sign)
        elif kind in "LN" or sign == "_":
            if inside:
                found[-1] += sign
            else:
                found.append(sign)
            inside = True
        else:
            inside = False
            found.append(sign)
    return [token for token in found if token]


def old_signs():
    """Letters, digits, signs and spaces that every Unicode database in use has."""
    old = unicodedata.ucd_3_2_0
    allowed = {"Lu", "Ll", "Lo", "Nd", "Po", "Sm", "Sc", "So", "Zs", "Pd"}
    ranges = [(0x20, 0x590), (0x5D0, 0x5EB), (0x3041, 0x3097), (0x30A1, 0x30FB)]
    ranges += [(0x4E00, 0x5000), (0xAC00, 0xAD00), (0xE01, 0xE2F), (0x2600, 0x2700)]
    signs = [chr(point) for start, end in ranges for point in range(start, end)]
    special = "<>'\u2019\u2018\u02bc\uff07\u0130"  # rules that are not in `reference`
    return [
        sign
        for sign in signs
        if {old.category(sign), unicodedata.category(sign)} <= allowed
        and sign not in special
    ]


@pytest.mark.parametrize("level", LEVELS)
def test_equals_plain_python_on_random_unicode(level):
    generator, signs = random.Random(7), old_signs()
    texts = [
        "".join(
            generator.choice(signs if generator.random() < 0.7 else "aB1 _!好 ")
            for _ in range(generator.randrange(30))
        )
        for _ in range(500)
    ]
    found = Tokenizer(level)(texts).to_list()
    for text, answer in zip(texts, found, strict=True):
        answer = [token.decode() for token in answer]
        assert answer == reference(text, level), ascii(text)


@pytest.mark.parametrize("level", LEVELS)
def test_same_in_graph_and_dataset(level):
    texts = ["It's 很好! 👍🏽", "", "a  b"]
    tokenizer = Tokenizer(level)
    expected = tokenizer(texts).to_list()
    graph = tf.function(tokenizer, input_signature=[tf.TensorSpec([None], tf.string)])
    assert graph(tf.constant(texts)).to_list() == expected
    dataset = tf.data.Dataset.from_tensor_slices(texts).batch(3).map(tokenizer)
    assert next(iter(dataset)).to_list() == expected


def test_any_bytes_survive():
    generator = random.Random(3)
    texts = [generator.randbytes(generator.randrange(40)) for _ in range(300)]
    for level in LEVELS:
        found = Tokenizer(level)(texts).to_list()
        assert len(found) == 300
        assert all(token.decode("utf-8") for text in found for token in text)


def test_lower_case_does_not_depend_on_the_language_of_the_machine():
    program = """
from seqkit.text import Tokenizer
tokens = [token.decode() for token in Tokenizer()(["TITLE \u0130"])[0].numpy()]
assert tokens == ["title", "i\u0307"], ascii(tokens)
"""
    turkish = {**os.environ, "LC_ALL": "tr_TR.UTF-8"}
    subprocess.run([sys.executable, "-c", program], env=turkish, check=True)

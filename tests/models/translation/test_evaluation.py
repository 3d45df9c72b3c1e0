import math
from collections import Counter

import numpy as np
import pytest

from seqkit.models.translation.evaluation import Scorer, tokenizer_of

REFERENCES = [
    "The cat sat on the mat today.",
    "A dog ran over the green hill.",
    "We eat.",
    "Nobody knows what will happen to us then, or why.",
]
OUTPUTS = [
    "The cat sat on a mat today.",
    "A dog ran over the green hill.",
    "we eat.",
    "Nobody knows what happens to us then.",
]


def grams(tokens, n):
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def papineni(outputs, references):
    """BLEU as its authors define it, over tokens with white space between them."""
    pairs = [(o.split(), r.split()) for o, r in zip(outputs, references, strict=True)]
    logs = []
    for n in (1, 2, 3, 4):
        matched = sum((grams(o, n) & grams(r, n)).total() for o, r in pairs)
        logs.append(math.log(matched / sum(grams(o, n).total() for o, _ in pairs)))
    ratio = sum(len(r) for _, r in pairs) / sum(len(o) for o, _ in pairs)
    return 100 * min(1.0, math.exp(1 - ratio)) * math.exp(sum(logs) / 4)


def apart(sentences):
    return [s.replace(".", " .").replace(",", " ,") for s in sentences]


def test_bleu_is_that_of_the_paper():
    expected = papineni(apart(OUTPUTS), apart(REFERENCES))
    assert 30 < expected < 90
    assert Scorer().bleu(OUTPUTS, REFERENCES) == pytest.approx(expected)
    assert Scorer().scores(OUTPUTS, REFERENCES)["bleu"] == pytest.approx(expected)
    lower = [[s.lower() for s in apart(each)] for each in (OUTPUTS, REFERENCES)]
    expected = papineni(*lower)
    assert Scorer(lowercase=True).bleu(OUTPUTS, REFERENCES) == pytest.approx(expected)


def test_scores_say_how_they_were_made():
    scores = Scorer("zh", lowercase=True).scores(["我喜欢"], ["我喜欢你们大家"])
    assert scores["bleu_signature"].startswith("nrefs:1|case:lc|eff:no|tok:zh|smooth")
    assert scores["chrf_signature"].startswith("nrefs:1|case:lc|")
    assert 0 < scores["chrf"] < 100
    assert scores["pairs"] == 1


def test_exact():
    assert Scorer().exact(OUTPUTS, REFERENCES) == 25
    assert Scorer(lowercase=True).exact(OUTPUTS, REFERENCES) == 50
    assert Scorer().exact([" a  b", "a"], ["a b", "b"]) == 50


def test_the_interval_holds_the_bleu_of_other_samples():
    generator = np.random.default_rng(0)
    rows = generator.integers(0, 4, 400)
    outputs, references = (
        [each[row] for row in rows] for each in (OUTPUTS, REFERENCES)
    )
    scores = Scorer().scores(outputs, references)
    again = [
        Scorer().bleu([outputs[i] for i in rows], [references[i] for i in rows])
        for rows in generator.integers(0, 400, (50, 400))
    ]
    away = np.abs(np.array(again) - scores["bleu"])
    assert 0.88 <= np.mean(away <= scores["bleu_interval"]) <= 1
    assert 2 < scores["bleu_interval"] < 5


def test_by_length_has_every_pair_once():
    sources = ["a", "a b", "a b c", "你好吗"] * 5
    outputs = ["x", "x y", "q r s", "x y z"] * 5
    groups = Scorer().by_length(sources, outputs, ["x", "x y", "x y z", "x y z"] * 5)
    spans = [(g["shortest"], g["longest"], g["pairs"]) for g in groups]
    assert spans == [(1, 1, 5), (2, 2, 5), (3, 3, 10)]
    assert [group["exact"] for group in groups] == [100, 100, 50]
    # Sentences of one or two words have no 4-grams, and can be right all the same.
    assert [group["bleu"] for group in groups[:2]] == pytest.approx([100, 100])
    assert 0 < groups[2]["bleu"] < 60


def test_nothing_right_is_zero():
    scores = Scorer().scores(["", ""], ["a b c d", "e"])
    assert (scores["bleu"], scores["bleu_interval"], scores["exact"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("references", "tokenizer"),
    [
        (["Je suis là.", "42"], "13a"),
        (["Привет, мир", "안녕하세요"], "13a"),
        (["我喜欢 Tom。", "你好。"], "zh"),
        (["私は猫が好きです。", "東京"], "char"),
        (["สวัสดี"], "char"),
        (["Tom says 你好 to me"], "13a"),
        (["1997-03-05"], "13a"),
    ],
)
def test_tokenizer_fits_the_script(references, tokenizer):
    assert tokenizer_of(references) == tokenizer

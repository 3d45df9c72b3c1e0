from collections import defaultdict

import numpy as np
import pytest

from seqkit.models.translation import baselines
from seqkit.models.translation.baselines import word_by_word
from seqkit.models.translation.pairs import SentencePairs


def model_1(pairs, rounds):
    """IBM Model 1 as its authors print it, word by word."""
    t = defaultdict(lambda: 1.0)
    for _ in range(rounds):
        count, total = defaultdict(float), defaultdict(float)
        for source, target in zip(*pairs, strict=True):
            e_words = [None, *source.split()]
            for f in target.split():
                whole = sum(t[f, e] for e in e_words)
                for e in e_words:
                    count[f, e] += t[f, e] / whole
                    total[e] += t[f, e] / whole
        t = defaultdict(float, {(f, e): c / total[e] for (f, e), c in count.items()})
    return t


@pytest.mark.parametrize("seed", range(5))
def test_each_word_is_the_most_probable_of_model_1(seed):
    generator = np.random.default_rng(seed)
    # Each source word has its own target word, moved about, and noise.
    sources, targets = [], []
    for _ in range(60):
        chosen = generator.choice(list("abcdefgh"), generator.integers(1, 6))
        target = generator.permutation(
            [*("x" + chosen), *generator.choice(["p", "q"], 2)]
        )
        sources.append(" ".join(chosen))
        targets.append(" ".join(target))
    pairs = SentencePairs(sources, targets)
    t = model_1(pairs, rounds=5)
    translate = word_by_word(pairs)
    for e in "abcdefgh":
        (f,) = translate([e])
        assert t[f, e] == pytest.approx(max(p for (_, of), p in t.items() if of == e))


def test_finds_the_words_and_spaces_of_a_sentence():
    pairs = SentencePairs(
        ["you go.", "you eat.", "we go."], ["你去。", "你吃。", "我去。"]
    )
    assert word_by_word(pairs)(["we eat."]) == ["我吃。"]
    assert word_by_word(pairs.reversed())(["我吃。"]) == ["we eat."]
    numbers = SentencePairs(
        ["deux-un", "trois-un", "deux-six"], ["two-one", "three-one", "two-six"]
    )
    assert word_by_word(numbers)(["trois-six"]) == ["three-six"]


def test_copies_what_it_has_never_seen():
    translate = word_by_word(SentencePairs(["a b"], ["c"]))
    assert translate(["Zoë, 👍", ""]) == ["Zoë, 👍", ""]


def test_learns_of_no_more_pairs_than_it_says(monkeypatch):
    monkeypatch.setattr(baselines, "_LINKS", 4)
    translate = word_by_word(SentencePairs(["a", "b", "c"], ["x", "y", "z"]))
    assert translate(["a b c"]) == ["x y c"]

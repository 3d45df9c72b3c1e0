import numpy as np
import tensorflow as tf
from sklearn.linear_model import LogisticRegression

from seqkit.models.classification.ngrams import (
    Ngrams,
    NgramTable,
    fit_ngrams,
    ngram_keys,
)
from seqkit.text import TextCodec
from tests.models.classification.conftest import reviews

CODEC = TextCodec.learn(reviews(50)[0], "word", read_only=True)


def grams(text):
    words = text.split()
    return {
        tuple(words[i : i + n]) for n in (1, 2, 3) for i in range(len(words) - n + 1)
    }


def test_a_key_for_each_ngram():
    texts = ["a b a b c", "", "b c", "c b a"]
    rows, keys = ngram_keys(tf.ragged.constant([t.split() for t in texts], tf.string))
    found = [set(keys[rows == row].numpy().tolist()) for row in range(4)]
    assert [len(each) for each in found] == [len(grams(text)) for text in texts]
    for one in range(4):
        for other in range(4):
            common = grams(texts[one]) & grams(texts[other])
            assert len(found[one] & found[other]) == len(common)


def test_scores_count_each_ngram_once():
    _, keys = ngram_keys(tf.ragged.constant([["a"], ["b"]], tf.string))
    keys = keys.numpy()
    order = np.argsort(keys)
    weights = np.array([[1.0, -1.0], [10.0, -10.0]], np.float32)[order]
    part = Ngrams(keys[order], weights, np.array([0.5, 0.0]))
    pieces = tf.ragged.constant([["a", "a", "b"], [], ["z"], ["b", "b"]], tf.string)
    expected = [[11.5, -11], [0.5, 0], [0.5, 0], [10.5, -10]]
    np.testing.assert_allclose(part(pieces), expected)
    assert len(Ngrams(keys[:0], weights[:0], np.zeros(2))) == 1
    empty = Ngrams(keys[:0], weights[:0], np.array([0.5, 0.0]))
    np.testing.assert_allclose(empty(pieces), [[0.5, 0]] * 4)


def reference(texts, members, wanted):
    """Of the paper: ratio of shares, logistic regression on it, interpolation."""
    every = sorted(set().union(*map(grams, texts)))
    has = np.array([[gram in grams(text) for gram in every] for text in texts], float)
    p, q = 1 + has[members].sum(axis=0), 1 + has[~members].sum(axis=0)
    ratio = np.log((p / p.sum()) / (q / q.sum()))
    model = LogisticRegression(C=3.0, solver="liblinear", tol=1e-8)
    model.fit(has * ratio, members)
    v = model.coef_[0]
    w = 0.75 * np.abs(v).mean() + 0.25 * v
    new = np.array([[gram in grams(text) for gram in every] for text in wanted], float)
    return new @ (ratio * w) + 0.25 * model.intercept_[0]


def test_the_weights_are_those_of_the_paper():
    texts, names = reviews(80)
    labels = np.array([name == "positive" for name in names]).astype(int)
    wanted = reviews(20, seed=3)[0]
    table = NgramTable(CODEC.pieces, texts, most=10**6)
    fitted = fit_ngrams(table, labels, 2, seed=1)
    scores = fitted(CODEC.pieces(wanted)).numpy()
    expected = reference(texts, labels == 1, wanted)
    found = scores[:, 1] - scores[:, 0]
    factor = found @ expected / (expected @ expected)  # one temperature for all
    np.testing.assert_allclose(found, factor * expected, rtol=0.05, atol=0.05)
    own, of_chance = (
        np.abs(fit_ngrams(table, each, 2, seed=1)(CODEC.pieces(texts))).mean()
        for each in (labels, np.random.default_rng(0).permutation(labels))
    )
    assert of_chance < own / 3  # their size is that which serves texts that are new


def test_the_most_frequent_are_kept():
    table = NgramTable(CODEC.pieces, ["a b", "a c", "a"], most=1)
    assert table.matrix.toarray().tolist() == [[1], [1], [1]]
    table = NgramTable(CODEC.pieces, ["a a a", ""], most=9)
    assert table.matrix.sum(axis=1).ravel().tolist() == [[3, 0]]


def test_many_classes_and_few_texts():
    texts = ["one thing", "one more", "two things", "two more", "three"]
    labels = np.array([0, 0, 1, 1, 2])
    fitted = fit_ngrams(NgramTable(CODEC.pieces, texts, 99), labels, 3, seed=1)
    found = fitted(CODEC.pieces(["one", "two", "three"])).numpy()
    assert found.argmax(axis=1).tolist() == [0, 1, 2]
    assert np.isfinite(fitted.weights.numpy()).all()

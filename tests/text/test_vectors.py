import gzip
import math

import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.text import learn_vectors, read_vectors


def test_the_matrix_by_hand():
    """All dimensions kept: the vectors times their transpose is (M M')^0.5."""
    rows = [np.array([0, 1, 2, 0]), np.array([2, 3]), np.array([3, -1, 1])]
    near = np.zeros((4, 4))
    for row in rows:
        for i, a in enumerate(row):
            for j, b in enumerate(row):
                if i != j and min(a, b) >= 0:
                    near[a, b] += (6 - abs(i - j)) / 5
    total = sum(n**0.75 for n in near.sum(axis=1))
    information = np.zeros((4, 4))
    for a in range(4):
        for b in range(4):
            if near[a, b]:
                of_a, of_b = near[a].sum(), near[b].sum()
                value = near[a, b] * total / (of_a * of_b**0.75)
                information[a, b] = max(0, math.log(value))
    left, singular, _ = np.linalg.svd(information)
    expected = left[:, :3] * np.sqrt(singular[:3])
    expected /= expected.std()
    found = learn_vectors(rows, size=4, dimensions=3)
    np.testing.assert_allclose(found @ found.T, expected @ expected.T, atol=1e-4)


def test_words_in_like_places_have_like_vectors():
    generator = np.random.default_rng(0)
    rows = [
        np.array([kind, 4 + generator.integers(6), 2 + (kind > 1) * 0, 3])
        for kind in generator.integers(0, 2, 300)
    ]
    rows += [np.array([20 + k, 30 + k]) for k in range(5)] * 20
    found = learn_vectors(rows, size=40, dimensions=8, seed=1)
    near = found @ found.T / np.linalg.norm(found, axis=1).clip(1e-6)
    assert near[0, 1] > near[0, 20]
    assert not found[35:40].any()
    np.testing.assert_array_equal(found, learn_vectors(rows, 40, 8, seed=1))


@pytest.mark.parametrize("rows", [[], [np.array([], int)], [np.array([1])]])
def test_where_there_is_nothing_to_learn(rows):
    assert not learn_vectors(rows, size=3, dimensions=5).any()


def test_reads_files_of_glove_and_word2vec(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Film 1 2\nfilm 3 4\nGOOD -3 0\nüber 1 1\n")
    tokens = ["good", "film", "none"]
    vectors, there = read_vectors(path, tokens, lowercase=True)
    assert there.tolist() == [True, True, False]
    expected = np.array([[-3, 0], [3, 4]]) / np.std([[-3, 0], [3, 4]])
    np.testing.assert_allclose(vectors[:2], expected, rtol=1e-5)
    assert not vectors[2].any()
    _, there = read_vectors(path, tokens, lowercase=False)
    assert there.tolist() == [False, True, False]
    zipped = tmp_path / "b.vec.gz"
    zipped.write_bytes(gzip.compress(b"2 2\nfilm 3 4\ngood 1 0\n"))
    assert read_vectors(zipped, tokens, lowercase=False)[1].tolist() == [1, 1, 0]


def test_reads_files_of_vectors_as_they_are(tmp_path):
    """Tokens with spaces, empty lines, what is not UTF-8, ends of lines of Windows."""
    (tmp_path / "a.txt").write_bytes(
        b"\xef\xbb\xbffilm 3 4 \r\n\n. . . 1 2\r\nat a@b.c 5 6\n"
        b"caf\xe9 1 1\ngood -3 0\n\n"
    )
    vectors, there = read_vectors(tmp_path / "a.txt", ["film", "good"], False)
    assert there.all()
    np.testing.assert_allclose(vectors[0] / vectors[0, 0], [1, 4 / 3], rtol=1e-6)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("film 1 2\ngood 1\n", "line 2: must have a token and 2 numbers; got 1"),
        ("film one two\n", "line 1: must be a token and finite numbers"),
        ("film 1 2\ngood 1 2 3\n", "line 2: must have a token and 2 numbers; got 3"),
        ("film 1 1e39\n", "line 1: must be a token and finite numbers"),
        ("film 1 nan\n", "line 1: must be a token and finite numbers"),
        ("other 1 2\n", "has vectors of none of the 2 tokens"),
        ("", "is empty"),
    ],
)
def test_bad_files_of_vectors(content, message, tmp_path):
    (tmp_path / "a.txt").write_text(content)
    with pytest.raises(InputError, match=message):
        read_vectors(tmp_path / "a.txt", ["film", "good"], lowercase=True)

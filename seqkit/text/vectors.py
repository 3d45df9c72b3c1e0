"""Vectors of words: learnt from texts, or read from a file. Learning needs SciPy."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from seqkit.errors import InputError
from seqkit.text.files import each_line

_WINDOW = 5  # tokens to each side that count as context
_SMOOTHING = 0.75  # power of the counts of contexts


def learn_vectors(
    rows: Sequence[np.ndarray], size: int, dimensions: int, seed: int = 0
) -> np.ndarray:
    """Learn vectors of token ids from which tokens stand near which.

    Counted is how often b stands within five tokens of a, the nearer the more:

        n_ab = sum over pairs at the distance d of (6 - d) / 5
        M_ab = max(0, log (n_ab sum_c n_c^0.75 / (n_a n_b^0.75)))

    With the singular value decomposition M = U S V', the vectors are the rows of
    U S^0.5, for the greatest singular values.

    Args:
        rows: Ids of each text; those below 0 or from `size` on are no context.
        size: Number of ids.
        dimensions: Of the vectors.
        seed: Of the decomposition.

    Returns:
        float32 (size, dimensions), their standard deviation 1 over the ids that are
        there; zeros for those that are not, and where there is no more to learn.

    Example:
        >>> rows = [np.array([0, 2]), np.array([1, 2]), np.array([0, 3])] * 2
        >>> learn_vectors(rows, size=5, dimensions=2).shape
        (5, 2)

    Reference: O. Levy, Y. Goldberg, I. Dagan, "Improving distributional similarity with
    lessons learned from word embeddings", TACL 3, 2015.
    """
    from scipy import sparse
    from sklearn.utils.extmath import randomized_svd

    vectors = np.zeros((size, dimensions), np.float32)
    lengths = np.array([len(row) for row in rows], np.int64)
    ids = np.concatenate([np.zeros(0, np.int64), *rows]).astype(np.int64)
    text = np.repeat(np.arange(len(rows)), lengths)
    known = (ids >= 0) & (ids < size)
    counts = sparse.csr_matrix((size, size), dtype=np.float32)
    for distance in range(1, min(_WINDOW, max(len(ids) - 1, 0)) + 1):
        near = text[distance:] == text[:-distance]
        near &= known[distance:] & known[:-distance]
        pair = ids[:-distance][near], ids[distance:][near]
        weight = np.full(len(pair[0]), 1 - (distance - 1) / _WINDOW, np.float32)
        counts = counts + sparse.coo_matrix((weight, pair), (size, size)).tocsr()
    found = (counts + counts.T).tocoo()
    kept = min(dimensions, size - 1)
    if not found.nnz or kept < 1:
        return vectors
    of_token = np.asarray(found.sum(axis=1)).ravel()
    of_context = of_token**_SMOOTHING
    information = np.log(
        found.data * of_context.sum() / (of_token[found.row] * of_context[found.col])
    )
    some = information > 0
    matrix = sparse.csr_matrix(
        (information[some].astype(np.float32), (found.row[some], found.col[some])),
        (size, size),
    )
    if not matrix.nnz:
        return vectors
    left, singular, _ = randomized_svd(matrix, kept, n_iter=3, random_state=seed)
    vectors[:, :kept] = left * np.sqrt(singular)
    there = of_token > 0
    return vectors / max(float(vectors[there].std()), 1e-6)


def read_vectors(
    path: str | os.PathLike, tokens: Sequence[str], lowercase: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Read the vectors of some tokens from a text file.

    Its lines are a token and its numbers, with spaces between, in UTF-8: the text
    format of GloVe, fastText and word2vec. A first line of two numbers is skipped. A
    token may have spaces in it; one that is not UTF-8 is none of `tokens`.

    Args:
        path: The file; gzipped if it ends in .gz.
        tokens: The tokens.
        lowercase: Whether a token of the file in upper case stands for one in lower
            case that the file has not.

    Returns:
        float32 (tokens, dimensions), their standard deviation 1, zeros where a token is
        not in the file; and whether it is there, (tokens,).

    Raises:
        InputError: The file cannot be read, is of another form, or has no token.
    """
    places = {token: place for place, token in enumerate(tokens)}
    vectors: np.ndarray | None = None
    exact = np.zeros(len(tokens), bool)
    there = np.zeros(len(tokens), bool)
    for number, raw in enumerate(each_line(Path(path)), start=1):
        line = raw.decode("utf-8", "replace").lstrip("\ufeff").rstrip()
        token, *numbers = line.split(" ")
        if not line or (number == 1 and len(numbers) == 1 and token.isdigit()):
            continue
        size = len(numbers) if vectors is None else vectors.shape[1]
        spaced, numbers = numbers[:-size], numbers[-size:]
        token = " ".join([token, *spaced])
        place = places.get(token)
        same = place is not None
        if place is None and lowercase:
            place = places.get(token.lower())
        if len(numbers) != size or (spaced and _numbers(spaced) is not None):
            raise InputError(
                f"{path}, line {number}: must have a token and {size} numbers; got "
                f"{len(spaced) + len(numbers)}: {line[:60]!r}"
            )
        if vectors is not None and (
            place is None or exact[place] or (there[place] and not same)
        ):
            continue
        values = _numbers(numbers)
        if values is None or not len(values):
            raise InputError(
                f"{path}, line {number}: must be a token and finite numbers, with "
                f"spaces between; got {line[:60]!r}"
            )
        if vectors is None:
            vectors = np.zeros((len(tokens), size), np.float32)
        if place is not None:
            vectors[place], there[place], exact[place] = values, True, same
    if vectors is None or not there.any():
        raise InputError(f"{path}: has vectors of none of the {len(tokens)} tokens")
    return vectors / max(float(vectors[there].std()), 1e-6), there


def _numbers(texts: Sequence[str]) -> np.ndarray | None:
    """Read finite numbers; None if they are others."""
    try:
        with np.errstate(over="ignore"):
            values = np.array(texts, np.float32)
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None

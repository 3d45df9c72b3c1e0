"""The wide part of a text classifier: n-grams, weighted by naive Bayes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.models.classification.calibration import fit_temperature

_LONGEST = 3  # tokens of an n-gram, at most
_KINDS = 2**62  # of tokens
_MIX = -7046029254386353131  # odd: no two n-grams of few tokens have the same key
_SMOOTHING = 1.0  # texts added to each class in which each n-gram is
_INVERSE_REGULARISATION = 3.0
_INTERPOLATION = 0.25
_FOLDS = 5
_CHUNK = 4096  # texts whose n-grams are listed at a time
_NEVER = -5.0  # score of a class that is not in a fold


def ngram_keys(pieces: tf.RaggedTensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Give every n-gram of one to three tokens: its text, and a key of 64 bits.

    Args:
        pieces: Tokens, ragged (n, None).

    Returns:
        Row and key of each n-gram, int64; an n-gram that a text has twice is there
        twice.

    Example:
        >>> rows, keys = ngram_keys(tf.ragged.constant([["a", "b", "a"], [], ["a"]]))
        >>> rows.numpy().tolist(), len(set(keys.numpy().tolist()))
        ([0, 0, 0, 2, 0, 0, 0], 5)
    """
    rows = tf.cast(pieces.value_rowids(), tf.int64)
    tokens = tf.strings.to_hash_bucket_fast(pieces.flat_values, _KINDS)
    keys, found_rows, found_keys = tokens, [rows], [tokens]
    for length in range(2, _LONGEST + 1):
        last = length - 1
        keys = keys[:-1] * tf.constant(_MIX, tf.int64) + tokens[last:]
        within = rows[last:] == rows[:-last]
        found_rows.append(rows[last:][within])
        found_keys.append(keys[within])
    return tf.concat(found_rows, axis=0), tf.concat(found_keys, axis=0)


class Ngrams:
    """Scores of texts: a weight for each n-gram that is there, and class.

        z_c(text) = b_c + sum over the n-grams g of the text, each once, of w_gc

    The weights come from a logistic regression of each class against the rest on
    indicators of n-grams, which are scaled by naive Bayes, r_g = log (share of the
    n-grams in the texts of the class that are g) / (the same of the rest); they are
    interpolated with their mean size m: w_g = r_g ((1 - β) m + β v_g), β = 0.25.

    The n-grams are kept by keys of 64 bits, in order, and found by bisection, with
    stock ops.

    Args:
        keys: int64 (n-grams,), ascending.
        weights: float32 (n-grams, classes).
        bias: float32 (classes,).

    Reference: S. Wang, C. Manning, "Baselines and bigrams: simple, good sentiment and
    topic classification", ACL 2012.
    """

    ARRAYS = ("keys", "weights", "bias")  # what it is made of again

    def __init__(self, keys: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> None:
        if not len(keys):  # bisection needs one
            keys, weights = np.zeros(1), np.zeros((1, len(bias)))
        self.keys = tf.Variable(np.asarray(keys, np.int64), trainable=False)
        self.weights = tf.Variable(np.asarray(weights, np.float32), trainable=False)
        self.bias = tf.Variable(np.asarray(bias, np.float32), trainable=False)
        self.resources = [self.keys, self.weights, self.bias]

    def __len__(self) -> int:
        return int(self.keys.shape[0])

    def arrays(self) -> dict[str, np.ndarray]:
        """Give what it is made of again, by name."""
        return {name: getattr(self, name).numpy() for name in self.ARRAYS}

    def __call__(self, pieces: tf.RaggedTensor) -> tf.Tensor:
        """Give the scores, float32 (n, classes), of texts as tokens (n, None)."""
        rows, keys = ngram_keys(pieces)
        count = tf.cast(len(self), tf.int64)
        places = tf.searchsorted(self.keys, keys, out_type=tf.int64)
        places = tf.minimum(places, count - 1)
        known = tf.gather(self.keys, places) == keys
        once, _ = tf.unique(rows[known] * count + places[known])
        sums = tf.math.unsorted_segment_sum(
            tf.gather(self.weights, once % count), once // count, pieces.nrows()
        )
        return sums + self.bias


class NgramTable:
    """Which text has which n-grams, as a sparse matrix. Needs SciPy.

    Args:
        pieces: Gives the tokens of texts, ragged.
        texts: The texts.
        most: N-grams kept at most: those in the most texts.

    Attributes:
        keys: int64 (n-grams,), ascending.
        matrix: float32 (texts, n-grams), 1 where a text has an n-gram.
    """

    def __init__(self, pieces: Any, texts: Sequence[str], most: int) -> None:
        from scipy import sparse

        rows, keys = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for start in range(0, len(texts), _CHUNK):
            chunk = pieces(tf.constant(list(texts[start : start + _CHUNK]), tf.string))
            found = np.stack([each.numpy() for each in ngram_keys(chunk)])
            order = np.lexsort(found[::-1])
            found = found[:, order]
            first = np.ones(found.shape[1], bool)
            first[1:] = (found[:, 1:] != found[:, :-1]).any(axis=0)
            rows.append(found[0, first] + start)
            keys.append(found[1, first])
        row, key = np.concatenate(rows), np.concatenate(keys)
        every, place, counts = np.unique(key, return_inverse=True, return_counts=True)
        kept = np.sort(np.argsort(-counts, kind="stable")[:most])
        self.keys = every[kept]
        column = np.full(len(every), -1)
        column[kept] = np.arange(len(kept))
        column = column[place]
        row, column = row[column >= 0], column[column >= 0]
        self.matrix = sparse.csr_matrix(
            (np.ones(len(row), np.float32), (row, column)), (len(texts), len(kept))
        )


def fit_ngrams(
    table: NgramTable, labels: np.ndarray, classes: int, seed: int
) -> Ngrams:
    """Fit the weights, and their size to texts that they were not fitted to.

    Args:
        table: The n-grams of the training texts.
        labels: Their class indices.
        classes: Number of classes.
        seed: Of the folds.

    Returns:
        The fitted part. Its weights are divided by the temperature at which scores of
        the training texts, each by weights that were fitted to others, have the least
        cross-entropy.
    """
    from sklearn.model_selection import KFold, StratifiedKFold

    folds = min(_FOLDS, len(labels))
    enough = np.bincount(labels, minlength=classes).min() >= folds
    splitter = (StratifiedKFold if enough else KFold)(
        folds, shuffle=True, random_state=seed
    )
    unseen = np.zeros((len(labels), classes), np.float32)
    for rest, fold in splitter.split(labels, labels):
        weights, bias = _weights(table.matrix[rest], labels[rest], classes)
        unseen[fold] = table.matrix[fold] @ weights + bias
    temperature = fit_temperature(unseen, labels)
    weights, bias = _weights(table.matrix, labels, classes)
    return Ngrams(table.keys, weights / temperature, bias / temperature)


def _weights(matrix: Any, labels: np.ndarray, classes: int) -> tuple:
    """Fit each class against the rest: weights (n-grams, classes), bias (classes,)."""
    if classes == 2:
        weight, bias = _against_the_rest(matrix, labels == 1)
        halves = np.array([-0.5, 0.5], np.float32)
        return weight[:, None] * halves, bias * halves
    fitted = [_against_the_rest(matrix, labels == each) for each in range(classes)]
    return (
        np.stack([weight for weight, _ in fitted], axis=1),
        np.array([bias for _, bias in fitted], np.float32),
    )


def _against_the_rest(matrix: Any, members: np.ndarray) -> tuple[np.ndarray, float]:
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    if members.all() or not members.any():
        sign = 1 if members.all() else -1
        return np.zeros(matrix.shape[1], np.float32), -sign * _NEVER
    shares = []
    for rows in (members, ~members):
        counts = _SMOOTHING + np.asarray(matrix[np.flatnonzero(rows)].sum(axis=0))
        shares.append(counts.ravel() / counts.sum())
    ratio = np.log(shares[0] / shares[1]).astype(np.float32)
    model = LogisticRegression(
        C=_INVERSE_REGULARISATION, solver="liblinear", tol=1e-3, random_state=0
    ).fit(matrix @ sparse.diags(ratio), members)
    fitted = model.coef_.ravel()
    mean = (1 - _INTERPOLATION) * np.abs(fitted).mean()
    weight = ratio * (mean + _INTERPOLATION * fitted)
    return weight.astype(np.float32), _INTERPOLATION * float(model.intercept_[0])

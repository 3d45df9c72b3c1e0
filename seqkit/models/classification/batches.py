"""Batches of padded texts in few shapes."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

_LENGTHS = 8  # padded lengths, at most
_BATCHES = 8  # full batches of each, at least
_MULTIPLE = 4  # each is a multiple of this, the greatest excepted


def bucket_lengths(lengths: Sequence[int] | np.ndarray, batch_size: int) -> list[int]:
    """Choose at most eight padded lengths that about equally many texts fill.

    Recurrent layers are compiled for few shapes, so few lengths matter as much as
    little padding.

    Args:
        lengths: Tokens of each text.
        batch_size: With fewer than eight batches for each, lengths are fewer.

    Example:
        >>> bucket_lengths([3, 9, 17, 18, 30, 31, 32, 90] * 4, batch_size=1)
        [12, 20, 32, 90]
    """
    longest = max(1, int(np.max(lengths)))
    count = max(1, min(_LENGTHS, len(lengths) // (_BATCHES * batch_size)))
    shares = np.arange(1, count + 1) / count
    filled = np.maximum(1, np.quantile(lengths, shares, method="lower")).astype(int)
    rounded = -(-filled // _MULTIPLE) * _MULTIPLE
    return sorted({min(int(length), longest) for length in rounded})


def bucketed_batches(
    ids: tf.RaggedTensor,
    labels: np.ndarray,
    lengths: Sequence[int],
    batch_size: int,
    seed: int | None = None,
) -> tf.data.Dataset:
    """Batch texts with others of about their length, padded to one of `lengths`.

    Every batch is full: the last of each length is filled up with empty rows of
    weight 0. So an epoch has exactly `len(lengths)` shapes.

    Args:
        ids: Ragged (n, None), no row longer than the last of `lengths`.
        labels: Class indices (n,).
        lengths: Padded lengths, ascending.
        batch_size: Rows of each batch.
        seed: Shuffles anew for every epoch; None keeps the order.

    Returns:
        A dataset, its number of batches known, of
        (ids (batch, length), labels (batch,), weights (batch,)).

    Example:
        >>> ids = tf.ragged.constant([[5], [6, 7, 8], [9]], dtype=tf.int32)
        >>> batches = bucketed_batches(ids, np.array([0, 1, 1]), [1, 4], batch_size=2)
        >>> for padded, label, weight in batches:
        ...     print(padded.numpy().tolist(), weight.numpy().tolist())
        [[5], [9]] [1.0, 1.0]
        [[6, 7, 8, 0], [0, 0, 0, 0]] [1.0, 0.0]
    """
    count = len(labels)
    ids = tf.concat([ids, ids[:1, :0]], axis=0)  # row `count` is the empty filler
    labels = tf.constant(np.append(labels, 0), tf.int32)
    buckets = np.searchsorted(lengths, ids.row_lengths()[:count].numpy())
    if buckets.max(initial=0) >= len(lengths):
        raise ValueError(
            f"the longest text has {ids.bounding_shape(axis=1)} tokens, more than the "
            f"greatest of lengths={list(lengths)}"
        )

    def pad(length: int, rows: tf.Tensor) -> tuple[tf.Tensor, ...]:
        missing = batch_size - tf.shape(rows)[0]
        rows = tf.pad(rows, [[0, missing]], constant_values=count)
        rows = tf.ensure_shape(rows, [batch_size])
        padded = tf.gather(ids, rows).to_tensor(shape=[batch_size, length])
        return padded, tf.gather(labels, rows), tf.cast(rows < count, tf.float32)

    order: list[int] = []
    batches: list[tf.data.Dataset] = []
    for length, members in _members(buckets, lengths):
        rows = tf.data.Dataset.from_tensor_slices(members)
        if seed is not None:
            rows = rows.shuffle(len(members), seed=seed + length)
        rows = rows.batch(batch_size)
        order += [len(batches)] * len(rows)
        batches.append(rows.map(lambda rows, length=length: pad(length, rows)))
    chosen = tf.data.Dataset.from_tensor_slices(np.array(order, np.int64))
    if seed is not None:
        chosen = chosen.shuffle(len(order), seed=seed)
    mixed = tf.data.Dataset.choose_from_datasets(
        batches, chosen, stop_on_empty_dataset=False
    )
    mixed = mixed.apply(tf.data.experimental.assert_cardinality(len(order)))
    return mixed.prefetch(tf.data.AUTOTUNE)


def _members(buckets: np.ndarray, lengths: Sequence[int]) -> list[tuple]:
    """The length and the rows of every bucket that holds any."""
    rows = [np.flatnonzero(buckets == bucket) for bucket in range(len(lengths))]
    return [pair for pair in zip(lengths, rows, strict=True) if len(pair[1])]

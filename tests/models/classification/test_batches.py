from collections import Counter

import numpy as np
import pytest
import tensorflow as tf

from seqkit.models.classification.batches import bucket_lengths, bucketed_batches


def some_texts(count=203, longest=90):
    """Ragged ids whose row n holds n + 1 and nothing else."""
    generator = np.random.default_rng(0)
    lengths = generator.integers(0, longest + 1, count)
    ids = np.repeat(np.arange(1, count + 1, dtype="int32"), lengths)
    return tf.RaggedTensor.from_row_lengths(ids, lengths), lengths


def test_few_lengths_that_hold_every_text():
    for longest in (1, 90, 400, 5000):
        _, lengths = some_texts(longest=longest)
        chosen = bucket_lengths(lengths, batch_size=1)
        assert len(chosen) == min(8, longest)
        assert chosen == sorted(set(chosen))
        assert chosen[-1] == max(1, lengths.max())
    assert bucket_lengths([0, 0], batch_size=1) == [1]
    assert bucket_lengths(range(100), batch_size=13) == [99]


@pytest.mark.parametrize("seed", [None, 5])
def test_every_text_once_in_few_shapes(seed):
    ids, lengths = some_texts()
    labels = np.arange(len(lengths)) % 3
    chosen = bucket_lengths(lengths, 4)
    batches = bucketed_batches(ids, labels, chosen, batch_size=16, seed=seed)
    seen, shapes, count = Counter(), set(), 0
    for padded, label, weight in batches:
        count += 1
        shapes.add(padded.shape)
        for row, each, real in zip(padded.numpy(), label, weight, strict=True):
            present = row[row > 0]
            assert not np.any(row[len(present) :])  # padded at the end only
            if real and len(present):
                number = present[0] - 1
                assert len(present) == lengths[number]
                assert each == labels[number]
                seen[number] += 1
            elif not real:
                assert not len(present)
        assert weight.shape == label.shape == (16,)
    assert seen == Counter(np.flatnonzero(lengths).tolist())
    assert shapes == {(16, length) for length in chosen}
    assert count == len(batches)


def test_shuffles_anew_for_each_epoch_and_repeats_by_seed():
    ids, lengths = some_texts()

    def epochs(seed):
        batches = bucketed_batches(
            ids, lengths * 0, bucket_lengths(lengths, 4), 8, seed
        )
        return [[b[0].numpy().tolist() for b in batches] for _ in range(2)]

    first, second = epochs(1)
    assert first != second
    assert [first, second] == epochs(1)
    assert first != epochs(2)[0]
    ordered = epochs(None)
    assert ordered[0] == ordered[1]


def test_a_text_too_long_is_refused():
    ids, lengths = some_texts()
    with pytest.raises(ValueError, match=r"the longest text has 9\d tokens"):
        bucketed_batches(ids, lengths * 0, [8, 16], batch_size=4)

from collections import Counter

import numpy as np
import pytest

from seqkit.models.translation.training import batches_of_pairs


def some_pairs(count=500, longest=60):
    """Sentence n is n + 1, again and again."""
    generator = np.random.default_rng(0)
    lengths = generator.integers(1, longest + 1, (count, 2))
    return [
        [np.full(length, n + 1, np.int32) for n, length in enumerate(column)]
        for column in lengths.T
    ]


@pytest.mark.parametrize("tokens", [1, 200, 3000])
@pytest.mark.parametrize("seed", [None, 3])
def test_every_pair_once_in_few_shapes(tokens, seed):
    sources, targets = some_pairs()
    batches = batches_of_pairs(sources, targets, tokens)
    generator = None if seed is None else np.random.default_rng(seed)
    found = list(batches.epoch(generator))
    assert len(found) == len(batches)
    assert len({tuple(p.shape for p in b.padded) for b in found}) <= 6
    seen = Counter()
    for batch in found:
        pairs, length = batch.padded[1].shape
        assert pairs == 1 or pairs * length <= tokens
        for source, target in zip(*batch.padded, strict=True):
            number = int(target[0])
            assert number == source[0]
            if number:
                seen[number] += 1
                assert source.sum() == number * len(sources[number - 1])
                assert target.sum() == number * len(targets[number - 1])
    assert seen == Counter(range(1, 501))


def test_padding_is_the_lesser_part():
    sources, targets = some_pairs(8000)
    targets = [t[: len(s)] for s, t in zip(sources, targets, strict=True)]
    batches = list(batches_of_pairs(sources, targets, 1000).epoch())
    there = sum(np.count_nonzero(batch.padded[0]) for batch in batches)
    assert there > 0.8 * sum(batch.padded[0].size for batch in batches)


def test_shuffles_by_the_generator():
    batches = batches_of_pairs(*some_pairs(), 200)

    def firsts(seed):
        return [b.padded[1][0, 0] for b in batches.epoch(np.random.default_rng(seed))]

    assert firsts(1) == firsts(1)
    assert firsts(1) != firsts(2)

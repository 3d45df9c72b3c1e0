import numpy as np
import pytest

from seqkit.decoding.limits import Limits
from seqkit.errors import InputError
from seqkit.scalars import at_least


@pytest.mark.parametrize("n", [1, 2, 3])
def test_blocks_what_would_repeat_and_nothing_else(n):
    random = np.random.default_rng(n)
    limits = Limits.of(np.zeros(4), 0, 9, n)
    for length in range(8):
        history = random.integers(0, 3, (4, 2, length), dtype="int32")
        logits = random.normal(size=(4, 2, 3)).astype("float32")
        found = np.asarray(limits.without_repeats(logits, history))
        for row, beam, token in np.ndindex(found.shape):
            runs = [
                tuple(history[row, beam, place : place + n])
                for place in range(length - n + 1)
            ]
            last = history[row, beam, max(length - n + 1, 0) :]
            blocked = len(last) == n - 1 and (*last, token) in runs
            expected = -np.inf if blocked else logits[row, beam, token]
            assert found[row, beam, token] == expected


@pytest.mark.parametrize("value", ["2", None, True, float("nan"), [2], 0])
def test_what_is_no_number_of_at_least_one(value):
    with pytest.raises(InputError, match=r"^size must be at least 1; got "):
        at_least("size", value, 1)
    at_least("size", np.float32(1.5), 1)

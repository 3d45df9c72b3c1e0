"""Numbers by which texts are known again, without the texts."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from seqkit.text.rules import identity


def checksums(texts: Sequence[str]) -> np.ndarray:
    """Give a number of 64 bits for each text: the same for texts that are the same.

    Example:
        >>> one, same, other = checksums(["Hi you", "hi  YOU", "Hi"])
        >>> bool(one == same), bool(one == other)
        (True, False)
    """
    digests = [blake2b(identity(t).encode(), digest_size=8).digest() for t in texts]
    return np.frombuffer(b"".join(digests), np.int64)

"""What a translation must be compared with, and what is kept of the training for it."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from seqkit.models.run_files import read_arrays, write_arrays
from seqkit.models.translation.pairs import SentencePairs
from seqkit.text.checksums import checksums
from seqkit.text.rules import cut_in_python, normalize_in_python

Translate = Callable[[Sequence[str]], list[str]]

_ITERATIONS = 5
_LINKS = 10_000_000  # pairs of words looked at, at most: some 500 MB
TRAINING_FILE = "training.npz"


class Trained(NamedTuple):
    """What is known of the pairs of a training without them.

    Attributes:
        words: Each word of the sources, and what is most often its translation.
        sources: Checksums of the sources, int64, ascending.
    """

    words: Mapping[str, str]
    sources: np.ndarray

    @classmethod
    def on(cls, pairs: SentencePairs) -> "Trained":
        """Learn it from the pairs.

        Example:
            >>> Trained.on(SentencePairs(["a", "b"], ["x", "y"])).count(["A", "c"])
            1
        """
        words = _most_probable(_links(pairs))
        return cls(words, np.unique(checksums(pairs.sources)))

    def count(self, sources: Sequence[str]) -> int:
        """Give how many of these sources were trained on, however they are written."""
        return int(np.isin(checksums(sources), self.sources).sum())

    def word_by_word(self, sources: Sequence[str]) -> list[str]:
        """Translate each word by itself; one that was never seen is copied."""
        return [
            "".join(self.words.get(word, word) for word in _words(source)).strip()
            for source in sources
        ]

    def write(self, folder: str | os.PathLike) -> None:
        """Write it into the folder of a run."""
        words = np.frombuffer(json.dumps(dict(self.words)).encode(), np.uint8)
        write_arrays(folder, TRAINING_FILE, {"words": words, "sources": self.sources})

    @classmethod
    def read(cls, folder: str | os.PathLike) -> "Trained":
        """Read what `write` wrote.

        Raises:
            InputError: The file is missing or cannot be read.
        """
        arrays = read_arrays(folder, TRAINING_FILE, ("words", "sources"))
        return cls(json.loads(arrays["words"].tobytes()), arrays["sources"])


def copy(sources: Sequence[str]) -> list[str]:
    """Answer each source as it is.

    Example:
        >>> copy(["Hi."])
        ['Hi.']
    """
    return list(sources)


def word_by_word(pairs: SentencePairs) -> Translate:
    """Translate each word by the one most often its translation, in the same order.

    The translation probabilities are those of IBM Model 1, found by five rounds of
    expectation maximisation: with t(f | e) the probability that the source word e
    becomes the target word f, and e_0 a word for what has no source,

        count(f, e) = sum over pairs, over f in the target, over e in the source
                      of t(f | e) / sum over e' in e_0 and the source of t(f | e')
        t(f | e) = count(f, e) / sum over f' of count(f', e)

    A word that was never seen is copied. Words are cut as by a `TextCodec` of words,
    each with the space before it, so that answers are spaced as sentences are.

    Args:
        pairs: What to learn from; no more than the first that give ten million pairs
            of words.

    Example:
        >>> pairs = SentencePairs(["the car", "the moon"], ["la voiture", "la lune"])
        >>> word_by_word(pairs)(["the moon car", "moon, Tom"])
        ['la lune voiture', 'lune, Tom']

    Reference:
        Brown et al. 1993, The Mathematics of Statistical Machine Translation.
    """
    return Trained.on(pairs).word_by_word


def _words(sentence: str) -> list[str]:
    return cut_in_python(normalize_in_python(sentence, lowercase=False), "word")


class _Links(NamedTuple):
    """Each word of a source with each word of its target, as numbers."""

    sources: list[str]  # the first stands for what has no source
    targets: list[str]
    source: np.ndarray
    target: np.ndarray
    place: np.ndarray  # which word of which target it is: one number for each


def _links(pairs: SentencePairs) -> _Links:
    source_ids: dict[str, int] = {"": 0}
    target_ids: dict[str, int] = {}
    each: list[tuple[np.ndarray, ...]] = []
    places = total = 0
    for source, target in zip(pairs.sources, pairs.targets, strict=True):
        e = [0, *(source_ids.setdefault(w, len(source_ids)) for w in _words(source))]
        f = [target_ids.setdefault(w, len(target_ids)) for w in _words(target)]
        total += len(e) * len(f)
        if total > _LINKS and each:
            break
        place = np.arange(places, places + len(f))
        each.append(
            (np.tile(e, len(f)), np.repeat(f, len(e)), np.repeat(place, len(e)))
        )
        places += len(f)
    numbers = [np.concatenate(parts) for parts in zip(*each, strict=True)]
    return _Links(list(source_ids), list(target_ids), *numbers)


def _most_probable(links: _Links) -> dict[str, str]:
    """Fit Model 1; give each source word the target word with the greatest t."""
    codes = links.source * len(links.targets) + links.target
    codes, entry = np.unique(codes, return_inverse=True)
    source, target = np.divmod(codes, len(links.targets))
    t = np.ones(len(codes))
    for _ in range(_ITERATIONS):
        share = t[entry]
        share /= np.bincount(links.place, share)[links.place]
        count = np.bincount(entry, share)
        t = count / np.bincount(source, count)[source]
    order = np.lexsort((-target, t, source))  # the last of each source is the best
    return {links.sources[source[i]]: links.targets[target[i]] for i in order}

"""Sentence pairs: read from files, cleaned of doubles, split."""

import gzip
import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seqkit.errors import InputError

_HELD_OUT, _MOST_HELD_OUT = 0.1, 1000  # share and number of sources for each test
_FEWEST = 10  # sources that can be split


class SentencePairs(NamedTuple):
    """Sentences and their translations, in the same order."""

    sources: list[str]
    targets: list[str]

    def take(self, rows: np.ndarray) -> "SentencePairs":
        """Give some of the pairs."""
        return SentencePairs(
            [self.sources[row] for row in rows], [self.targets[row] for row in rows]
        )

    def reversed(self) -> "SentencePairs":
        """Give the pairs of the other direction.

        Example:
            >>> SentencePairs(["yes"], ["oui"]).reversed()
            SentencePairs(sources=['oui'], targets=['yes'])
        """
        return SentencePairs(self.targets, self.sources)

    def unique(self) -> "SentencePairs":
        """Give each pair once.

        Example:
            >>> SentencePairs(["a", "a", "a"], ["b", "c", "b"]).unique()
            SentencePairs(sources=['a', 'a'], targets=['b', 'c'])
        """
        pairs = dict.fromkeys(zip(self.sources, self.targets, strict=True))
        return SentencePairs([s for s, _ in pairs], [t for _, t in pairs])

    def without(self, others: Sequence[str]) -> "SentencePairs":
        """Give the pairs whose source is none of the others, however it is written.

        Example:
            >>> SentencePairs(["Hi", "Bye"], ["Salut", "Au revoir"]).without(["hi "])
            SentencePairs(sources=['Bye'], targets=['Au revoir'])
        """
        keys = set(map(_key, others))
        kept = [
            row for row, source in enumerate(self.sources) if _key(source) not in keys
        ]
        return self.take(np.array(kept, int))


class Splits(NamedTuple):
    """Pairs to train on, to choose the best epoch by, and to measure on."""

    training: SentencePairs
    validation: SentencePairs
    test: SentencePairs  # may be empty: then validation pairs are measured on

    def measured(self) -> tuple[str, SentencePairs]:
        """Give the name and the pairs of the part to measure on."""
        if self.test.sources:
            return "test", self.test
        return "validation", self.validation


def split(pairs: SentencePairs, seed: int) -> Splits:
    """Hold out a tenth of the sources for validation and as many for the test.

    At most 1,000 sources are held out for each. A source and all its translations go
    to one part, upper and lower case and white space being one; of a source that is
    held out only the first translation is kept. Each pair is kept once.

    Raises:
        InputError: There are fewer than 10 different sources.

    Example:
        >>> pairs = SentencePairs([f"s{i}" for i in range(20)], ["t"] * 20)
        >>> [len(part.sources) for part in split(pairs, seed=1)]
        [16, 2, 2]
    """
    pairs = pairs.unique()
    keys = {
        key: number for number, key in enumerate(dict.fromkeys(map(_key, pairs[0])))
    }
    if len(keys) < _FEWEST:
        raise InputError(
            f"at least {_FEWEST} different sources are needed to train, validate and "
            f"test; got {len(keys)}"
        )
    group = np.array([keys[_key(source)] for source in pairs.sources])
    _, first = np.unique(group, return_index=True)
    held_out = min(int(np.ceil(_HELD_OUT * len(keys))), _MOST_HELD_OUT)
    order = np.random.default_rng(seed).permutation(len(keys))
    validation, test = order[:held_out], order[held_out : 2 * held_out]
    training = np.flatnonzero(~np.isin(group, order[: 2 * held_out]))
    return Splits(
        pairs.take(training), pairs.take(first[validation]), pairs.take(first[test])
    )


def read_pairs(
    path: str | os.PathLike, columns: tuple[int, int] = (1, 2), skip_lines: int = 0
) -> SentencePairs:
    """Read a tab-separated file in UTF-8, one pair a line, gzipped if it ends in .gz.

    There are no quotes and no escapes; more columns may follow, such as the
    attribution in the files of Tatoeba.

    Args:
        path: The file.
        columns: Which columns hold source and target, the first being 1.
        skip_lines: Lines at the start that hold no pair, such as a header.

    Raises:
        InputError: The file cannot be read, or a line has too few columns or an empty
            one; the message names the line.
    """
    if min(columns) < 1 or columns[0] == columns[1]:
        raise InputError(f"columns must be two, counted from 1; got {columns}")
    if skip_lines < 0:
        raise InputError(f"skip_lines must be at least 0; got {skip_lines}")
    lines = _lines(Path(path))[skip_lines:]
    if not lines:
        raise InputError(f"{path}: has no more than the {skip_lines} lines to skip")
    rows = [line.split("\t") for line in lines]
    for number, row in enumerate(rows, start=skip_lines + 1):
        if len(row) < max(columns):
            raise InputError(
                f"{path}, line {number}: must have {max(columns)} columns or more, "
                f"with tabs between them; got {len(row)}: {chr(9).join(row)[:60]!r}"
            )
    source, target = columns
    pairs = SentencePairs(
        [row[source - 1].strip() for row in rows],
        [row[target - 1].strip() for row in rows],
    )
    for name, texts in zip(columns, pairs, strict=True):
        _refuse_empty(f"{path}: column {name}", texts, skip_lines + 1)
    return pairs


def read_aligned(source: str | os.PathLike, target: str | os.PathLike) -> SentencePairs:
    """Read two files in UTF-8 whose lines are translations, gzipped if ending in .gz.

    Raises:
        InputError: A file cannot be read, a line is empty, or one file has more lines
            than the other.
    """
    pairs = SentencePairs(
        *([line.strip() for line in _lines(Path(each))] for each in (source, target))
    )
    counts = [len(texts) for texts in pairs]
    if counts[0] != counts[1]:
        raise InputError(
            f"{source} and {target} must have as many lines; got {counts[0]} and "
            f"{counts[1]}"
        )
    for name, texts in zip((source, target), pairs, strict=True):
        _refuse_empty(name, texts, 1)
    return pairs


def _key(source: str) -> str:
    """What sources have in common that differ in case and white space alone."""
    return " ".join(source.casefold().split())


def _refuse_empty(name: str | os.PathLike, texts: Sequence[str], first: int) -> None:
    empty = [str(line) for line, text in enumerate(texts, start=first) if not text]
    if empty:
        shown = ", ".join(empty[:5]) + (", ..." if len(empty) > 5 else "")
        raise InputError(
            f"{name} is empty in {len(empty)} of {len(texts)} lines: {shown}"
        )


def _lines(path: Path) -> list[str]:
    try:
        raw = path.read_bytes()
        if path.suffix == ".gz":
            raw = gzip.decompress(raw)
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file") from error
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read: {reason}") from error
    lines = raw.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if lines[-1] == b"":
        del lines[-1]
    if not lines:
        raise InputError(f"{path}: is empty")
    return [_decoded(path, number, line) for number, line in enumerate(lines, start=1)]


def _decoded(path: Path, number: int, line: bytes) -> str:
    try:
        return line.decode("utf-8").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}, line {number}: is not UTF-8 (byte 0x{line[error.start]:02x}); "
            "convert it, for example with iconv"
        ) from error

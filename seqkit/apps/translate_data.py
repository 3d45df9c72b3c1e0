"""Where the translation application has its sentence pairs from."""

import argparse
import sys
from dataclasses import dataclass

from seqkit.apps.source import Source
from seqkit.errors import InputError
from seqkit.models.translation.pairs import (
    SentencePairs,
    Splits,
    read_aligned,
    read_pairs,
    split,
)


@dataclass(frozen=True)
class PairSource(Source):
    """Where sentence pairs come from: files, or else a data set by name."""

    dataset: str = "numbers-fr"
    source: str | None = None
    target: str | None = None
    valid_data: str | None = None
    valid_source: str | None = None
    valid_target: str | None = None
    columns: tuple[int, int] = (1, 2)
    skip_lines: int = 0
    separator: str | None = None
    skip_bad_rows: bool = False
    reverse: bool = False

    PATHS = "data", "source", "target", "valid_data", "valid_source", "valid_target"

    def __post_init__(self) -> None:
        if (self.source is None) != (self.target is None):
            raise InputError("--source and --target go together")
        if (self.valid_source is None) != (self.valid_target is None):
            raise InputError("--valid-source and --valid-target go together")
        if (self.valid_data or self.valid_source) and not (self.data or self.source):
            raise InputError("--valid-... goes with --data or --source")
        form = self.columns, self.skip_lines, self.separator
        if form != ((1, 2), 0, None) and not (self.data or self.valid_data):
            raise InputError("--columns, --skip-lines and --separator go with --data")
        if self.skip_bad_rows and not self.is_file:
            raise InputError("--skip-bad-rows goes with --data or --source")

    @classmethod
    def add_options(
        cls, parser: argparse.ArgumentParser, for_training: bool = True
    ) -> None:
        """Add the options of files and, for training, of data sets and validation."""
        group = parser.add_argument_group("data")
        one_of = group.add_mutually_exclusive_group()
        cls.add_data(
            one_of,
            "a .tsv, .txt or .csv file in UTF-8, a pair in each row, no header; "
            "or .gz; only in a .csv may cells stand in quotation marks",
        )
        one_of.add_argument(
            "--source", metavar="FILE", help="sentences, one a line, UTF-8; or .gz"
        )
        if for_training:
            one_of.add_argument(
                "--dataset", default=cls.dataset, metavar="NAME",
                help="one that the --help of translate.py lists (default: %(default)s)",
            )  # fmt: skip
        group.add_argument(
            "--target", metavar="FILE", help="their translations, line by line"
        )
        if for_training:
            valid = group.add_mutually_exclusive_group()
            valid.add_argument(
                "--valid-data", metavar="FILE",
                help="pairs to validate with, as --data; without, some are held out of "
                "the others for validation, and some for a test",
            )  # fmt: skip
            valid.add_argument("--valid-source", metavar="FILE", help="or as --source")
            group.add_argument("--valid-target", metavar="FILE", help="and --target")
        group.add_argument(
            "--columns", nargs=2, type=int, metavar=("SOURCE", "TARGET"),
            default=cls.columns,
            help="which columns of --data to take, the first being 1 (default: 1 2)",
        )  # fmt: skip
        group.add_argument(
            "--skip-lines", type=int, metavar="int", default=cls.skip_lines,
            help="lines at its start that hold no pair (default: %(default)s)",
        )  # fmt: skip
        cls.add_table_options(group)
        group.add_argument(
            "--reverse", action="store_true", help="translate in the other direction"
        )

    @property
    def name(self) -> str:
        """What is read, for people."""
        if self.source is not None:
            return f"{self.source} and {self.target}"
        return super().name

    @property
    def is_file(self) -> bool:
        """Whether files are named."""
        return self.data is not None or self.source is not None

    def read(self) -> SentencePairs:
        """Read the pairs of the files."""
        return self._read(self.data, self.source, self.target)

    def splits(self, seed: int) -> Splits:
        """Give pairs for training, validation and test.

        Where the files to validate with are named, there is no pair for the test. What
        is trained on has no source of the others; say so when some are left out.
        """
        if not self.is_file:
            from seqkit.models.translation.datasets import load_dataset

            splits = load_dataset(self.dataset, seed, self.reverse)
        elif self.valid_data is None and self.valid_source is None:
            splits = split(self.read(), seed)
        else:
            validation = self._read(
                self.valid_data, self.valid_source, self.valid_target
            )
            splits = Splits(self.read().unique(), validation, SentencePairs([], []))
        _, validation, test = splits
        training = splits.training.without(validation.sources + test.sources)
        left_out = len(splits.training.sources) - len(training.sources)
        if left_out:
            print(
                f"{left_out} pairs whose source is in validation or test are not "
                "trained on",
                file=sys.stderr,
            )
        return Splits(training, validation, test)

    def _read(
        self, data: str | None, source: str | None, target: str | None
    ) -> SentencePairs:
        if data is not None:
            pairs = read_pairs(
                data, self.columns, self.skip_lines, self.separator, self.skip_bad_rows
            )
        else:
            assert source is not None
            assert target is not None
            pairs = read_aligned(source, target, self.skip_bad_rows)
        return pairs.reversed() if self.reverse else pairs

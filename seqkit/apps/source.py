"""Where the data of any application come from, on its command line."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from seqkit.errors import InputError
from seqkit.text.tables import SEPARATORS

Some = TypeVar("Some", bound="Source")


@dataclass(frozen=True)
class Source:
    """Where data come from: a file, or else a data set by name.

    Each application adds fields of its own; options of the same names fill them.

    Attributes:
        PATHS: Fields that are paths: they are kept whole, known from any folder.
    """

    dataset: str = ""
    data: str | None = None

    PATHS: ClassVar[tuple[str, ...]] = ("data",)

    @staticmethod
    def add_data(group: Any, what: str) -> None:
        """Add the option that names a file."""
        group.add_argument("--data", metavar="FILE", help=what)

    @staticmethod
    def add_table_options(group: Any) -> None:
        """Add the options of files that are tables of texts."""
        group.add_argument(
            "--separator", choices=SEPARATORS,
            help="what stands between cells, where it is not found by itself",
        )  # fmt: skip
        group.add_argument(
            "--skip-bad-rows", action="store_true",
            help="leave out rows with too few or many cells, or an empty one",
        )  # fmt: skip

    @classmethod
    def of(cls: type[Some], options: argparse.Namespace) -> Some:
        """Take the options."""
        names = vars(options).keys() & cls.__dataclass_fields__.keys()
        given = {name: _fixed(getattr(options, name)) for name in names}
        for name in given.keys() & set(cls.PATHS):
            given[name] = given[name] and str(Path(given[name]).absolute())
        return cls(**given)

    @classmethod
    def of_config(cls: type[Some], config: Mapping[str, Any], folder: str) -> Some:
        """Take what a run's config.json says of the data."""
        try:
            return cls(**{name: _fixed(each) for name, each in config["data"].items()})
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InputError(f"{folder}: its config.json names no data") from error

    @property
    def name(self) -> str:
        """What is read, for people."""
        return self.data or self.dataset


def _fixed(value: Any) -> Any:
    """Give a value with tuples for lists, as a frozen dataclass has them."""
    return tuple(map(_fixed, value)) if isinstance(value, (list, tuple)) else value

"""Where the anomaly application's readings come from, on its command line."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqkit.errors import InputError

if TYPE_CHECKING:
    from seqkit.series import TimeSeries

DATASETS = ("bleeding", "faults")
_LISTS = {"time_column", "columns", "exogenous", "missing"}


@dataclass(frozen=True)
class Source:
    """Where readings come from: a file, or else a data set by name."""

    data: str | None = None
    dataset: str = "bleeding"
    time_column: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    exogenous: tuple[str, ...] = ()
    label_column: str = ""
    missing: tuple[str, ...] = ()
    calendar: bool = False
    seconds: float | None = None  # between readings
    time_format: str | None = None
    timed: bool = False  # whether the readings had times

    def __post_init__(self) -> None:
        of_file = (
            self.time_column, self.columns, self.exogenous, self.label_column,
            self.missing, self.calendar,
        )  # fmt: skip
        if self.data is None and any(of_file):
            raise InputError(
                "--time-column, --columns, --exogenous, --label-column, --missing, "
                "--calendar go with --data"
            )

    @classmethod
    def add_options(cls, parser: argparse.ArgumentParser, with_datasets: bool) -> None:
        """Add the options of a file and, if wanted, of the data sets there are."""
        group = parser.add_argument_group("data")
        one_of = group.add_mutually_exclusive_group(required=not with_datasets)
        one_of.add_argument(
            "--data", metavar="FILE", help="a .csv or .tsv file in UTF-8 with a header"
        )
        if with_datasets:
            one_of.add_argument(
                "--dataset", choices=DATASETS, default=cls.dataset,
                help="bleeding: blood pressure, of the package aeon; faults: generated "
                "(default: %(default)s)",
            )  # fmt: skip
            group.add_argument(
                "--time-column", metavar="A,B", default="",
                help="its column of times, or several that are one time together "
                "(default: those named time, date and the like, or that hold dates)",
            )  # fmt: skip
            group.add_argument(
                "--columns", metavar="A,B", default="",
                help="its columns of readings (default: all others that look like it)",
            )  # fmt: skip
            group.add_argument(
                "--exogenous", metavar="A,B", default="",
                help="columns that help to forecast and are not judged",
            )  # fmt: skip
            group.add_argument(
                "--missing", metavar="A,B", default="",
                help="cells that stand for a missing reading, besides empty ones, as "
                "--missing=-9999",
            )  # fmt: skip
            group.add_argument(
                "--calendar", action="store_true",
                help="let the time of the day and of the week help",
            )  # fmt: skip
        group.add_argument(
            "--label-column", metavar="NAME", default="",
            help="its column of 0 and 1, where anomalies are, to measure with",
        )  # fmt: skip

    @classmethod
    def of(cls, options: argparse.Namespace) -> "Source":
        """Take the options."""
        names = vars(options).keys() & cls.__dataclass_fields__.keys()
        given = {name: getattr(options, name) for name in names}
        for name in _LISTS & names:
            given[name] = _names(given[name])
        return cls(**given)

    def like(self, options: argparse.Namespace) -> "Source":
        """Take another file, or other labels, with the same columns."""
        label = options.label_column if "label_column" in options else ""
        if options.data is not None:
            return replace(self, data=options.data, label_column=label)
        return replace(self, label_column=label) if label else self

    def found(self, series: "TimeSeries") -> "Source":
        """Name file and columns so that both are found again, from anywhere."""
        if self.data is None:
            return self
        return replace(
            self,
            data=str(Path(self.data).resolve()),
            time_column=series.time_columns,
            columns=series.channels[: series.targets],
            seconds=series.seconds,
            time_format=series.format,
            timed=series.times is not None,
        )

    @property
    def step(self) -> np.timedelta64 | None:
        """The time between readings; None where it is unknown or uneven."""
        if self.seconds is None:
            return None
        return np.timedelta64(round(self.seconds * 1e9), "ns")

    @classmethod
    def of_config(cls, config: Mapping[str, Any], folder: str) -> "Source":
        """Take what a run's config.json says of the data."""
        try:
            given = dict(config["data"])
            for name in _LISTS:
                given[name] = tuple(given[name])
            return cls(**given)
        except (KeyError, TypeError) as error:
            raise InputError(f"{folder}: its config.json names no data") from error

    def read(self) -> "TimeSeries":
        """Read all readings."""
        from seqkit.models.anomaly.columns import Columns
        from seqkit.models.anomaly.data import read_series
        from seqkit.models.anomaly.datasets import load_dataset

        if self.data is None:
            return load_dataset(self.dataset)
        columns = Columns(
            self.time_column, self.columns, self.exogenous, self.label_column,
            self.missing, self.calendar, self.step, self.time_format,
        )  # fmt: skip
        return read_series(self.data, columns)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())

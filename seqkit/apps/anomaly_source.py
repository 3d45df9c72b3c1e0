"""Where the anomaly application's readings come from, on its command line."""

import argparse
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from seqkit.apps.source import Source
from seqkit.errors import InputError

if TYPE_CHECKING:
    from seqkit.series import TimeSeries

DATASETS = ("bleeding", "faults")


class Readings(NamedTuple):
    """The readings, and those of them that are trained on and that come after."""

    series: "TimeSeries"
    training: "TimeSeries"
    after: "TimeSeries"


@dataclass(frozen=True)
class ReadingSource(Source):
    """Where readings come from: a file, or else a data set by name."""

    dataset: str = "bleeding"
    until: str = "0.5"  # readings before it are trained on
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
    def add_options(cls, parser: argparse.ArgumentParser) -> None:
        """Add the options of a file and of the data sets there are."""
        group = parser.add_argument_group("data")
        one_of = group.add_mutually_exclusive_group()
        cls.add_data(one_of, "a .csv or .tsv file in UTF-8 with a header")
        one_of.add_argument(
            "--dataset", choices=DATASETS, default=cls.dataset,
            help="bleeding: blood pressure, of the package aeon; faults: generated "
            "(default: %(default)s)",
        )  # fmt: skip
        group.add_argument(
            "--until", default=cls.until, metavar="TIME",
            help="train on the readings before this time (a date, or Unix time), or on "
            "this share of them; best on ones without anomalies (default: %(default)s)",
        )  # fmt: skip
        for option, what in (
            ("--time-column", "its column of times, or several that are one time "
             "together (default: those named time, date and the like, or that hold "
             "dates)"),
            ("--columns", "its columns of readings (default: all others that look "
             "like it)"),
            ("--exogenous", "columns that help to forecast and are not judged"),
            ("--missing", "cells that stand for a missing reading, besides empty ones, "
             "as --missing=-9999"),
        ):  # fmt: skip
            group.add_argument(
                option, type=_names, metavar="A,B", default=(), help=what
            )
        group.add_argument(
            "--calendar", action="store_true",
            help="let the time of the day and of the week help",
        )  # fmt: skip
        group.add_argument(
            "--label-column", metavar="NAME", default="",
            help="its column of 0 and 1, where anomalies are, to measure with",
        )  # fmt: skip

    def splits(self, seed: int) -> Readings:
        """Read all, say what there is, and part what is trained on.

        Nothing is drawn: the seed changes nothing.
        """
        from seqkit.models.anomaly.data import readings_before
        from seqkit.models.anomaly.training_checks import check_training, described

        series = self.read()
        for remark in series.remarks or ("no times: numbered from 0",):
            print(f"  {remark}")
        count = readings_before(series, self.until)
        training = series[:count]
        for line in (*described(training), *check_training(training)):
            print(f"  {line}")
        return Readings(series, training, series[count:])

    def like(self, options: argparse.Namespace) -> "ReadingSource":
        """Take another file, or other labels, with the same columns."""
        label = options.label_column if "label_column" in options else ""
        if options.data is not None:
            return replace(self, data=options.data, label_column=label)
        return replace(self, label_column=label) if label else self

    def found(self, series: "TimeSeries") -> "ReadingSource":
        """Name file and columns so that both are found again, from anywhere."""
        if self.data is None:
            return self
        return replace(
            self,
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

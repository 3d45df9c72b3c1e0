"""A run of the anomaly application: its data, its training, its files."""

import argparse
import csv
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from command_line import import_tensorflow_quietly, table

from seqkit.errors import InputError
from seqkit.folders import complete_folder
from seqkit.models import DetectorSettings
from seqkit.models.run_files import (
    METRICS_FILE,
    PLOTS_FOLDER,
    SAVED_MODEL_FOLDER,
    is_run,
    write_json,
)

if TYPE_CHECKING:
    from seqkit.models import AnomalyDetector, Detection
    from seqkit.models.anomaly.data import TimeSeries

DATASETS = ("bleeding", "faults")
EVENTS_FILE, SCORES_FILE, PICTURE_FILE = "events.csv", "scores.csv", "detection.png"
_DETECTION_FILES = {EVENTS_FILE, SCORES_FILE, PICTURE_FILE}
_STEPS = 5
_PROBE = 64  # readings on which the SavedModel is compared


@dataclass(frozen=True)
class Source:
    """Where readings come from: a file, or else a data set by name."""

    data: str | None = None
    dataset: str = "bleeding"
    time_column: str = ""
    columns: str = ""
    exogenous: str = ""
    label_column: str = ""
    calendar: bool = False

    def __post_init__(self) -> None:
        of_file = (self.time_column, self.columns, self.exogenous, self.label_column)
        if self.data is None and any(of_file):
            raise InputError(
                "--time-column, --columns, --exogenous, --label-column go with --data"
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
                "--time-column", metavar="NAME", default="",
                help="its column of times (default: one named time, timestamp, date)",
            )  # fmt: skip
            group.add_argument(
                "--columns", metavar="A,B", default="",
                help="its columns of readings (default: all others)",
            )  # fmt: skip
            group.add_argument(
                "--exogenous", metavar="A,B", default="",
                help="columns that help to forecast and are not judged",
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
        return cls(**{name: getattr(options, name) for name in names})

    def like(self, options: argparse.Namespace) -> "Source":
        """Take another file with the same columns."""
        label = options.label_column if "label_column" in options else ""
        if options.data is None:
            return self
        return Source(
            options.data, self.dataset, self.time_column, self.columns, self.exogenous,
            label, self.calendar,
        )  # fmt: skip

    def of_channels(self, series: "TimeSeries") -> "Source":
        """Name the columns that were found, so that other files are read by name."""
        found = ",".join(series.channels[: series.targets])
        return self if self.data is None else replace(self, columns=found)

    @classmethod
    def of_config(cls, config: Mapping[str, Any], folder: str) -> "Source":
        """Take what a run's config.json says of the data."""
        try:
            return cls(**config["data"])
        except (KeyError, TypeError) as error:
            raise InputError(f"{folder}: its config.json names no data") from error

    def read(self) -> "TimeSeries":
        """Read all readings."""
        from seqkit.models.anomaly.data import Columns, load_dataset, read_series

        if self.data is None:
            return load_dataset(self.dataset)
        columns = Columns(
            self.time_column or None, _names(self.columns), _names(self.exogenous),
            self.label_column, self.calendar,
        )  # fmt: skip
        return read_series(self.data, columns)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def train_and_write(
    source: Source, until: str, settings: DetectorSettings, output: str
) -> dict[str, Any]:
    """Train, judge, draw and export; the folder is there complete or not at all."""
    with complete_folder(output, replaceable=is_run) as folder:
        _step(1, f"Reading {source.data or source.dataset}")
        series = source.read()
        print(
            "\n".join(f"  {remark}" for remark in series.remarks)
            or "  no times: numbered from 0"
        )
        count = series.before(until)
        training, rest = series.part(0, count), series.part(count, len(series))
        print(f"  {len(training)} readings to train on, {len(rest)} after them")
        import_tensorflow_quietly()
        from seqkit.models import AnomalyDetector

        _step(2, f"Training {settings.network} on {', '.join(series.channels)}")
        started = time.monotonic()
        targets = series.targets
        exogenous = (
            training.values[:, targets:] if targets < len(series.channels) else None
        )
        detector = AnomalyDetector.fit(
            training.values[:, :targets], settings, exogenous, series.channels
        )
        seconds = time.monotonic() - started
        _step(
            3, "Judging the readings" + (", beside baselines" if _known(rest) else "")
        )
        found = detector.detect(series.values)
        metrics: dict[str, Any] = {
            "network": settings.network,
            "readings": {"training": len(training), "after": len(rest)},
            "threshold": str(found.threshold),
            "threshold_of_stream": str(detector.threshold),
            "events": len(found.events()),
            "training_seconds": round(seconds, 1),
            "history": detector.history,
        }
        if _known(rest):
            metrics["test"] = measured(detector, training, rest)
        _step(4, "Drawing")
        (folder / PLOTS_FOLDER).mkdir()
        _draw(detector, series, found, folder / PLOTS_FOLDER)
        _step(5, "Exporting, and comparing with a fresh process")
        named = asdict(source.of_channels(series))
        notes = {"task": "anomaly", "data": named, "until": until}
        detector.save(folder, notes)
        detector.export(folder / SAVED_MODEL_FOLDER, series.values[:_PROBE])
        write_json(folder / METRICS_FILE, metrics)
    return metrics


def _known(series: "TimeSeries") -> bool:
    return series.labels is not None and bool(series.labels.any())


def measured(
    detector: "AnomalyDetector", training: "TimeSeries", test: "TimeSeries"
) -> dict[str, Any]:
    """Compare a detector with labels, beside baselines."""
    from seqkit.models.anomaly.evaluation import compare

    assert test.labels is not None
    return compare(detector, training.values, test.values, test.labels)


def summary(test: Mapping[str, Any]) -> str:
    """Lay out what was measured; the best of each column with a star.

    Example:
        >>> each = {"precision": 1.0, "recall": 0.5, "f1": 0.667, "false": 0}
        >>> other = {"auc_pr": 0.8, "vus_pr": 0.9, "delay": 3.0}
        >>> print(summary({"LSTM": {"events": each, "ranges": each, **other}}))
              event P  event R  event F1  false  range F1   AUC-PR   VUS-PR  delay
        LSTM   1.000*   0.500*    0.667*      0    0.667*   0.800*   0.900*    3.0
    """
    columns = {
        "event P": lambda m: m["events"]["precision"],
        "event R": lambda m: m["events"]["recall"],
        "event F1": lambda m: m["events"]["f1"],
        "range F1": lambda m: m["ranges"]["f1"],
        "AUC-PR": lambda m: m["auc_pr"],
        "VUS-PR": lambda m: m["vus_pr"],
    }
    best = {n: max(of(each) for each in test.values()) for n, of in columns.items()}
    names = list(columns)
    rows = [["", *names[:3], "false", *names[3:], "delay"]]
    for name, each in test.items():
        cells = [
            f"{of(each):.3f}{'*' if of(each) == best[column] else ' '}"
            for column, of in columns.items()
        ]
        delay = "" if each["delay"] is None else f"{each['delay']:.1f}"
        rows.append([name, *cells[:3], each["events"]["false"], *cells[3:], delay])
    return table(rows, right=range(1, len(rows[0])))


def write_detection(series: "TimeSeries", found: "Detection", output: str) -> None:
    """Write events.csv, scores.csv and a picture; complete or not at all."""
    from seqkit import plots

    def ours(folder: Path) -> bool:
        return {path.name for path in folder.iterdir()} <= _DETECTION_FILES

    index, events = texts(series.index), found.events()
    with complete_folder(output, replaceable=ours) as folder:
        _write_table(
            folder / EVENTS_FILE,
            ["start", "end", "peak", "readings", "score", "severity", "channels"],
            (
                [
                    index[event.start], index[event.end - 1], index[event.peak],
                    event.end - event.start, f"{event.score:.6g}",
                    f"{event.severity:.4g}", shares_of(event.shares),
                ]
                for event in events
            ),
        )  # fmt: skip
        expected = found.expected.mean
        _write_table(
            folder / SCORES_FILE,
            ["time", "score", "threshold", "is_anomaly"]
            + [f"expected {name}" for name in found.channels],
            (
                [
                    index[row], _cell(found.scores[row]), _cell(found.levels[row]),
                    int(found.is_anomaly[row]), *map(_cell, expected[row]),
                ]
                for row in range(len(series))
            ),
        )  # fmt: skip
        plots.detection(series.index, found, series.labels).savefig(
            folder / PICTURE_FILE
        )


def shares_of(shares: Mapping[str, float]) -> str:
    """Name the channels behind a score, those with a tenth of it and more.

    Example:
        >>> shares_of({"heat": 0.8, "flow": 0.15, "load": 0.05})
        'heat 80%, flow 15%'
    """
    return ", ".join(f"{n} {share:.0%}" for n, share in shares.items() if share >= 0.1)


def texts(index: np.ndarray) -> list[str]:
    """Give times as short as they can be, or numbers, as texts."""
    if not np.issubdtype(index.dtype, np.datetime64):
        return [str(number) for number in index]
    whole = (index == index.astype("datetime64[s]")).all()
    unit = "datetime64[s]" if whole else "datetime64[ns]"
    return [str(each).replace("T", " ") for each in index.astype(unit)]


def _cell(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.6g}"


def _write_table(path: Path, head: list[str], rows: Any) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)


def read_labels(path: str, series: "TimeSeries", data: str | None) -> np.ndarray:
    """Read where anomalies are: a list of points, or windows as NAB writes them.

    A file of points has a time, or the number of a reading from 0, in each line. A
    file of windows is JSON: {"folder/name.csv": [[first, last], …], …}; the windows
    whose name ends as that of the data are taken.

    Raises:
        InputError: The file cannot be read, or names no reading.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    labels = np.zeros(len(series), bool)
    try:
        if path.endswith(".json"):
            for start, end in _windows(text, series, data):
                labels[start:end] = True
        else:
            labels[_points(text, series)] = True
    except (InputError, ValueError, TypeError) as error:
        raise InputError(f"{path}: not points or windows: {error}") from error
    if not labels.any():
        raise InputError(f"{path}: names no anomaly among the readings")
    return labels


def _windows(
    text: str, series: "TimeSeries", data: str | None
) -> list[tuple[int, int]]:
    from seqkit.series.metrics import windows_of_times

    if series.times is None or data is None:
        raise InputError("windows need --data with a column of times")
    content = json.loads(text)
    if isinstance(content, dict):
        name = Path(data).name
        found = [key for key in content if Path(key).name == name]
        if len(found) != 1:
            raise InputError(f"must name {name} once; found {len(found)} times")
        content = content[found[0]]
    return windows_of_times(series.times, content)


def _points(text: str, series: "TimeSeries") -> np.ndarray:
    from seqkit.series.timestamps import parse_times

    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if series.times is None:
        rows = np.array([int(line) for line in lines], np.int64)
        if len(rows) and not (rows.min() >= 0 and rows.max() < len(series)):
            raise InputError(f"readings are numbered 0 to {len(series) - 1}")
        return rows
    rows = np.flatnonzero(np.isin(series.times, parse_times(lines, "points")))
    if len(rows) != len(set(lines)):
        raise InputError(f"{len(set(lines)) - len(rows)} points are at no reading")
    return rows


def _step(number: int, what: str) -> None:
    print(f"[{number}/{_STEPS}] {what}", flush=True)


def _draw(
    detector: "AnomalyDetector", series: "TimeSeries", found: "Detection", folder: Path
) -> None:
    from seqkit import plots

    plots.detection(series.index, found, series.labels).savefig(folder / PICTURE_FILE)
    if detector.history.get("val_loss"):
        kept = int(np.argmin(detector.history["val_loss"])) + 1
        plots.learning_curves(detector.history, [kept]).savefig(
            folder / "learning_curves.png"
        )

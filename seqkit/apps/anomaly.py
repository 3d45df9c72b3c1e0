"""Anomalies in series of readings: trained without labels, judged, explained, streamed.

python apps/anomaly.py train --data readings.csv --until 0.5
python apps/anomaly.py detect --data new.csv
python apps/anomaly.py --help
"""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from seqkit.apps.anomaly_labels import read_labels
from seqkit.apps.anomaly_run import (
    figures_of,
    line_of,
    listed,
    summary,
    texts,
    write_detection,
)
from seqkit.apps.anomaly_source import Readings, ReadingSource
from seqkit.apps.anomaly_stream import POSITION, Watch
from seqkit.apps.application import (
    Application,
    Measured,
    add_json,
    add_model,
    add_page,
)
from seqkit.apps.command_line import import_tensorflow_quietly
from seqkit.errors import InputError
from seqkit.models import DetectorSettings
from seqkit.series.lines import lines_of
from seqkit.wording import counted

_OFTEN = 10.0  # seconds after which the state of a stream is left
EPILOG = """
examples:
  %(prog)s train                              blood pressure and an internal bleeding
  %(prog)s train --dataset faults             generated, every kind of fault
  %(prog)s train --data readings.csv --until 2024-03-01
  %(prog)s train --data readings.csv --columns load,heat --exogenous outside --calendar
  %(prog)s detect --data new.csv --output found
  %(prog)s evaluate --data new.csv --labels windows.json
  %(prog)s explain --data new.csv --output page.html
  tail -f readings.csv | %(prog)s stream
  %(prog)s stream --file readings.csv --follow

Each subcommand has its own --help. Train on readings without anomalies if you can
(--until); no labels are needed. A run writes one folder (--output):
  1/            SavedModel: readings in, scores and alarms out, also one by one
  config.json   settings, scales, threshold and why; fitted.npz and, where a network
                earned its place, model.keras
  metrics.json  what it reached     plots/        pictures of it
"""
STREAM = """Judge readings as they come, one a line; say when events begin and end.

A line has cells with commas, semicolons, tabs or bars between, empty where a reading
is missing: those of the channels (--columns, then --exogenous, in the order of the
training), after a time or not. After a line that names the columns, others may be
among them and the order is free. Where times leave out readings, missing ones are put
there, as detect does, at most 1,000 in one gap. A line whose time is not after the one
before, or that cannot be read, is left out and counted. A file that is followed may be
rotated. SIGTERM and Ctrl-C stop it after the readings that have come."""


class Anomalies(Application):
    """Anomalies in series of readings."""

    prog, task, output = "anomaly.py", "anomaly", "saved_models/anomaly"
    description, epilog = __doc__, EPILOG
    settings, settings_title = DetectorSettings, "network, score and threshold"
    source, unit, resumes = ReadingSource, "reading", False

    def name(self, settings: Any) -> str:
        """Name a model for tables."""
        return "a detector"

    def sizes(self, splits: Readings) -> dict[str, int]:
        """Count what each part of the data has."""
        return {"training": len(splits.training), "test": len(splits.after)}

    def fit(
        self, splits: Readings, source: Any, settings: DetectorSettings, folder: Path
    ) -> Any:
        """Train a detector."""
        from seqkit.models import AnomalyDetector

        detector = AnomalyDetector.fit(splits.training, settings)
        print(f"  {detector.report}")
        return detector

    def load(self, folder: str) -> Any:
        """Read a trained detector."""
        from seqkit.models import AnomalyDetector

        return AnomalyDetector.load(folder)

    def measure(self, model: Any, splits: Readings) -> Measured:
        """Judge all readings; those after the training beside baselines, by labels."""
        from seqkit.models.anomaly.evaluation import compare

        series, after = splits.series, splits.after
        found = model.detect(series)
        metrics: dict[str, Any] = {
            "threshold": str(found.threshold),
            "threshold_of_stream": str(model.threshold),
            "events": len(found.events()),
        }
        if after.labels is not None and after.labels.any():
            metrics["test"] = compare(model, splits.training, after)
        return Measured(metrics, lambda: figures_of(model, series, found))

    def learnt(self, model: Any) -> dict[str, Any]:
        """Say how a model was trained, for metrics.json."""
        sources = list(model.judgement.sources.names)
        return {"network": model.report, "sources": sources, "history": model.history}

    def notes(self, source: ReadingSource, splits: Readings) -> dict[str, Any]:
        """Say where data came from and what was trained on last, for config.json."""
        last = texts(splits.series.index)[len(splits.training) - 1]
        return {"data": asdict(source.found(splits.series)), "trained": last}

    def summary(self, metrics: Mapping[str, Any]) -> str:
        """Lay out what was measured for people."""
        said = f"Threshold {metrics['threshold']}\n"
        said += f"Events in all readings: {metrics['events']}"
        if "test" not in metrics:
            return said
        measured = summary(metrics["test"])
        return f"{said}\n\nOn the readings after those trained on:\n\n{measured}"

    def train(self, options: argparse.Namespace) -> None:
        """Learn what is normal, find a threshold, judge, draw and export."""
        super().train(options)

    def detect(self, options: argparse.Namespace) -> None:
        """Find the anomalies in a file: prints events; writes them, scores, a plot."""
        config = self.config(options.model)
        detector, series = self.prepared(options, config)
        known = series.times is not None and config["data"]["seconds"] is not None
        if options.position is not None and known:
            raise InputError(POSITION)
        found = detector.detect(series, options.position)
        if options.output:
            write_detection(series, found, options.output)
        index, events = texts(series.index), found.events()
        remarks = list(series.remarks)
        remarks += _remarks(config, detector, series, found, options.position)
        drift = index[int(found.drifting.argmax())] if found.drifting.any() else None
        if options.json:
            content = {
                "readings": len(series),
                "threshold": str(found.threshold),
                "remarks": remarks,
                "drift": drift,
                "events": [
                    {
                        "start": index[event.start], "end": index[event.end - 1],
                        "peak": index[event.peak], "score": event.score,
                        "severity": event.severity, "channels": event.shares,
                    }
                    for event in events
                ],
            }  # fmt: skip
            print(json.dumps(content))
            return
        print("\n".join([*remarks, f"Threshold {found.threshold}"]))
        print(f"Events in {counted(len(series), 'reading')}: {len(events)}")
        if events:
            print(f"\n{listed(events, index)}")
        if drift:
            print(f"\nDrift from {drift} on: train again")
        if options.output:
            print(f"\nWritten to {options.output}")

    def evaluate(self, options: argparse.Namespace) -> None:
        """Compare with labels, beside baselines: a column, points or windows."""
        if options.labels and options.label_column:
            raise InputError("--labels and --label-column exclude each other; got both")
        config = self.config(options.model)
        trained_on = ReadingSource.of_config(config, options.model)
        detector, series = self.prepared(options, config)
        if options.labels:
            file = options.data or trained_on.data
            series = replace(series, labels=read_labels(options.labels, series, file))
        if series.labels is None or not series.labels.any():
            raise InputError("no anomaly is labelled: give --label-column or --labels")
        everything = _training_readings(trained_on) if options.data else series
        count = _trained(everything, config["trained"])
        test = series if options.data else series[count:]
        if not test.labels.any():
            raise InputError(
                "all readings that are labelled were trained on: give others with "
                "--data"
            )
        from seqkit.models.anomaly.evaluation import compare

        metrics = compare(detector, everything[:count], test)
        if options.json:
            print(json.dumps(metrics))
            return
        size = counted(len(test), "reading")
        print(f"{size}, {int(test.labels.sum())} of them anomalous\n")
        print(summary(metrics))

    def explain(self, options: argparse.Namespace) -> None:
        """Write a page that shows what a network made of the readings before one."""
        if options.readings < 1:
            raise InputError(f"--readings must be at least 1; got {options.readings}")
        detector, series = self.prepared(options, self.config(options.model))
        from seqkit.apps.explain import explain_reading

        said = explain_reading(
            detector, series, texts(series.index), options.at, options.readings,
            options.output,
        )  # fmt: skip
        print(f"{said}\nWritten to {options.output}")

    def stream(self, options: argparse.Namespace) -> None:
        """Judge readings as they come, one a line, and print events."""
        if options.state_seconds is not None and not options.state:
            raise InputError("--state-seconds goes with --state")
        config = self.config(options.model)  # before the seconds that TensorFlow takes
        import_tensorflow_quietly()
        watch = Watch(self.load(options.model), options.model, config, options.position)
        seconds = _OFTEN if options.state_seconds is None else options.state_seconds
        if options.state:
            watch.read_state(options.state)
            watch.write_state(options.state)  # now, if it cannot be written
        stopped: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, _: stopped.append(number))

        def noted(lines: Iterable[str]) -> Iterator[str]:
            for line in lines:
                yield line
                if options.state:
                    watch.write_state_now_and_then(options.state, seconds)

        try:
            with lines_of(options.file, options.follow, lambda: bool(stopped)) as lines:
                for report in watch.reports(
                    noted(lines), options.every, options.separator
                ):
                    said = json.dumps(report) if options.json else line_of(report)
                    print(said, flush=True)
        finally:
            if options.state:
                watch.write_state(options.state)
            for line in watch.left_out():
                print(line, file=sys.stderr)
        if stopped:
            sys.exit(128 + stopped[0])

    def prepared(
        self, options: argparse.Namespace, config: Mapping[str, Any]
    ) -> tuple[Any, Any]:
        """Read a detector, and readings of the same channels."""
        source = ReadingSource.of_config(config, options.model)
        series = source.like(options).read()
        import_tensorflow_quietly()
        from seqkit.models.anomaly.training_checks import check_same_channels

        detector = self.load(options.model)
        check_same_channels(series, detector.channels)
        return detector, series

    def add_commands(self, add: Callable[[Any], argparse.ArgumentParser]) -> None:
        """Add the subcommands of this application alone."""
        commands = (self.detect, self.evaluate, self.explain, self.stream)
        each = {command.__name__: add(command) for command in commands}
        each["stream"].description = STREAM
        for added in each.values():
            add_model(added, self.output)
        for name in ("detect", "evaluate", "explain"):
            each[name].add_argument(
                "--data", required=name != "evaluate", metavar="FILE",
                help="a .csv or .tsv file with the columns of the training"
                + ("" if name != "evaluate" else " (default: the readings after them)"),
            )  # fmt: skip
        each["evaluate"].add_argument(
            "--label-column", metavar="NAME", default="", help="its column of 0 and 1"
        )
        each["evaluate"].add_argument(
            "--labels", metavar="FILE",
            help="times of anomalous readings, one a line, or without times their "
            "numbers from 0 in the whole file; or windows in .json as the Numenta "
            "Anomaly Benchmark has them",
        )  # fmt: skip
        add_page(each["explain"])
        each["explain"].add_argument(
            "--at", metavar="TIME",
            help="which reading, by its time as detect writes it, or its number "
            "(default: the peak of the most severe event)",
        )  # fmt: skip
        each["explain"].add_argument(
            "--readings", type=int, default=200, metavar="int",
            help="how many readings before it to show (default: %(default)s)",
        )  # fmt: skip
        each["detect"].add_argument(
            "--output", metavar="DIR",
            help="folder for events.csv, scores.csv and detection.png",
        )  # fmt: skip
        of_stream = each["stream"]
        of_stream.add_argument(
            "--file", metavar="FILE", help="to read (default: standard input)"
        )
        of_stream.add_argument(
            "--follow", action="store_true", help="wait for more at the end of --file"
        )
        of_stream.add_argument(
            "--state", metavar="FILE",
            help="go on from here, if it is there, and leave the state there at the "
            "end; lines are known to be new by their times: without times, give only "
            "new ones",
        )  # fmt: skip
        of_stream.add_argument(
            "--state-seconds", type=float, metavar="SECONDS",
            help=f"how often the state is left while readings come (default: {_OFTEN})",
        )  # fmt: skip
        of_stream.add_argument(
            "--separator", metavar="MARK", type=_mark,
            help="between cells (default: the comma, semicolon, tab or bar that fits)",
        )  # fmt: skip
        of_stream.add_argument(
            "--every", action="store_true",
            help="print every reading, not that events begin and end",
        )  # fmt: skip
        for name in ("detect", "stream"):
            each[name].add_argument(
                "--position", type=int, metavar="N",
                help="of readings without times, or with uneven ones: number of the "
                "first, counted from the first trained on, which is 0; a season then "
                "begins at its place, and else is learnt anew in its first period",
            )  # fmt: skip
        for name in ("detect", "evaluate", "stream"):
            add_json(each[name])


def _remarks(
    config: Mapping[str, Any],
    detector: Any,
    series: Any,
    found: Any,
    position: int | None,
) -> list[str]:
    """Say what keeps readings from being judged as those of the training were."""
    remarks = []
    if series.times is None and config["data"]["timed"]:
        remarks.append("no times: numbered from 0, and gaps are not known")
    season = detector.forecaster.normal.season
    known = series.times is not None and config["data"]["seconds"] is not None
    if season and position is None and not known:
        remarks.append(
            f"the season of {season.period} readings is learnt anew in its first "
            "period; --position says where these readings begin"
        )
    if not (found.scores >= 0).any():
        remarks.append(
            f"no reading has a score: {detector.warm_up} come before the first (lags)"
        )
    return remarks


def _trained(series: Any, last: str) -> int:
    """Count the readings up to the last that was trained on."""
    index = texts(series.index)
    if last not in index:
        raise InputError(f"the last reading trained on, {last}, is not there any more")
    return index.index(last) + 1


def _training_readings(source: ReadingSource) -> Any:
    try:
        return source.read()
    except InputError as error:
        raise InputError(
            f"the readings trained on are needed, for the baselines: {error}"
        ) from error


def _mark(text: str) -> str:
    """Take what stands between cells."""
    if len(text) != 1:
        raise argparse.ArgumentTypeError(f"must be one character; got {text!r}")
    return text


main = Anomalies().main

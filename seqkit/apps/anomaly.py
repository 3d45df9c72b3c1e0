"""Anomalies in series of readings: trained without labels, judged, explained, streamed.

python apps/anomaly.py train --data readings.csv --until 0.5
python apps/anomaly.py detect saved_models/anomaly --data new.csv
python apps/anomaly.py --help
"""

import argparse
import json
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from seqkit.apps.anomaly_labels import read_labels
from seqkit.apps.anomaly_run import (
    measured,
    shares_of,
    summary,
    texts,
    train_and_write,
    write_detection,
)
from seqkit.apps.anomaly_source import Source
from seqkit.apps.anomaly_stream import POSITION, Watch
from seqkit.apps.application import add_page
from seqkit.apps.command_line import (
    Parser,
    add_settings,
    import_tensorflow_quietly,
    run,
    settings_of,
    table,
)
from seqkit.errors import InputError
from seqkit.models import DetectorSettings
from seqkit.models.run_files import SAVED_MODEL_FOLDER, read_config
from seqkit.series.lines import lines_of
from seqkit.wording import counted

OUTPUT = "saved_models/anomaly"
_SHOWN = 20  # events that are printed
EPILOG = """
examples:
  %(prog)s train                              blood pressure and an internal bleeding
  %(prog)s train --dataset faults             generated, every kind of fault
  %(prog)s train --data readings.csv --until 2024-03-01
  %(prog)s train --data readings.csv --columns load,heat --exogenous outside --calendar
  %(prog)s detect saved_models/anomaly --data new.csv --output found
  %(prog)s evaluate saved_models/anomaly --data new.csv --labels windows.json
  %(prog)s explain saved_models/anomaly --data new.csv --output page.html
  tail -f readings.csv | %(prog)s stream saved_models/anomaly
  %(prog)s stream saved_models/anomaly --file readings.csv --follow

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


def train(options: argparse.Namespace) -> None:
    """Learn what is normal, find a threshold, judge, draw and export."""
    settings = settings_of(options, DetectorSettings)
    source = Source.of(options)
    metrics = train_and_write(source, options.until, settings, options.output)
    print(f"\nThreshold {metrics['threshold']}")
    print(f"Events in all readings: {metrics['events']}")
    if "test" in metrics:
        print(
            f"\nOn the readings after those trained on:\n\n{summary(metrics['test'])}"
        )
    print(f"\nWritten to {options.output}")


def detect(options: argparse.Namespace) -> None:
    """Find the anomalies in a file: prints events, writes events, scores, a picture."""
    config = read_config(options.model)
    detector, series = _prepared(options, config)
    known = series.times is not None and config["data"]["seconds"] is not None
    if options.position is not None and known:
        raise InputError(POSITION)
    found = detector.detect(series, options.position)
    if options.output:
        write_detection(series, found, options.output)
    index, events = texts(series.index), found.events()
    remarks = [
        *series.remarks,
        *_remarks(config, detector, series, found, options.position),
    ]
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
        print(f"\n{_listed(events, index)}")
    if drift:
        print(f"\nDrift from {drift} on: train again")
    if options.output:
        print(f"\nWritten to {options.output}")


def _listed(events: Sequence[Any], index: Sequence[str]) -> str:
    """Lay out the most severe events in the order of time."""
    worst = sorted(events, key=lambda event: -event.severity)[:_SHOWN]
    rows: list[Sequence[Any]] = [("start", "end", "readings", "severity", "channels")]
    for event in sorted(worst, key=lambda event: event.start):
        rows.append(
            (
                index[event.start], index[event.end - 1], event.end - event.start,
                f"{event.severity:.1f}", shares_of(event.shares),
            )
        )  # fmt: skip
    more = f"\n… the {_SHOWN} most severe" if len(events) > _SHOWN else ""
    return table(rows, right=[2, 3]) + more


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


def evaluate(options: argparse.Namespace) -> None:
    """Compare with labels, beside baselines: a column, a list of points, windows."""
    config = read_config(options.model)
    trained_on = Source.of_config(config, options.model)
    detector, series = _prepared(options, config)
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
            "all readings that are labelled were trained on: give others with --data"
        )
    metrics = measured(detector, everything[:count], test)
    if options.json:
        print(json.dumps(metrics))
        return
    size = counted(len(test), "reading")
    print(f"{size}, {int(test.labels.sum())} of them anomalous\n")
    print(summary(metrics))


def stream(options: argparse.Namespace) -> None:
    """Judge readings as they come, one a line, and print events."""
    config = read_config(options.model)  # before the seconds that TensorFlow takes
    import_tensorflow_quietly()
    from seqkit.models import AnomalyDetector

    detector = AnomalyDetector.load(options.model)
    watch = Watch(detector, options.model, config, options.position)
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
                watch.write_state_now_and_then(options.state, options.state_seconds)

    try:
        with lines_of(options.file, options.follow, lambda: bool(stopped)) as lines:
            for report in watch.reports(noted(lines), options.every, options.separator):
                print(json.dumps(report) if options.json else _line(report), flush=True)
    finally:
        if options.state:
            watch.write_state(options.state)
        for line in watch.left_out():
            print(line, file=sys.stderr)
    if stopped:
        sys.exit(128 + stopped[0])


def explain(options: argparse.Namespace) -> None:
    """Write a page on which to see what a network made of the readings before one."""
    if options.readings < 1:
        raise InputError(f"--readings must be at least 1; got {options.readings}")
    detector, series = _prepared(options, read_config(options.model))
    from seqkit.apps.explain import explain_reading

    said = explain_reading(
        detector,
        series,
        texts(series.index),
        options.at,
        options.readings,
        options.output,
    )
    print(f"{said}\nWritten to {options.output}")


def export(options: argparse.Namespace) -> None:
    """Write the SavedModel again, compared with a fresh process."""
    read_config(options.model)  # before the seconds that TensorFlow takes
    import_tensorflow_quietly()
    from seqkit.models import AnomalyDetector

    output = options.output or f"{options.model}/{SAVED_MODEL_FOLDER}"
    AnomalyDetector.load(options.model).export(output)
    print(f"Written to {output}")


def _trained(series: Any, last: str) -> int:
    """Count the readings up to the last that was trained on."""
    index = texts(series.index)
    if last not in index:
        raise InputError(f"the last reading trained on, {last}, is not there any more")
    return index.index(last) + 1


def _training_readings(source: Source) -> Any:
    try:
        return source.read()
    except InputError as error:
        raise InputError(
            f"the readings trained on are needed, for the baselines: {error}"
        ) from error


def _prepared(
    options: argparse.Namespace, config: Mapping[str, Any]
) -> tuple[Any, Any]:
    """Read a detector, and readings of the same channels."""
    series = Source.of_config(config, options.model).like(options).read()
    import_tensorflow_quietly()
    from seqkit.models import AnomalyDetector
    from seqkit.models.anomaly.training_checks import check_same_channels

    detector = AnomalyDetector.load(options.model)
    check_same_channels(series, detector.channels)
    return detector, series


def _line(report: Mapping[str, Any]) -> str:
    if "event" in report:
        begins = report["event"] == "begins"
        when = report["start"] if begins else f"{report['start']} to {report['end']}"
        readings = "" if begins else f"{counted(report['readings'], 'reading')}, "
        return (
            f"{'EVENT' if begins else 'ENDED'}  {when}  {readings}severity "
            f"{report['severity']:.3g}  {shares_of(report['channels'])}"
        ).rstrip()
    kind = "EVENT" if report["is_anomaly"] else "     "
    score = "missing" if report["score"] is None else f"{report['score']:.3g}"
    return (
        f"{kind}  {report['time']}  score {score}  threshold "
        f"{report['threshold']:.3g}  {shares_of(report['channels'])}"
    ).rstrip()


def parser(prog: str) -> Parser:
    """Describe the command line of a program of this name."""
    top = Parser(description=__doc__, epilog=EPILOG, prog=prog)
    top.add_version()
    commands = top.add_subparsers(dest="name", required=True, metavar="SUBCOMMAND")
    for command in (train, detect, evaluate, explain, stream, export):
        added = commands.add_parser(
            command.__name__, help=command.__doc__,
            description=STREAM if command is stream else command.__doc__,
        )  # fmt: skip
        added.set_defaults(command=command)
        if command is not train:
            added.add_argument("model", metavar="MODEL", help="folder of a run")
    each = commands.choices
    Source.add_options(each["train"], with_datasets=True)
    each["train"].add_argument(
        "--until", default="0.5", metavar="TIME",
        help="train on the readings before this time (a date, or Unix time), or on "
        "this share of them; best on ones without anomalies (default: %(default)s)",
    )  # fmt: skip
    add_settings(each["train"], DetectorSettings, "network, score and threshold")
    each["train"].add_argument(
        "--output", default=OUTPUT, metavar="DIR",
        help="folder to write, complete or not at all; it replaces an earlier run "
        "(default: %(default)s)",
    )  # fmt: skip
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
        help="times of anomalous readings, one a line, or without times their numbers "
        "from 0 in the whole file; or windows in .json as the Numenta Anomaly "
        "Benchmark has them",
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
    each["export"].add_argument(
        "--output", metavar="DIR", help="folder to write (default: 1/ in the model's)"
    )
    of_stream = each["stream"]
    of_stream.add_argument(
        "--file", metavar="FILE", help="to read (default: standard input)"
    )
    of_stream.add_argument(
        "--follow", action="store_true", help="wait for more at the end of --file"
    )
    of_stream.add_argument(
        "--state", metavar="FILE",
        help="go on from here, if it is there, and leave the state there at the end; "
        "lines are known to be new by their times: without, give only new ones",
    )  # fmt: skip
    of_stream.add_argument(
        "--state-seconds", type=float, default=10.0, metavar="SECONDS",
        help="how often the state is left while readings come (default: %(default)s)",
    )  # fmt: skip
    of_stream.add_argument(
        "--separator", metavar="MARK",
        help="between cells (default: the comma, semicolon, tab or bar that fits)",
    )  # fmt: skip
    of_stream.add_argument(
        "--every", action="store_true",
        help="print every reading, not that events begin and end",
    )  # fmt: skip
    for name in ("detect", "stream"):
        each[name].add_argument(
            "--position", type=int, metavar="N",
            help="of readings without times, or with uneven ones: number of the first, "
            "counted from the first trained on, which is 0; a season then begins at "
            "its place, and else is learnt anew in its first period",
        )  # fmt: skip
    for name in ("detect", "evaluate", "stream"):
        each[name].add_argument("--json", action="store_true", help="print JSON")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    prog = "anomaly.py" if arguments is not None else Path(sys.argv[0]).name
    return run(parser(prog), arguments)


if __name__ == "__main__":
    sys.exit(main())

"""What the anomaly application shows and writes of what was found."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqkit.apps.command_line import table
from seqkit.folders import complete_folder
from seqkit.wording import counted

if TYPE_CHECKING:
    from seqkit.models import AnomalyDetector, Detection
    from seqkit.series import TimeSeries

EVENTS_FILE, SCORES_FILE, PICTURE_FILE = "events.csv", "scores.csv", "detection.png"
_SHOWN = 20  # events that are printed
_DETECTION_FILES = {EVENTS_FILE, SCORES_FILE, PICTURE_FILE}


def summary(test: Mapping[str, Any]) -> str:
    """Lay out what was measured; the best of each column, above 0, with a star.

    Example:
        >>> each = {"f1": 0.667, "false": 0}
        >>> other = {"vus_pr": 0.9, "delay": 3.0}
        >>> kinds = ("events", "alarms", "ranges", "affiliation_above_chance")
        >>> print(summary({"seqkit": {**dict.fromkeys(kinds, each), **other}}))
                event F1  false  alarm F1  range F1  affiliation  VUS-PR  delay
        seqkit    0.667*      0    0.667*    0.667*       0.667*  0.900*    3.0
        <BLANKLINE>
        * the best of its column; delay in readings; an alarm is an unbroken stretch
        above the threshold, an event what is made of alarms close to each other;
        affiliation: F1 by distance in time, above chance
    """
    columns = {
        "event F1": lambda m: m["events"]["f1"],
        "alarm F1": lambda m: m["alarms"]["f1"],
        "range F1": lambda m: m["ranges"]["f1"],
        "affiliation": lambda m: m["affiliation_above_chance"]["f1"],
        "VUS-PR": lambda m: m["vus_pr"],
    }
    best = {n: max(of(each) for each in test.values()) for n, of in columns.items()}
    names = list(columns)
    rows = [["", names[0], "false", *names[1:], "delay"]]
    for name, each in test.items():
        cells = [
            f"{of(each):.3f}{'*' if of(each) == best[column] > 0 else ' '}"
            for column, of in columns.items()
        ]
        delay = "" if each["delay"] is None else f"{each['delay']:.1f}"
        rows.append([name, cells[0], each["events"]["false"], *cells[1:], delay])
    laid_out = table(rows, right=range(1, len(rows[0])))
    return (
        f"{laid_out}\n\n* the best of its column; delay in readings; an alarm is an "
        "unbroken stretch\nabove the threshold, an event what is made of alarms close "
        "to each other;\naffiliation: F1 by distance in time, above chance"
    )


def listed(events: Sequence[Any], index: Sequence[str]) -> str:
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


def line_of(report: Mapping[str, Any]) -> str:
    """Lay out what a stream says of a reading or an event."""
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
            ["time", "score", "threshold", "severity", "is_anomaly"]
            + [f"expected {name}" for name in found.channels],
            (
                [
                    index[row], _cell(found.scores[row]), _cell(found.levels[row]),
                    _cell(found.severity[row]), int(found.is_anomaly[row]),
                    *map(_cell, expected[row]),
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


def figures_of(
    detector: "AnomalyDetector", series: "TimeSeries", found: "Detection"
) -> dict[str, Any]:
    """Draw what was found, and how a network learnt: figures by name."""
    from seqkit import plots

    drawn = {"detection": plots.detection(series.index, found, series.labels)}
    if detector.history.get("val_loss"):
        kept = int(np.argmin(detector.history["val_loss"])) + 1
        drawn["learning_curves"] = plots.learning_curves(detector.history, [kept])
    return drawn

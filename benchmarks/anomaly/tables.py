"""The tables of each set."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.anomaly.sets import Labelled
from seqkit.models import DetectorSettings
from seqkit.models.anomaly.evaluation import Decided
from seqkit.series.events import without_gaps
from seqkit.series.metrics import (
    Judged,
    above_chance,
    affiliation_quality,
    best_nab_score,
    event_quality,
    nab_score,
    of_counts,
    range_quality,
    usual_window,
    volume_under_surface,
)
from seqkit.series.thresholds import runs

Everything = list[tuple[Labelled, dict[str, Decided]]]
GAP = DetectorSettings().gap
TELEMETRY_GAP = 100  # readings between alarms of one event, where events are counted


def markdown(head: list[str], rows: list[list[str]]) -> None:
    """Print a table."""
    for row in (head, ["---"] * len(head), *rows):
        print("| " + " | ".join(row) + " |")
    print()


def bold_best(rows: list[list[Any]], best: Callable = max) -> list[list[str]]:
    """Write numbers, the best of each column in bold; the first column is text."""
    columns = list(zip(*rows, strict=True))
    tops = [None, *(best(x for x in c if x is not None) for c in columns[1:])]
    return [
        [row[0]]
        + [
            "" if x is None else f"**{x:.3g}**" if x == top else f"{x:.3g}"
            for x, top in zip(row[1:], tops[1:], strict=True)
        ]
        for row in rows
    ]


def methods_of(everything: Everything) -> list[str]:
    """The methods that judged every series."""
    first = everything[0][1]
    return [name for name in first if all(name in each for _, each in everything)]


def near_truth(everything: Everything, method: str) -> dict[str, float]:
    """Give means over series with an anomaly: affiliation, and VUS-PR as TSB-AD has it.

    F1 of affiliation is given above chance; VUS-PR with the period of the series as its
    window.
    """
    near, volumes = [], []
    for labelled, answers in everything:
        rows, of = slice(labelled.first, None), answers[method]
        labels = labelled.labels[rows]
        if not labels.any():
            continue
        events = without_gaps(of.is_anomaly[rows], GAP)
        near.append(above_chance(affiliation_quality(labels, events)).f1)
        window = usual_window(np.nan_to_num(labelled.values[:, 0]))
        scores = np.nan_to_num(of.scores[rows])
        volumes.append(volume_under_surface(labels, scores, window))
    return {"affiliation": float(np.mean(near)), "vus_pr": float(np.mean(volumes))}


def event_table(everything: Everything) -> list[dict[str, Any]]:
    """Print F1 of alarms as they were raised, of events, of ranges, by affiliation.

    An unbroken stretch of readings above the threshold is an alarm; an event is what
    the detector makes of alarms that are close to each other. A true anomaly that any
    of them overlaps is found, and one that overlaps none is false. F1 of ranges, mean
    of the series that have alarms or anomalies, asks how much of each is overlapped by
    events.
    """
    figures = []
    for method in methods_of(everything):
        counts = {"alarm": np.zeros(3, int), "event": np.zeros(3, int)}
        ranges = []
        for labelled, answers in everything:
            rows = slice(labelled.first, None)
            labels, of = labelled.labels[rows], answers[method]
            alarms = of.severity[rows] > 1
            events = without_gaps(of.is_anomaly[rows], TELEMETRY_GAP)
            for kind, flags in (("alarm", alarms), ("event", events)):
                each = event_quality(labels, flags)
                counts[kind] += (each.found, each.missed, each.false)
            if labels.any() or events.any():
                ranges.append(range_quality(labels, events).f1)
        figure: dict[str, Any] = {"method": method}
        for kind, each in counts.items():
            quality = of_counts(*map(int, each)).quality
            figure[f"{kind}_f1"] = quality.f1
            figure[f"{kind}_counts"] = " / ".join(map(str, each))
        figure["range_f1"] = float(np.mean(ranges))
        figures.append(figure | near_truth(everything, method))
    names = ("method", "alarm_f1", "event_f1", "range_f1", "affiliation", "vus_pr")
    rows = bold_best([[figure[name] for name in names] for figure in figures])
    counts_of = ("alarm_counts", "event_counts")
    markdown(
        ["method", "alarm F1", "event F1", "range F1", "affiliation", "VUS-PR",
         "alarms: found / missed / false", "events"],
        [
            [*row, *(figure[name] for name in counts_of)]
            for row, figure in zip(rows, figures, strict=True)
        ],
    )  # fmt: skip
    return figures


def nab_table(everything: Everything) -> list[dict[str, Any]]:
    """Print NAB scores: by thresholds found without labels, and by the best one."""
    figures, rows = [], []
    for method in methods_of(everything):
        severities, alarms = [], []
        for labelled, answers in everything:
            of = answers[method]
            severities.append(Judged(of.severity, labelled.windows))
            begins = np.zeros(len(of.is_anomaly))
            flags = without_gaps(of.is_anomaly, GAP)
            begins[[start for start, _ in runs(flags)]] = 1.0
            alarms.append(Judged(begins, labelled.windows))
        own, (best, _) = nab_score(alarms, 1.0), best_nab_score(severities)
        near = near_truth(everything, method)
        figures.append({"method": method, "own": own, "best": best} | near)
        rows.append([method, own, best, *near.values()])
    print("NAB score, standard profile: with the thresholds found without labels, one")
    print("alarm an event; and with one for all series, chosen with the labels as the")
    print("benchmark does it, each reading above it an alarm\n")
    markdown(
        ["method", "own thresholds", "swept", "affiliation", "VUS-PR"], bold_best(rows)
    )
    return figures


def ucr_table(everything: Everything) -> list[dict[str, Any]]:
    """Print where the greatest score is, and VUS-PR."""
    [(labelled, answers)] = everything
    [(start, end)] = labelled.windows
    rows = slice(labelled.first, None)
    figures = []
    for method, answer in answers.items():
        scores = np.nan_to_num(answer.scores[rows], nan=-1.0)
        top = labelled.first + int(np.nanargmax(scores))
        figures.append(
            {
                "method": method,
                "top": top,
                "hit": bool(start - 100 <= top < end + 100),
                "vus_pr": volume_under_surface(labelled.labels[rows], scores),
                "affiliation": near_truth(everything, method)["affiliation"],
            }
        )
    print(f"The anomaly is at {start} to {end - 1}; a hit is within 100 readings\n")
    cells = bold_best([[f["method"], f["vus_pr"], f["affiliation"]] for f in figures])
    markdown(
        ["method", "VUS-PR", "affiliation", "greatest score at", "hit"],
        [
            [*row, str(f["top"]), "yes" if f["hit"] else "no"]
            for row, f in zip(cells, figures, strict=True)
        ],
    )
    return figures


def fault_table(everything: Everything) -> list[dict[str, Any]]:
    """Print what share of each kind of fault was found, and false events.

    A fault is found by an alarm from its first reading to the tenth after it. An event
    that overlaps no fault, nor the 30 readings after one, is false.
    """
    kinds = sorted({kind for labelled, _ in everything for kind in labelled.kinds})
    figures, rows = [], []
    for method in methods_of(everything):
        hits: dict[str, list[bool]] = {kind: [] for kind in kinds}
        false = readings = 0
        for labelled, answers in everything:
            alarms = answers[method].severity > 1
            events = runs(without_gaps(answers[method].is_anomaly, GAP))
            near = np.zeros(len(alarms), bool)
            for kind, (start, end) in zip(
                labelled.kinds, labelled.windows, strict=True
            ):
                hits[kind].append(bool(alarms[start : end + 10].any()))
                near[start : end + 30] = True
            false += sum(
                not near[start:end].any()
                for start, end in events
                if end > labelled.first
            )
            readings += len(alarms) - labelled.first
        by = {kind: float(np.mean(hits[kind])) for kind in kinds}
        rate = 20_000 * false / readings
        near = near_truth(everything, method)
        figures.append({"method": method, "false": rate, **by, **near})
        rows.append([method, *by.values(), *near.values()])
    markdown(
        ["method", *kinds, "affiliation", "VUS-PR", "false events in 20,000"],
        [
            [*row, f"{f['false']:.1f}"]
            for row, f in zip(bold_best(rows), figures, strict=True)
        ],
    )
    return figures


TABLES = {
    "nab": nab_table,
    "aws": event_table,
    "msl": event_table,
    "ucr": ucr_table,
    "faults": fault_table,
    "machine": fault_table,
}

# The figures of each set whose spread over seeds is shown.
HEADLINES = {
    "nab": ("own", "best", "affiliation", "vus_pr"),
    "aws": ("alarm_f1", "event_f1", "range_f1", "affiliation", "vus_pr"),
    "msl": ("alarm_f1", "event_f1", "range_f1", "affiliation", "vus_pr"),
    "ucr": ("vus_pr",),
    "faults": ("false",),
    "machine": ("false",),
}


def spread_table(name: str, figures: list[list[dict[str, Any]]]) -> None:
    """Print mean, least and greatest of a figure over seeds."""
    rows = []
    for of_method in zip(*figures, strict=True):
        values = [figure[name] for figure in of_method]
        cells = (float(np.mean(values)), min(values), max(values))
        rows.append([of_method[0]["method"], *(f"{value:.3f}" for value in cells)])
    markdown(["method", f"{name}: mean", "least", "greatest"], rows)

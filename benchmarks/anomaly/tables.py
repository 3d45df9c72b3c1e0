"""The tables of each set."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.anomaly.methods import WINDOWED_GAUSSIAN, Answer
from benchmarks.anomaly.sets import Labelled
from seqkit.series.metrics import (
    Judged,
    best_nab_score,
    event_quality,
    nab_score,
    of_counts,
    volume_under_surface,
)

Everything = list[tuple[Labelled, dict[str, Answer]]]


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


def events_of(everything: Everything, method: str) -> Any:
    """Count events of all series, and what follows."""
    found = missed = false = 0
    for labelled, answers in everything:
        rows = slice(labelled.first, None)
        each = event_quality(labelled.labels[rows], answers[method].is_anomaly[rows])
        found, missed = found + each.found, missed + each.missed
        false += each.false
    return of_counts(found, missed, false)


def methods_of(everything: Everything) -> list[str]:
    return list(everything[0][1])


def event_table(everything: Everything) -> list[dict[str, Any]]:
    """Print precision, recall and F1 of events."""
    figures = []
    for method in methods_of(everything):
        each = events_of(everything, method)
        counts_of = {name: getattr(each, name) for name in ("found", "missed", "false")}
        figures.append({"method": method, **each.quality._asdict(), **counts_of})
    names = ("method", "precision", "recall", "f1")
    rows = [[figure[name] for name in names] for figure in figures]
    counts = [[str(f[n]) for n in ("found", "missed", "false")] for f in figures]
    head = ["method", "precision", "recall", "F1", "found", "missed", "false"]
    markdown(head, [a + b for a, b in zip(bold_best(rows), counts, strict=True)])
    return figures


def nab_table(everything: Everything) -> list[dict[str, Any]]:
    """Print NAB scores: by the benchmark's own procedure, and without labels."""
    categories = sorted({labelled.name.split("/")[0] for labelled, _ in everything})
    with_windows = [
        c
        for c in categories
        if any(each.windows for each, _ in everything if each.name.startswith(c))
    ]
    figures, rows = [], []
    for method in methods_of(everything):

        def judged(of: str = "", method: str = method) -> list[Judged]:
            raw = method == WINDOWED_GAUSSIAN  # its probability has this order
            return [
                Judged(a[method].scores if raw else a[method].severity, each.windows)
                for each, a in everything
                if each.name.startswith(of)
            ]

        alarms = [
            Judged(np.where(a[method].severity > 1, 1.0, 0.0), each.windows)
            for each, a in everything
        ]
        best, threshold = best_nab_score(judged())
        by = {c: nab_score(judged(c), threshold) for c in with_windows}
        own = nab_score(alarms, 1.0)
        figures.append({"method": method, "best": best, "own": own, **by})
        rows.append([method, best, *by.values(), own])
    print("NAB score, standard profile; one threshold for all series, chosen with the")
    print(
        "labels as the benchmark does it; last, the thresholds found without labels\n"
    )
    markdown(["method", "all", *with_windows, "without labels"], bold_best(rows))
    return figures


def ucr_table(everything: Everything) -> list[dict[str, Any]]:
    """Print where the greatest score is, and VUS-PR."""
    [(labelled, answers)] = everything
    [(start, end)] = labelled.windows
    rows = slice(labelled.first, None)
    figures = []
    for method, answer in answers.items():
        scores = answer.scores[rows]
        top = labelled.first + int(np.nanargmax(scores))
        figures.append(
            {
                "method": method,
                "top": top,
                "hit": bool(start - 100 <= top < end + 100),
                "vus_pr": volume_under_surface(labelled.labels[rows], scores),
            }
        )
    print(f"The anomaly is at {start} to {end - 1}; a hit is within 100 readings\n")
    cells = bold_best([[f["method"], f["vus_pr"]] for f in figures])
    markdown(
        ["method", "VUS-PR", "greatest score at", "hit"],
        [
            [*row, str(f["top"]), "yes" if f["hit"] else "no"]
            for row, f in zip(cells, figures, strict=True)
        ],
    )
    return figures


def fault_table(everything: Everything) -> list[dict[str, Any]]:
    """Print what share of each kind of fault was found, and false alarms."""
    kinds = sorted({kind for labelled, _ in everything for kind in labelled.kinds})
    figures, rows = [], []
    for method in methods_of(everything):
        hits: dict[str, list[bool]] = {kind: [] for kind in kinds}
        false = readings = 0
        for labelled, answers in everything:
            flags = answers[method].is_anomaly
            period = 100  # an alarm until a period after a fault is not false
            allowed = np.zeros(len(flags), bool)
            for kind, (start, end) in zip(
                labelled.kinds, labelled.windows, strict=True
            ):
                hits[kind].append(bool(flags[start : end + 10].any()))
                allowed[start : end + period] = True
            rest = flags & ~allowed
            rest[: labelled.first] = False
            false += int(np.count_nonzero(np.diff(rest.astype(int)) == 1))
            readings += len(flags) - labelled.first
        by = {kind: float(np.mean(hits[kind])) for kind in kinds}
        rate = 10_000 * false / readings
        figures.append({"method": method, "false": rate, **by})
        rows.append([method, *by.values()])
    markdown(
        ["method", *kinds, "false alarms in 10,000"],
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
}

# The figure of each set whose spread over seeds is shown.
HEADLINES = {
    "nab": "best",
    "aws": "f1",
    "msl": "f1",
    "ucr": "vus_pr",
    "faults": "false",
}


def spread_table(name: str, figures: list[list[dict[str, Any]]]) -> None:
    """Print mean, least and greatest of a figure over seeds."""
    rows = []
    for of_method in zip(*figures, strict=True):
        values = [figure[name] for figure in of_method]
        cells = (float(np.mean(values)), min(values), max(values))
        rows.append([of_method[0]["method"], *(f"{value:.3f}" for value in cells)])
    markdown(["method", f"{name}: mean", "least", "greatest"], rows)

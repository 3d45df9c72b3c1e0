"""Each floor of the project beside what was reached."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from benchmarks.points import COUNTERPARTS, FLOORS, MODES
from benchmarks.results import (
    FASTER_KERAS,
    OTHER_FRAMEWORKS,
    Results,
    geometric_mean,
)
from benchmarks.tables import MISSING, Table

LONG = "128"
"""Fit points of this time are held against the other frameworks."""


@dataclasses.dataclass(frozen=True)
class Line:
    """One floor. `reached` is None where nothing was measured."""

    what: str
    floor: str
    reached: float | None
    met: bool | None
    points: int
    where: str = ""


Values = dict[str, float]


def measured(pairs: list[tuple[str, float | None]]) -> Values:
    return {label: value for label, value in pairs if value is not None}


def fit_speedups(results: Results, others: tuple[str, ...], time: str = "") -> Values:
    return measured(
        [
            (
                f"{network} {point}",
                results.speedup("fit", "step", network, point, others),
            )
            for network, point in results.rows("fit")
            if point.split()[0] == time or not time
        ]
    )


def layer_speedups(results: Results, mode: str) -> Values:
    return measured(
        [
            (
                f"{network} {point}",
                results.speedup("layers", mode, network, point, FASTER_KERAS),
            )
            for network, point in results.rows("layers")
            if network in COUNTERPARTS
        ]
    )


def feedback_slowdowns(results: Results) -> Values:
    return measured(
        [
            (f"{network} {point}, {mode}", results.slowdown(mode, network, point))
            for network, point in results.rows("layers")
            if network not in COUNTERPARTS
            for mode in MODES
        ]
    )


def bucketed_compilations(results: Results) -> Values:
    """Compilations of seqkit in each bucketed feed: first epoch and all later ones."""
    return measured(
        [
            (
                f"{item.network} {item.point}",
                item.compiled["count"] + item.compiled_later,
            )
            for item in results
            if item.section == "fit"
            and item.contestant == "seqkit"
            and item.point.endswith("bucketed")
            and item.compiled_later is not None
        ]
    )


def each(what: str, values: Values, floor: float) -> Line:
    """The smallest of `values` is at least `floor`."""
    return _extreme(what, values, min, lambda v: v >= floor, f"at least {floor:.2f}")


def at_most(what: str, values: Values, ceiling: float) -> Line:
    """The largest of `values` is at most `ceiling`."""
    return _extreme(what, values, max, lambda v: v <= ceiling, f"at most {ceiling:g}")


def _extreme(
    what: str,
    values: Values,
    worst: Callable,
    met: Callable[[float], bool],
    floor: str,
) -> Line:
    if not values:
        return Line(what, floor, None, None, 0)
    where = worst(values, key=values.__getitem__)
    reached = values[where]
    return Line(what, floor, reached, met(reached), len(values), where)


def mean(what: str, values: Values, floor: float) -> Line:
    """The geometric mean of `values` is at least `floor`."""
    text = f"at least {floor:.2f}"
    if not values:
        return Line(what, text, None, None, 0)
    reached = geometric_mean(values.values())
    return Line(what, text, reached, reached >= floor, len(values))


def summary(results: Results) -> list[Line]:
    """All floors; those whose points were not measured say so."""
    keras = fit_speedups(results, ("keras-tf",))
    others = fit_speedups(results, OTHER_FRAMEWORKS, LONG)
    gradients = layer_speedups(results, "gradients")
    inference = layer_speedups(results, "inference")
    return [
        each("fit against Keras on TF, worst point", keras, FLOORS.fit_each),
        mean("fit against Keras on TF, geometric mean", keras, FLOORS.fit_mean),
        mean(
            f"fit at time {LONG} against the best of Keras on JAX and torch, "
            "geometric mean",
            others,
            FLOORS.fit_long_mean,
        ),
        each(
            "layers with gradients against the faster Keras mode, worst point",
            gradients,
            FLOORS.gradients_each,
        ),
        mean(
            "layers with gradients against the faster Keras mode, geometric mean",
            gradients,
            FLOORS.gradients_mean,
        ),
        each(
            "inference against the faster Keras mode, worst point",
            inference,
            FLOORS.inference_each,
        ),
        at_most(
            "Elman and Jordan, time in that of SimpleRNN, worst point",
            feedback_slowdowns(results),
            FLOORS.feedback_slowdown,
        ),
        at_most(
            "compilations in an epoch of bucketed text, most",
            bucketed_compilations(results),
            FLOORS.compilations,
        ),
        failures(results),
    ]


def failures(results: Results) -> Line:
    """How many measurements failed, or computed something else than the rest."""
    items = list(results)
    failed = [item.where for item in items if item.error is not None]
    first = failed[0] if failed else ""
    what = "measurements that failed, or disagree with the others"
    return Line(what, "none", len(failed), not failed, len(items), first)


def summary_table(lines: list[Line]) -> Table:
    """The summary as a table; what this run did not measure is named below."""
    left = [line.what for line in lines if line.met is None]
    return Table(
        "Targets, and what was reached",
        ["what", "worst at", "target", "reached", "met", "points"],
        [
            [
                line.what,
                line.where or MISSING,
                line.floor,
                f"{line.reached:.2f}",
                "yes" if line.met else "NO",
                str(line.points),
            ]
            for line in lines
            if line.met is not None
        ],
        f"Not measured in this run: {'; '.join(left)}." if left else "",
    )

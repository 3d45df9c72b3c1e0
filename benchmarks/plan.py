"""From options to what is measured: the full run, or the quick one, or a choice."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterator, Sequence

from benchmarks import measure
from benchmarks.contestants import FIT_CONTESTANTS, LAYER_CONTESTANTS
from benchmarks.measure import Effort, Measurement
from benchmarks.points import (
    COUNTERPARTS,
    FEEDS,
    LAYER_POINTS,
    NETWORKS,
    SECTIONS,
    TIMES,
    FitPoint,
    LayerPoint,
)
from benchmarks.processes import Fleet

FULL = Effort(layer_repetitions=7, layer_seconds=0.2, fit_repetitions=5, steps=30)
QUICK = Effort(layer_repetitions=3, layer_seconds=0.1, fit_repetitions=3, steps=10)


@dataclasses.dataclass(frozen=True)
class Plan:
    """What will be measured, and how long."""

    sections: Sequence[str]
    fit_contestants: Sequence[str]
    layer_contestants: Sequence[str]
    networks: Sequence[str]
    layer_points: Sequence[LayerPoint]
    fit_points: Sequence[FitPoint]
    effort: Effort
    keep_processes: bool

    @property
    def contestants(self) -> list[str]:
        """All that take part in one of the sections."""
        fit = self.fit_contestants if "fit" in self.sections else ()
        alone = self.layer_contestants if {*self.sections} - {"fit"} else ()
        return list(dict.fromkeys([*fit, *alone]))

    @classmethod
    def of(cls, options: argparse.Namespace) -> Plan:
        """The full or the quick plan, changed by the options that were given."""
        quick = options.quick
        effort = QUICK if quick else FULL
        if options.repetitions:
            effort = dataclasses.replace(
                effort,
                layer_repetitions=options.repetitions,
                fit_repetitions=options.repetitions,
            )
        if options.steps:
            effort = dataclasses.replace(effort, steps=options.steps)
        fit_networks = options.networks or (["LSTM"] if quick else COUNTERPARTS)
        points = [
            FitPoint(network, time_steps, feed, effort.steps)
            for network in fit_networks
            if network in COUNTERPARTS
            for time_steps in options.times or (TIMES[:1] if quick else TIMES)
            for feed in options.feeds or (FEEDS[1:] if quick else FEEDS)
        ]
        return cls(
            sections=options.sections or (SECTIONS[:2] if quick else SECTIONS),
            fit_contestants=options.contestants or FIT_CONTESTANTS,
            layer_contestants=[
                name
                for name in options.contestants or LAYER_CONTESTANTS
                if name in LAYER_CONTESTANTS
            ],
            networks=options.networks or NETWORKS,
            layer_points=options.points or LAYER_POINTS[: 1 if quick else None],
            fit_points=points,
            effort=effort,
            keep_processes=quick,
        )

    def groups(self, fleet: Fleet) -> Iterator[list[Measurement]]:
        """Measure, group by group, with those contestants that have started."""
        able = fleet.said
        layer_names = [name for name in self.layer_contestants if name in able]
        layers = layer_names, self.networks, self.layer_points, self.effort
        if "fit" in self.sections:
            names = [name for name in self.fit_contestants if name in able]
            yield from measure.fit(fleet, names, self.fit_points, self.effort)
        if "layers" in self.sections:
            yield from measure.layers(fleet, *layers)
        if "memory" in self.sections:
            yield from measure.memory(*layers)

"""Finding measurements by what they are of, and the ratios between them."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

from benchmarks.measure import Measurement

FASTER_KERAS = ("keras-tf", "keras-tf-jit")
OTHER_FRAMEWORKS = ("keras-jax", "torch")


class Results:
    """Measurements by section, mode, network, point and contestant."""

    def __init__(self, measurements: Iterable[Measurement]) -> None:
        self.by_key = {
            (m.section, m.mode, m.network, m.point, m.contestant): m
            for m in measurements
        }

    def __iter__(self) -> Iterable[Measurement]:
        return iter(self.by_key.values())

    def contestants(self, section: str) -> list[str]:
        """Contestants of a section, in the order they were measured."""
        return list(dict.fromkeys(m.contestant for m in self if m.section == section))

    def rows(self, section: str) -> list[tuple[str, str]]:
        """(network, point) pairs of a section, in the order they were measured."""
        found = ((m.network, m.point) for m in self if m.section == section)
        return list(dict.fromkeys(found))

    def get(
        self, section: str, mode: str, network: str, point: str, contestant: str
    ) -> Measurement | None:
        return self.by_key.get((section, mode, network, point, contestant))

    def median(self, *key: str) -> float | None:
        """Median seconds; None if it was not measured or failed."""
        found = self.get(*key)
        return None if found is None else found.median

    def speedup(
        self,
        section: str,
        mode: str,
        network: str,
        point: str,
        others: Sequence[str],
    ) -> float | None:
        """Time of the fastest of `others`, divided by seqkit's."""
        row = section, mode, network, point
        ours = self.median(*row, "seqkit")
        times = [t for other in others if (t := self.median(*row, other)) is not None]
        return min(times) / ours if times and ours is not None else None

    def slowdown(self, mode: str, network: str, point: str) -> float | None:
        """Time of a seqkit layer, divided by seqkit's SimpleRNN's at that point."""
        ours = self.median("layers", mode, network, point, "seqkit")
        plain = self.median("layers", mode, "SimpleRNN", point, "seqkit")
        return None if ours is None or plain is None else ours / plain


def geometric_mean(values: Iterable[float]) -> float:
    """Geometric mean of positive numbers."""
    return statistics.geometric_mean(values)

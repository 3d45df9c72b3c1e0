"""The measurements as tables: for the terminal, and in Markdown."""

from __future__ import annotations

import dataclasses

from benchmarks.contestants import CONTESTANTS
from benchmarks.measure import Measurement
from benchmarks.points import COUNTERPARTS, MODES
from benchmarks.results import FASTER_KERAS, OTHER_FRAMEWORKS, Results

MISSING = "-"
FAILED = "failed"


@dataclasses.dataclass
class Table:
    """A title, a header, rows of cells, and a note below."""

    title: str
    header: list[str]
    rows: list[list[str]]
    note: str = ""
    labels: int = 2
    """Leading columns that hold text, not figures."""

    def text(self) -> str:
        """Aligned columns; figures are right-aligned."""
        lines = [self.header, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        aligned = [
            "  ".join(
                cell.ljust(width) if i < self.labels else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        ]
        rule = "-" * max(map(len, aligned))
        parts = [self.title, rule, aligned[0], rule, *aligned[1:]]
        return "\n".join([*parts, *([self.note] if self.note else [])])

    def markdown(self) -> str:
        """A GitHub table under a heading."""
        marks = ["---" if i < self.labels else "---:" for i in range(len(self.header))]
        lines = [
            "| " + " | ".join(cells) + " |"
            for cells in (self.header, marks, *self.rows)
        ]
        parts = [f"### {self.title}", "", *lines]
        return "\n".join([*parts, *(["", self.note] if self.note else [])])


def titles(contestants: list[str]) -> list[str]:
    return [CONTESTANTS[contestant].title for contestant in contestants]


def milliseconds(item: Measurement | None) -> str:
    """`"12.3 (11.9)"`: median and minimum."""
    if item is None:
        return MISSING
    if item.error is not None:
        return FAILED
    return f"{number(item.median * 1e3)} ({number(min(item.seconds) * 1e3)})"


def number(value: float | None) -> str:
    """Three significant digits, never in exponents."""
    if value is None:
        return MISSING
    digits = 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0
    return f"{value:.{digits}f}"


def ratio(value: float | None) -> str:
    return MISSING if value is None else f"{value:.2f}x"


def layer_tables(results: Results) -> list[Table]:
    """Times of layers alone, one table a mode, and the networks without rivals."""
    names = results.contestants("layers")
    rows = [row for row in results.rows("layers") if row[0] in COUNTERPARTS]
    explained = {
        "inference": "forward alone",
        "gradients": "forward and gradients of inputs and all weights",
    }
    tables = [
        Table(
            f"Layers alone, {explained[mode]}: ms",
            [
                "network",
                "batch x time x features x units",
                *titles(names),
                "faster Keras / seqkit",
                "torch / seqkit",
            ],
            [
                [
                    network,
                    point,
                    *(
                        milliseconds(results.get("layers", mode, network, point, c))
                        for c in names
                    ),
                    ratio(
                        results.speedup("layers", mode, network, point, FASTER_KERAS)
                    ),
                    ratio(results.speedup("layers", mode, network, point, ["torch"])),
                ]
                for network, point in rows
            ],
            "Median (minimum). A ratio above 1 says how many times faster seqkit is.",
        )
        for mode in MODES
    ]
    return [*tables, *feedback_tables(results)]


def feedback_tables(results: Results) -> list[Table]:
    """Elman and Jordan beside seqkit's SimpleRNN of the same units."""
    rows = [row for row in results.rows("layers") if row[0] not in COUNTERPARTS]
    if not rows:
        return []
    columns = [
        cell for mode in MODES for cell in (f"{mode}, ms", f"{mode} / SimpleRNN's")
    ]
    return [
        Table(
            "Networks with an output layer of their own, output_units = units",
            ["network", "batch x time x features x units", *columns],
            [
                [
                    network,
                    point,
                    *(
                        cell
                        for mode in MODES
                        for cell in (
                            milliseconds(
                                results.get("layers", mode, network, point, "seqkit")
                            ),
                            ratio(results.slowdown(mode, network, point)),
                        )
                    ),
                ]
                for network, point in rows
            ],
            "Ratios to the time of seqkit's SimpleRNN at the same point.",
        )
    ]


def first_call_tables(results: Results) -> list[Table]:
    """What the first call costs: tracing and compilation."""

    def cell(network: str, point: str, contestant: str) -> str:
        items = [
            results.get("layers", mode, network, point, contestant) for mode in MODES
        ]
        if not any(items):
            return MISSING
        return " / ".join(number(item.first if item else None) for item in items)

    names = results.contestants("layers")
    return [
        Table(
            "Layers alone, first call: seconds, forward alone / with gradients",
            ["network", "batch x time x features x units", *titles(names)],
            [
                [network, point, *(cell(network, point, name) for name in names)]
                for network, point in results.rows("layers")
            ],
        )
    ]


def memory_tables(results: Results) -> list[Table]:
    """Peak memory, one table a mode."""

    def cell(item: Measurement | None) -> str:
        if item is None:
            return MISSING
        if item.error is not None:
            return FAILED
        return f"{item.megabytes:.0f}"

    names = results.contestants("memory")
    return [
        Table(
            f"Layers alone, {mode}: peak memory, MB",
            ["network", "batch x time x features x units", *titles(names)],
            [
                [
                    network,
                    point,
                    *(
                        cell(results.get("memory", mode, network, point, name))
                        for name in names
                    ),
                ]
                for network, point in results.rows("memory")
            ],
            "Of the first calls, compilation included, in a fresh process, above what "
            "it held after imports and one tiny call.",
        )
        for mode in MODES
    ]


def fit_tables(results: Results) -> list[Table]:
    """A training step inside `fit`; and the first epoch with its compilations."""
    names, rows = results.contestants("fit"), results.rows("fit")
    compiling = [name for name in names if CONTESTANTS[name].framework != "torch"]

    def first(item: Measurement | None) -> str:
        if item is None or item.first is None:
            return MISSING
        if item.compiled_later is None:
            return f"{number(item.first)} (not countable)"
        return f"{number(item.first)} ({item.compiled['count']}+{item.compiled_later})"

    def shapes(network: str, point: str) -> str:
        item = results.get("fit", "step", network, point, names[0])
        return str(item.batch_shapes)

    return [
        Table(
            "A training step inside fit: ms",
            [
                "network",
                "time, feed",
                *titles(names),
                "Keras on TF / seqkit",
                "best of JAX, torch / seqkit",
            ],
            [
                [
                    network,
                    point,
                    *(
                        milliseconds(results.get("fit", "step", network, point, name))
                        for name in names
                    ),
                    ratio(results.speedup("fit", "step", network, point, ["keras-tf"])),
                    ratio(
                        results.speedup("fit", "step", network, point, OTHER_FRAMEWORKS)
                    ),
                ]
                for network, point in rows
            ],
            "Median (minimum) of whole epochs, divided by their steps. Embedding(5000, "
            "64), two recurrent layers of 128, Dense(1), Adam, mse, batch 32; torch: "
            "the same model in a plain loop, without torch.compile.",
        ),
        Table(
            "First epoch of fit: seconds (XLA compilations: in it + later)",
            ["network", "time, feed", "batch shapes", *titles(compiling)],
            [
                [
                    network,
                    point,
                    shapes(network, point),
                    *(
                        first(results.get("fit", "step", network, point, name))
                        for name in compiling
                    ),
                ]
                for network, point in rows
            ],
        ),
    ]


def all_tables(results: Results) -> list[Table]:
    """Tables of the sections that were measured."""
    makers = {
        "fit": [fit_tables],
        "layers": [layer_tables, first_call_tables],
        "memory": [memory_tables],
    }
    return [
        table
        for section, functions in makers.items()
        if results.rows(section)
        for function in functions
        for table in function(results)
    ]

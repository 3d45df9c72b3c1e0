"""The command: python -m benchmarks table.

Writes the README's table of all networks. What is measured in it, the speed, is what
`python -m benchmarks cells --save` kept.
"""

from __future__ import annotations

import argparse
import inspect
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.networks.cells import POINT, SPEEDS

DESCRIPTION = __doc__.split("\n\n", 1)[1]
README = Path(__file__).parents[2] / "README.md"
BEGIN = "<!-- table of layers: python -m benchmarks table -->"
END = "<!-- end of the table of layers -->"
HEADINGS = (
    "network", "paper", "parameters", "speed", "scan", "mask", "stream", "export",
)  # fmt: skip
SPEED = HEADINGS.index("speed")


def rows() -> list[list[str]]:
    """The cells of the table, a row for each network."""
    from seqkit import layers
    from seqkit.cells.linear import LinearCell
    from seqkit.layers.base import LayerOverCell

    speeds = json.loads(SPEEDS.read_text()) if SPEEDS.exists() else {}
    found = []
    for name, cls in layers.networks().items():
        layer = layers.get(cls, POINT.units)
        layer.build((None, None, POINT.features))
        speed = f"{speeds[name]:.1f}" if name in speeds else ""
        properties = (
            isinstance(layer.cell, LinearCell),
            layer.supports_masking,
            isinstance(layer, LayerOverCell),
            True,  # the contract of all layers tries it
        )
        parameters = f"{layer.count_params():,}"
        marks = ["yes" if each else "" for each in properties]
        found.append([f"`{name}`", paper(cls), parameters, speed, *marks])
    return found


def paper(cls: type) -> str:
    """Authors, or the first one, and year of the paper that a docstring names.

    Example:
    >>> from seqkit.layers import Elman
    >>> paper(Elman)
    'Elman 1990'
    """
    text = inspect.getdoc(cls).partition("Reference:")[2].strip()
    authors = re.split(r",? \"", text)[0]
    names = [re.sub(r"^([A-Z]\.[- ]?)+", "", each) for each in authors.split(", ")]
    if "et al" in authors or len(names) > 2:
        names = [names[0].removesuffix(" et al.") + " et al."]
    year = re.search(r"\b(19|20)\d\d\b", text)
    return f"{', '.join(names)} {year.group() if year else ''}".strip()


def markdown() -> str:
    """The table between its marks."""
    lines = [
        BEGIN,
        "| " + " | ".join(HEADINGS) + " |",
        "|" + "---|" * len(HEADINGS),
        *("| " + " | ".join(row) + " |" for row in rows()),
        END,
    ]
    return "\n".join(lines)


def table_in(text: str) -> list[list[str]]:
    """The rows of the table that a README holds."""
    inside = text.split(BEGIN)[1].split(END)[0].strip().splitlines()[2:]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in inside]


def main(words: Sequence[str]) -> int:
    """Write the table into the README, or print it."""
    parse = argparse.ArgumentParser(
        prog="python -m benchmarks table", description=DESCRIPTION
    )
    parse.add_argument("--print", action="store_true", help="print it; write nothing")
    options = parse.parse_args(words)
    table = markdown()
    if options.print:
        print(table)
        return 0
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    README.write_text(before + table + rest.split(END)[1], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

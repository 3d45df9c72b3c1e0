"""The command: python -m benchmarks torchrecurrent.

Each library has a process of its own, so that their threads do not disturb each other.
They take turns, a few training steps at a time.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import statistics
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.arguments import layer_point, positive
from benchmarks.points import THREADS, LayerPoint
from benchmarks.torchrecurrent.pairs import PAIRS
from benchmarks.torchrecurrent.sides import ours, theirs

DESCRIPTION = """\
The networks that torchrecurrent has too, with converted weights: the largest difference
between their outputs, and the time of a training step (forward, gradients of all
weights, Adam) of each.
"""
TOLERANCE = 1e-5
POINT = LayerPoint(32, 100, 64, 128)


class Side:
    """A library in a process of its own."""

    def __init__(self, serve: Callable[[Connection, int], None]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self.process = context.Process(target=serve, args=(other, THREADS), daemon=True)
        self.process.start()
        other.close()

    def ask(self, *request: Any) -> Any:
        """What the process answers; an error there is raised here."""
        self.connection.send(request)
        try:
            answer = self.connection.recv()
        except EOFError:
            raise SystemExit("a process ended without an answer") from None
        if isinstance(answer, str):
            raise SystemExit(answer)
        return answer

    def close(self) -> None:
        """End the process."""
        self.connection.close()
        self.process.join()


def measure(
    sides: Sequence[Side], network: str, point: LayerPoint, rounds: int, steps: int
) -> dict:
    """The difference and the times, in seconds a step, of one network."""
    size = (point.batch, point.time, point.features, point.units)
    mine, other = sides
    expected, state = other.ask("build", network, size)
    outputs, _ = mine.ask("build", network, size, state)
    difference = float(abs(outputs - expected).max())
    for side in sides:
        side.ask("train", 1)
    times = [
        [side.ask("train", steps) / steps for side in sides] for _ in range(rounds)
    ]
    medians = [statistics.median(column) for column in zip(*times, strict=True)]
    return {
        "network": network,
        "difference": difference,
        "seqkit": medians[0],
        "torchrecurrent": medians[1],
        "ratio": medians[1] / medians[0],
        "rounds": times,
    }


def line(found: dict) -> str:
    """A row of the table."""
    return (
        f"{found['network']:<14}{found['difference']:>12.1e}"
        f"{found['seqkit'] * 1e3:>12.2f}{found['torchrecurrent'] * 1e3:>20.2f}"
        f"{found['ratio']:>8.1f}"
    )


def main(words: Sequence[str]) -> int:
    """Measure, and print a table; 0 where all values agree."""
    parse = argparse.ArgumentParser(
        prog="python -m benchmarks torchrecurrent", description=DESCRIPTION
    )
    add = parse.add_argument
    add("--networks", nargs="+", choices=PAIRS, default=list(PAIRS), metavar="NAME",
        help=f"of {', '.join(PAIRS)}")  # fmt: skip
    add("--point", type=layer_point, default=POINT, metavar="BxTxFxU",
        help=f"batch, time, features, units; {POINT} by default")  # fmt: skip
    add("--rounds", type=positive, default=9, help="turns of each; 9 by default")
    add("--steps", type=positive, default=3, help="steps in a turn; 3 by default")
    add("--json", type=Path, metavar="FILE", help="write everything measured here")
    options = parse.parse_args(words)
    if find_spec("torchrecurrent") is None:
        parse.error("needs the package torchrecurrent: pip install '.[bench]'")

    print(f"batch x time x features x units: {options.point}; {THREADS} threads")
    print("network         difference  seqkit, ms  torchrecurrent, ms   ratio")
    found = []
    with ExitStack() as stack:
        sides = [Side(serve) for serve in (ours, theirs)]
        for side in sides:
            stack.callback(side.close)
        for network in options.networks:
            found.append(
                measure(sides, network, options.point, options.rounds, options.steps)
            )
            print(line(found[-1]), flush=True)
    mean = math.exp(statistics.fmean(math.log(each["ratio"]) for each in found))
    print(f"geometric mean of the ratios: {mean:.1f}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")
    wrong = [each["network"] for each in found if not each["difference"] <= TOLERANCE]
    if wrong:
        print(f"differ by more than {TOLERANCE}: {', '.join(wrong)}", file=sys.stderr)
    return 1 if wrong else 0

"""The entry command: measure, print tables, write JSON and Markdown."""

from __future__ import annotations

import dataclasses
import json
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.arguments import parser
from benchmarks.contestants import CONTESTANTS, available
from benchmarks.gpu import main as gpu
from benchmarks.measure import Measurement
from benchmarks.networks.cells import main as cells
from benchmarks.networks.learning import main as tasks
from benchmarks.networks.table import main as table
from benchmarks.networks.through_time import main as through_time
from benchmarks.plan import Plan
from benchmarks.points import COUNTERPARTS, SECTIONS
from benchmarks.processes import Fleet
from benchmarks.results import Results
from benchmarks.scan import main as scan
from benchmarks.settings import OtherPrograms, described, settings
from benchmarks.summary import summary, summary_table
from benchmarks.tables import all_tables, number
from benchmarks.torchrecurrent.command import main as torchrecurrent
from benchmarks.trace import main as trace

# Commands of their own, with options of their own.
COMMANDS = {
    "cells": cells,
    "gpu": gpu,
    "scan": scan,
    "table": table,
    "tasks": tasks,
    "through-time": through_time,
    "torchrecurrent": torchrecurrent,
    "trace": trace,
}


def say(text: str) -> None:
    """Progress goes to standard error, tables to standard output."""
    print(text, file=sys.stderr, flush=True)


def start(plan: Plan) -> Fleet:
    """Start everyone who is installed; name those left out."""
    able, missing = available(plan.contestants)
    for name in missing:
        say(f"left out: {name} ({CONTESTANTS[name].framework} is not installed)")
    say(f"starting {', '.join(able)}")
    fleet = Fleet(able, plan.keep_processes)
    for error in fleet.failed.values():
        say(f"left out: {error}")
    return fleet


def progress(group: list[Measurement], started: float) -> None:
    """One line for a group that was measured."""
    minutes, seconds = divmod(int(time.monotonic() - started), 60)
    first = group[0]
    say(f"[{minutes}:{seconds:02d}] {first.section} {first.network} {first.point}")
    for mode in dict.fromkeys(item.mode for item in group):
        figures = [figure(item) for item in group if item.mode == mode]
        say(f"        {mode}: {', '.join(figures)}")


def figure(item: Measurement) -> str:
    """One measurement in a progress line."""
    title = item.contestant
    if item.network not in COUNTERPARTS:
        title += f" {item.network}"
    if item.error is not None:
        return f"{title} FAILED: {item.error.strip().splitlines()[-1]}"
    if item.section == "memory":
        return f"{title} {item.megabytes:.0f} MB"
    return f"{title} {number(item.median * 1e3)} ms"


def report(record: dict[str, Any], markdown: Path | None) -> bool:
    """Print the tables, and write them; whether no measurement failed."""
    measurements = [Measurement(**fields) for fields in record["measurements"]]
    results = Results(measurements)
    lines = summary(results)
    tables = [*all_tables(results), summary_table(lines)]
    above = described(record["settings"])
    idle = sum(item.idle_processor for item in measurements)
    above.append(
        f"While they waited for their turns, all processes together used {idle:.1f} s "
        "of processor time."
    )
    print("\n".join(above), *(table.text() for table in tables), sep="\n\n")
    if markdown:
        parts = ["  \n".join(above), *(table.markdown() for table in tables)]
        markdown.write_text("\n\n".join(parts) + "\n")
    return all(item.error is None for item in measurements)


def earlier(path: Path) -> dict[str, Any]:
    """What an earlier run wrote with --json."""
    try:
        record = json.loads(path.read_text())
        return {key: record[key] for key in ("settings", "measurements")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SystemExit(f"--read {path}: not what --json wrote ({error!r})") from None


def measured(plan: Plan, command: str, json_file: Path | None) -> dict[str, Any]:
    """Measure all of the plan, with progress."""
    record: dict[str, Any] = {"measurements": []}
    others = OtherPrograms()
    with start(plan) as fleet:
        threads = {name: said["threads"] for name, said in fleet.said.items()}
        record["settings"] = settings(
            command, plan.effort, threads, plan.keep_processes
        )
        started = time.monotonic()
        for group in plan.groups(fleet):
            record["measurements"] += map(dataclasses.asdict, group)
            write(record, json_file)  # a long run may be interrupted
            progress(group, started)
    record["settings"]["others"] = others.share()
    write(record, json_file)
    return record


def write(record: dict[str, Any], json_file: Path | None) -> None:
    """Write what was measured so far, if it was asked for."""
    if json_file:
        json_file.write_text(json.dumps(record, indent=1) + "\n")


def _but_outputs(words: Sequence[str]) -> list[str]:
    """The command without the files it writes, which change nothing measured."""
    outputs = ("--json", "--markdown")
    return [
        word
        for before, word in zip(["", *words], words, strict=False)
        if before not in outputs and word.split("=")[0] not in outputs
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 if something was measured, and nothing failed."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words and words[0] in COMMANDS:
        return COMMANDS[words[0]](words[1:])
    parse = parser()
    options = parse.parse_args(words)
    for section in options.sections:
        if section not in SECTIONS:
            parse.error(f"section must be one of {', '.join(SECTIONS)}, not {section}")
    if options.read:
        record = earlier(options.read)
    else:
        command = shlex.join(["python", "-m", "benchmarks", *_but_outputs(words)])
        try:
            plan = Plan.of(options)
        except ValueError as error:
            parse.error(str(error))
        record = measured(plan, command, options.json)
    if not record["measurements"]:
        raise SystemExit("nothing was measured: no such network in these sections")
    return 0 if report(record, options.markdown) else 1


if __name__ == "__main__":
    sys.exit(main())

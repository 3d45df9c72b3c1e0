"""On what, with what and how the figures were made."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import time
from pathlib import Path
from typing import Any

from benchmarks import measure
from benchmarks.points import THREADS

PACKAGES = ("seqkit", "tensorflow", "keras", "jax", "torch", "numpy")
QUIET = 0.05
"""Share of the machine that others may use before the figures are not trusted."""


class OtherPrograms:
    """How much of the machine programs other than this run used since the start.

    Processor time of the whole machine (/proc/stat), less that of this process and
    of its children that have ended.
    """

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.before = machine_seconds() - our_seconds()

    def share(self) -> float:
        """Their processor seconds in those that the machine had to give."""
        elapsed = (time.monotonic() - self.started) * os.cpu_count()
        theirs = machine_seconds() - our_seconds() - self.before
        return max(0.0, theirs) / elapsed


def machine_seconds() -> float:
    """Processor seconds that the whole machine was busy since it started."""
    names = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
    counts = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    ticks = dict(zip(names, map(int, counts), strict=True))
    busy = sum(ticks.values()) - ticks["idle"] - ticks["iowait"]
    return busy / os.sysconf("SC_CLK_TCK")


def our_seconds() -> float:
    """Processor seconds of this process and of its children that have ended."""
    return sum(os.times()[:4])


def settings(
    command: str, effort: measure.Effort, threads: dict[str, str], keep_processes: bool
) -> dict[str, Any]:
    """Everything besides the figures that a reader needs to judge them."""
    return {
        "command": command,
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "processors": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
        "threads": threads,
        "others": None,
        "effort": vars(effort),
        "keep_processes": keep_processes,
    }


def processor() -> str:
    """The processor's name, as Linux has it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def version(package: str) -> str:
    """Installed version, or that it is missing."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def described(found: dict[str, Any]) -> list[str]:
    """Lines that stand above the tables."""
    versions = ", ".join(f"{name} {v}" for name, v in found["versions"].items())
    threads = "; ".join(f"{name}: {said}" for name, said in found["threads"].items())
    effort = measure.Effort(**found["effort"])
    fresh = "kept throughout" if found["keep_processes"] else "fresh for every group"
    lines = [
        f"`{found['command']}`, {found['date']}.",
        f"{found['processor']}, {found['processors']} cores of it, {THREADS} threads "
        f"for every contestant; Python {found['python']}, {versions}.",
        f"Threads: {threads}.",
        f"Every contestant in a process of its own, {fresh}; they take turns, one at a "
        f"time. Layers: {effort.layer_repetitions} repetitions of "
        f"{effort.layer_seconds:g} s; fit: {effort.fit_repetitions} epochs of "
        f"{effort.steps} steps. Medians (minima); ratios are of medians.",
    ]
    others = found["others"]
    if others is None:
        lines.append("The run did not come to its end.")
    else:
        lines.append(f"Other programs used {others:.0%} of the machine meanwhile.")
        if others > QUIET:
            lines.append("THE MACHINE WAS BUSY: these figures are not to be trusted.")
    return lines

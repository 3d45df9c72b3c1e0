"""On what, with what and how the figures were made."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
from pathlib import Path
from typing import Any

from benchmarks import measure
from benchmarks.points import THREADS

PACKAGES = ("seqkit", "tensorflow", "keras", "jax", "torch", "numpy")
QUIET_LOAD = 0.5
"""Load of the machine at the start above which the figures are not to be trusted."""


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
        "load_at_start": os.getloadavg()[0],
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
    if found["load_at_start"] > QUIET_LOAD:
        lines.append(
            f"THE MACHINE WAS BUSY at the start (load {found['load_at_start']:.1f}): "
            "these figures are not to be trusted."
        )
    return lines

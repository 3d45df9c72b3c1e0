"""Anomaly detection on labelled sets, beside methods of a few lines.

python -m benchmarks.anomaly nab --data DIR     also aws, msl; ucr, faults and machine
                         --seeds 3              without; also the spread over seeds
python -m benchmarks.anomaly false-alarms    on clean data, beside what was asked for
python -m benchmarks.anomaly speed [--million]
"""

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.anomaly.false_alarms import false_alarms
from benchmarks.anomaly.methods import answers_of
from benchmarks.anomaly.sets import SETS, SETTINGS
from benchmarks.anomaly.speed import speed
from benchmarks.anomaly.tables import HEADLINES, TABLES, spread_table


def main() -> int:
    """Measure what is asked for, and print its tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.anomaly",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=[*SETS, "false-alarms", "speed"])
    parser.add_argument("--data", type=Path, help="folder of nab or msl as published")
    parser.add_argument(
        "--seeds", type=int, default=1, help="of weights and windows: 1 to this number"
    )
    parser.add_argument(
        "--million",
        action="store_true",
        help="speed: stream a million readings of one channel",
    )
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    if options.what in ("nab", "aws", "msl") and options.data is None:
        parser.error(f"{options.what} needs --data")
    if options.data is not None and not options.data.is_dir():
        parser.error(f"--data: there is no folder {options.data}")
    figures: Any
    if options.what == "speed":
        figures = [speed(1, options.million), speed(25, million=False)]
        for name in figures[0]:
            print(f"{name}: " + ", ".join(f"{each[name]:.4g}" for each in figures))
    elif options.what == "false-alarms":
        figures = false_alarms()
    else:
        figures = [
            of_seed(options.what, options.data, seed)
            for seed in range(1, options.seeds + 1)
        ]
        if options.seeds > 1:
            for name in HEADLINES[options.what]:
                spread_table(name, figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))
    return 0


def of_seed(name: str, folder: Path | None, seed: int) -> list[dict[str, Any]]:
    """Train on every series of a set, judge, and print its table."""
    settings = replace(SETTINGS[name], seed=seed)
    started, everything = time.monotonic(), []
    for labelled in SETS[name](folder):
        begun = time.monotonic()
        everything.append((labelled, answers_of(labelled, settings)))
        seconds = time.monotonic() - begun
        print(f"{labelled.name}: {seconds:.1f} s", file=sys.stderr, flush=True)
    minutes = (time.monotonic() - started) / 60
    print(f"Seed {seed}: {len(everything)} series in {minutes:.1f} minutes\n")
    return TABLES[name](everything)


if __name__ == "__main__":
    sys.exit(main())

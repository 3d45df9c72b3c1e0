"""Anomaly detection on labelled sets, beside methods that cost nothing.

python -m benchmarks.anomaly nab --data DIR     also aws, msl; ucr, faults without
python -m benchmarks.anomaly speed [--million]
"""

import argparse
import json
import sys
import time
from pathlib import Path

from benchmarks.anomaly.methods import answers
from benchmarks.anomaly.sets import SETS, SETTINGS
from benchmarks.anomaly.speed import speed
from benchmarks.anomaly.tables import TABLES


def main() -> int:
    """Run one set and print its table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.anomaly", description=__doc__
    )
    parser.add_argument("set", choices=[*SETS, "speed"])
    parser.add_argument(
        "--million", action="store_true", help="speed: stream a million readings"
    )
    parser.add_argument("--data", type=Path, help="folder of nab or msl as published")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    if options.set in ("nab", "aws", "msl") and options.data is None:
        parser.error(f"{options.set} needs --data")
    if options.set == "speed":
        for channels in (1, 25):
            for name, value in speed(channels, options.million).items():
                print(f"{name}: {value:.4g}", flush=True)
        return 0
    started, everything = time.monotonic(), []
    for labelled in SETS[options.set](options.data):
        begun = time.monotonic()
        everything.append((labelled, answers(labelled, SETTINGS[options.set])))
        seconds = time.monotonic() - begun
        print(f"{labelled.name}: {seconds:.1f} s", file=sys.stderr, flush=True)
    minutes = (time.monotonic() - started) / 60
    figures = TABLES[options.set](everything)
    print(f"{len(everything)} series in {minutes:.1f} minutes")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Seconds to translate a file with the SavedModel, without seqkit.

python -m benchmarks.translation.decoding saved_models/translation FILE
"""

import argparse
import gzip
import time
from pathlib import Path

import numpy as np
import tensorflow as tf


def main() -> None:
    """Measure both searches, in turns, and print their medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="output folder of a run")
    parser.add_argument("source", type=Path, help="sentences, one a line; or .gz")
    parser.add_argument("--repetitions", type=int, default=3)
    options = parser.parse_args()
    for path in (options.folder / "1", options.source):
        if not path.exists():
            parser.error(f"there is no {path}")
    opened = gzip.open if options.source.suffix == ".gz" else open
    with opened(options.source, "rt", encoding="utf-8") as file:
        text = tf.constant(file.read().splitlines())
    model = tf.saved_model.load(str(options.folder / "1"))
    times = {"serving_default": [], "greedy": []}
    for signature in times:
        model.signatures[signature](text=text[:2])  # traced
    for _ in range(options.repetitions):
        for signature, found in times.items():
            start = time.perf_counter()
            model.signatures[signature](text=text)["translation"].numpy()
            found.append(time.perf_counter() - start)
    for signature, found in times.items():
        print(f"{signature}: {len(text)} sentences in {np.median(found):.1f} s")


if __name__ == "__main__":
    main()

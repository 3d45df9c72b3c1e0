"""Target tokens a second in training: `python -m benchmarks.translation.training`.

Each contestant is a process of its own; they take turns.
"""

import argparse
import multiprocessing
import time

import numpy as np

from benchmarks.points import THREADS
from benchmarks.translation.models import CONTESTANTS, SHAPES, batch


def worker(name: str, threads: int, pipe) -> None:
    """Answer each shape and number of steps with the seconds of a step."""
    if name == "PyTorch":
        import torch

        torch.set_num_threads(threads)
    else:
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    step = CONTESTANTS[name]()
    while (asked := pipe.recv()) is not None:
        shape, steps = asked
        pair = batch(shape)
        start = time.perf_counter()
        losses = [step(*pair) for _ in range(steps)]
        assert np.isfinite(losses).all()
        pipe.send((time.perf_counter() - start) / steps)


def main() -> None:
    """Measure, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--steps", type=int, default=5, help="steps of a repetition")
    parser.add_argument("--threads", type=int, default=THREADS)
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    pipes = {}
    for name in CONTESTANTS:
        pipes[name], theirs = context.Pipe()
        arguments = (name, options.threads, theirs)
        context.Process(target=worker, args=arguments, daemon=True).start()

    def seconds(name: str, shape: tuple[int, int, int], steps: int) -> float:
        pipes[name].send((shape, steps))
        return pipes[name].recv()

    print("| sentences, source, target | " + " | ".join(CONTESTANTS) + " |")
    print("|---" * (1 + len(CONTESTANTS)) + "|")
    for shape in SHAPES:
        tokens = int((batch(shape)[1] != 0).sum())
        for name in CONTESTANTS:
            seconds(name, shape, 3)  # traced and compiled
        rounds = [
            {name: seconds(name, shape, options.steps) for name in CONTESTANTS}
            for _ in range(options.repetitions)
        ]
        cells = []
        for name in CONTESTANTS:
            times = [each[name] for each in rounds]
            ratio = np.median(times) / np.median([each["seqkit"] for each in rounds])
            cells.append(f"{tokens / np.median(times):,.0f} ({ratio:.2f}x the time)")
        print(f"| {', '.join(map(str, shape))} | " + " | ".join(cells) + " |")
    print(f"Target tokens a second, medians of {options.repetitions} repetitions.")
    for pipe in pipes.values():
        pipe.send(None)


if __name__ == "__main__":
    main()

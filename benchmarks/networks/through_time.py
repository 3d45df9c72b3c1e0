"""The command: python -m benchmarks through-time.

Peak memory and time of a training step of an LSTM over long sequences: Keras, full
back-propagation, recomputation, and truncated back-propagation with the state carried.
Every figure comes from a process of its own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.arguments import positive
from benchmarks.memory import Peak
from benchmarks.points import THREADS

DESCRIPTION = __doc__.split("\n\n", 1)[1]
WAYS = ("keras", "full", "recompute", "truncated")
TIMES = (250, 1000, 4000)
TIMED_ONLY = (16000,)  # and not by those that keep everything
LEAN = ("recompute", "truncated")


def step_of(way: str, batch: int, length: int, units: int, chunk: int) -> Callable:
    """A function that runs a training step."""
    import keras
    import tensorflow as tf

    from seqkit import layers

    features = 16
    x = tf.random.stateless_normal((batch, length, features), seed=(0, 1))
    y = tf.random.stateless_normal((batch, units), seed=(2, 3))
    if way == "keras":
        layer = keras.layers.LSTM(units, return_state=True)
    else:
        recompute = way == "recompute"
        layer = layers.LSTM(units, return_state=True, recompute=recompute)
    layer.build(x.shape)
    weights = [weight.value for weight in layer.trainable_variables]

    @tf.function(autograph=False)
    def step(x: Any, states: list) -> list:
        with tf.GradientTape() as tape:
            output, *after = layer(x, initial_state=states, training=True)
            loss = tf.reduce_mean(tf.square(output - y))
        for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
            weight.assign_sub(1e-3 * gradient)
        return after

    def run() -> None:
        size = chunk if way == "truncated" else length
        states = [tf.zeros((batch, units)) for _ in range(2)]
        for start in range(0, length - size + 1, size):
            states = step(x[:, start : start + size], states)
        states[0].numpy()

    return run


def serve(pipe: Connection, *size: Any) -> None:
    """In a process of its own: one step for what is needed once, then the figures."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(THREADS)
    way, batch, length, units, chunk, steps = size
    step_of(way, 2, 8, 4, 4)()
    peak = Peak()
    run = step_of(way, batch, length, units, chunk)
    run()
    started = time.perf_counter()
    for _ in range(steps):
        run()
    pipe.send((peak.megabytes(), (time.perf_counter() - started) / steps))


def measured(*size: Any) -> tuple[float, float]:
    """Megabytes and seconds of a step, from a fresh process."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, *size), daemon=True)
    process.start()
    theirs.close()
    try:
        return ours.recv()
    except EOFError:
        raise SystemExit(f"the process for {size} ended without an answer") from None
    finally:
        process.join()


def main(words: Sequence[str]) -> int:
    """Measure, and print a table."""
    parse = argparse.ArgumentParser(
        prog="python -m benchmarks through-time", description=DESCRIPTION
    )
    add = parse.add_argument
    add("--ways", nargs="+", choices=WAYS, default=WAYS, metavar="WAY",
        help=f"of {', '.join(WAYS)}")  # fmt: skip
    add("--times", nargs="+", type=positive, default=(*TIMES, *TIMED_ONLY),
        metavar="T", help="steps of a sequence; from 16000 on, only those that do "
        "not keep every step")  # fmt: skip
    add("--batch", type=positive, default=32, help="rows; 32 by default")
    add("--units", type=positive, default=256, help="256 by default")
    add("--chunk", type=positive, default=125,
        help="steps of a chunk of truncated; 125 by default")  # fmt: skip
    add("--steps", type=positive, default=3, help="steps by the clock; 3 by default")
    add("--json", type=Path, metavar="FILE", help="write everything measured here")
    options = parse.parse_args(words)

    print(f"LSTM, batch {options.batch}, {options.units} units; {THREADS} threads")
    print(
        f"{'time':>7}  {'way':<10}{'peak, MB':>10}{'step, s':>10}{'ms a step of T':>16}"
    )
    found = []
    for length in options.times:
        for way in options.ways:
            if length >= min(TIMED_ONLY) and way not in LEAN:
                continue
            size = (way, options.batch, length, options.units, options.chunk)
            megabytes, seconds = measured(*size, options.steps)
            found.append({"way": way, "time": length, "megabytes": megabytes,
                          "seconds": seconds})  # fmt: skip
            print(
                f"{length:>7}  {way:<10}{megabytes:>10.0f}{seconds:>10.2f}"
                f"{seconds / length * 1e3:>16.3f}",
                flush=True,
            )
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The command: python -m benchmarks gpu.

Layers on a GPU, alone (forward and gradients) and inside `fit`, beside Keras without
and with XLA. Everyone takes turns in one process, since a card is not shared.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from benchmarks.arguments import positive
from benchmarks.points import COUNTERPARTS, LayerPoint

DESCRIPTION = """\
Milliseconds of a call with gradients and of a training step inside fit, on a GPU.
"""
# batch, time, features, units
POINTS = (
    LayerPoint(32, 128, 64, 128),
    LayerPoint(64, 256, 128, 256),
    LayerPoint(256, 128, 256, 512),
)
STEPS_OF_FIT = 20


class Entry(NamedTuple):
    """One thing to time, and what its row of the table says."""

    section: str
    network: str
    point: LayerPoint
    who: str
    run: Callable[[], Any]
    steps: int


def entries(networks: Sequence[str], points: Sequence[LayerPoint]) -> list[Entry]:
    """What there is to time: each network beside Keras where Keras has it."""
    import keras

    from seqkit import layers

    found = []
    for point in points:
        for network in networks:
            sides = [("seqkit", layers.find(network), False)]
            if network in COUNTERPARTS:
                theirs = getattr(keras.layers, network)
                sides += [("Keras", theirs, False), ("Keras, XLA", theirs, True)]
            for section, task in (("layer", alone), ("fit", in_fit)):
                for who, make, jit in sides:
                    without = jit and network != "SimpleRNN"
                    options = {"use_cudnn": False} if without else {}
                    run, steps = task(make, point, jit, options)
                    found.append(Entry(section, network, point, who, run, steps))
    return found


def alone(make: Any, point: LayerPoint, jit: bool, options: dict) -> tuple:
    """A call with gradients in a `tf.function`."""
    import tensorflow as tf

    layer = make(point.units, return_sequences=True, **options)
    x = tf.random.stateless_normal((point.batch, point.time, point.features), (1, 2))
    layer.build(x.shape)

    @tf.function(jit_compile=jit)
    def call(x: Any) -> list:
        weights = [weight.value for weight in layer.trainable_weights]
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(layer(x, training=True) ** 2)
        return tape.gradient(loss, [x, *weights])

    return (lambda: call(x)[0].numpy()), 1


def in_fit(make: Any, point: LayerPoint, jit: bool, options: dict) -> tuple:
    """An epoch of some steps of two layers."""
    import keras

    model = keras.Sequential(
        [
            keras.layers.Input((point.time, point.features)),
            make(point.units, return_sequences=True, **options),
            make(point.units, **options),
            keras.layers.Dense(1),
        ]
    )
    model.compile("adam", "mse", jit_compile=True if jit else "auto")
    rows = point.batch * STEPS_OF_FIT
    x = np.random.default_rng(0).standard_normal((rows, point.time, point.features))
    x, y = x.astype("float32"), np.zeros((rows, 1), "float32")
    return (lambda: model.fit(x, y, batch_size=point.batch, verbose=0)), STEPS_OF_FIT


def measured(entries: Sequence[Entry], rounds: int) -> list[float | str]:
    """The medians in milliseconds of entries that take turns; or what went wrong."""
    found: list[Any] = []
    for entry in entries:
        try:
            entry.run()  # compiles
            found.append([])
        except Exception as error:  # one network must not end the run
            lines = str(error).strip().splitlines() or [""]
            found.append(f"{type(error).__name__}: {lines[0][:80]}")
    for _ in range(rounds):
        for entry, times in zip(entries, found, strict=True):
            if isinstance(times, list):
                start = time.perf_counter()
                entry.run()
                times.append(1e3 * (time.perf_counter() - start) / entry.steps)
    return [x if isinstance(x, str) else statistics.median(x) for x in found]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 if all was measured."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks gpu", description=DESCRIPTION
    )
    parser.add_argument("--networks", nargs="*", help="names of layers; default: all")
    parser.add_argument("--rounds", type=positive, default=7, help="default: 7")
    parser.add_argument(
        "--points",
        type=positive,
        default=len(POINTS),
        help="how many sizes; default: 3",
    )
    options = parser.parse_args(arguments)

    from seqkit import layers
    from seqkit.recurrence.devices import has_gpu

    if not has_gpu():
        parser.error("TensorFlow sees no GPU here")
    networks = options.networks or list(layers.networks())
    failed = False
    print(
        "| | network | batch, time, features, units | who | ms |\n|---|---|---|---|---|"
    )
    for point in POINTS[: options.points]:
        for network in networks:
            turns = entries([network], [point])
            for entry, ms in zip(turns, measured(turns, options.rounds), strict=True):
                failed = failed or isinstance(ms, str)
                shown = ms if isinstance(ms, str) else f"{ms:.2f}"
                size = f"{point.batch}, {point.time}, {point.features}, {point.units}"
                row = (entry.section, network, size, entry.who, shown)
                print(f"| {' | '.join(row)} |", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

"""The command: python -m benchmarks cells.

Every network against `keras.layers.RNN` over the same cell: a training step, forward,
and the gradients of inputs and weights for a given one of the output, in turns of five
steps in one process.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.arguments import layer_point, positive
from benchmarks.points import THREADS, LayerPoint

DESCRIPTION = __doc__.split("\n\n", 1)[1]
POINT = LayerPoint(32, 100, 64, 128)
STEPS_OF_A_TURN = 5  # in training one step follows the other: threads stay awake
SPEEDS = Path(__file__).with_name("speeds.json")


def training_step(layer: Any, inputs: Any) -> Callable[[], Any]:
    """A function that runs a training step of a layer, traced once."""
    import tensorflow as tf

    weights = [weight.value for weight in layer.trainable_variables]
    upstream = tf.random.stateless_normal(layer(inputs).shape, seed=(1, 2))

    @tf.function(autograph=False)
    def step(inputs: Any, upstream: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs, training=True)
        return tape.gradient(outputs, [inputs, *weights], upstream)

    return lambda: step(inputs, upstream)


def measured(network: str, point: LayerPoint, rounds: int) -> dict:
    """Seconds of a step of our layer and of Keras's loop over its cell."""
    import keras
    import tensorflow as tf

    from seqkit import layers

    shape = (point.batch, point.time, point.features)
    inputs = tf.random.stateless_normal(shape, seed=(0, 1))
    layer = layers.get(network, point.units, return_sequences=True)
    layer.build(shape)
    other = keras.layers.RNN(layer.cell, return_sequences=True)
    other.build(shape)
    steps = [training_step(each, inputs) for each in (layer, other)]
    times: list[list[float]] = [[], []]
    for step in steps:
        step()
    for number in range(rounds):
        for k in (0, 1) if number % 2 == 0 else (1, 0):
            started = time.perf_counter()
            for _ in range(STEPS_OF_A_TURN):
                for tensor in tf.nest.flatten(steps[k]()):
                    if tensor is not None:
                        tensor.numpy()
            times[k].append((time.perf_counter() - started) / STEPS_OF_A_TURN)
    mine, theirs = map(statistics.median, times)
    return {"seqkit": mine, "keras": theirs, "ratio": theirs / mine, "rounds": times}


def main(words: Sequence[str]) -> int:
    """Measure, print a table, the geometric mean and the worst."""
    import tensorflow as tf

    from seqkit.layers import networks

    names = list(networks())
    parse = argparse.ArgumentParser(
        prog="python -m benchmarks cells", description=DESCRIPTION
    )
    add = parse.add_argument
    add("--networks", nargs="+", choices=names, default=names, metavar="NAME",
        help="by default all")  # fmt: skip
    add("--point", type=layer_point, default=POINT, metavar="BxTxFxU",
        help=f"batch, time, features, units; {POINT} by default")  # fmt: skip
    add("--rounds", type=positive, default=5, help="turns of each; 5 by default")
    add("--save", action="store_true",
        help="keep the ratios for the README's table of layers")  # fmt: skip
    add("--json", type=Path, metavar="FILE", help="write everything measured here")
    options = parse.parse_args(words)

    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(THREADS)
    print(f"batch x time x features x units: {options.point}; {THREADS} threads")
    print(f"{'network':<16}{'seqkit, ms':>12}{'Keras, ms':>12}{'ratio':>8}")
    found = {}
    for network in options.networks:
        each = found[network] = measured(network, options.point, options.rounds)
        print(
            f"{network:<16}{each['seqkit'] * 1e3:>12.2f}{each['keras'] * 1e3:>12.2f}"
            f"{each['ratio']:>8.2f}",
            flush=True,
        )
    ratios = {name: each["ratio"] for name, each in found.items()}
    mean = math.exp(statistics.mean(map(math.log, ratios.values())))
    worst = min(ratios, key=ratios.__getitem__)
    print(f"geometric mean {mean:.2f}, worst {ratios[worst]:.2f} ({worst})")
    if options.save:
        rounded = {name: round(ratio, 1) for name, ratio in ratios.items()}
        before = json.loads(SPEEDS.read_text()) if SPEEDS.exists() else {}
        merged = dict(sorted({**before, **rounded}.items()))
        SPEEDS.write_text(json.dumps(merged, indent=1) + "\n")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

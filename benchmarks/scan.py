"""The command: python -m benchmarks scan.

Networks that are linear in their state, run as a scan and step by step: the time of
each, and how far float32 is from float64.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.arguments import positive
from benchmarks.points import THREADS

NETWORKS = ("MinGRU", "MinLSTM", "LRU", "RGLRU")
STEPS = 2  # that an iteration of the step form takes, as in layers that do not say
DESCRIPTION = """\
Networks that are linear in their state, as a scan and step by step, both compiled,
with the same weights: a training step (forward, gradients of inputs and weights), the
forward pass alone, and the largest difference of float32 outputs from the float64 step
form, relative to the largest output.
"""
HEADER = (
    "network     steps  training, ms: scan  by steps  ratio   "
    "forward, ms: scan  by steps  ratio   error: scan  by steps"
)


def layer_of(network: str, units: int, dtype: str, **options: Any) -> Any:
    """A layer that returns sequences."""
    from seqkit import layers

    return getattr(layers, network)(
        units, dtype=dtype, return_sequences=True, **options
    )


def calls(layer: Any, x: np.ndarray) -> dict[str, Callable[[], None]]:
    """A training step and a forward pass of a layer, compiled, as functions."""
    import tensorflow as tf

    inputs = tf.constant(x)
    weights = [weight.value for weight in layer.trainable_weights]

    @tf.function(autograph=False)
    def train() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss = tf.reduce_mean(layer(inputs, training=True))
        return [tf.reduce_sum(d) for d in tape.gradient(loss, [inputs, *weights])]

    @tf.function(autograph=False)
    def forward() -> Any:
        return tf.reduce_sum(layer(inputs))

    return {
        "training": lambda: [value.numpy() for value in train()],
        "forward": lambda: forward().numpy(),
    }


def measure(network: str, shape: tuple[int, int, int], units: int, rounds: int) -> dict:
    """The seconds of both forms, and their errors."""
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    forms = {
        "scan": layer_of(network, units, "float32"),
        "steps": layer_of(network, units, "float32", unroll=STEPS),
    }
    exact = layer_of(network, units, "float64", unroll=STEPS)
    for layer in (*forms.values(), exact):
        layer.build(shape)
        layer.set_weights(forms["scan"].get_weights())
    found: dict[str, Any] = {"network": network, "shape": shape, "units": units}
    functions = {form: calls(layer, x) for form, layer in forms.items()}
    for mode in ("training", "forward"):
        seconds: dict[str, list[float]] = {form: [] for form in forms}
        for turn in range(rounds + 1):  # the first compiles
            for form in forms:
                started = time.perf_counter()
                functions[form][mode]()
                if turn:
                    seconds[form].append(time.perf_counter() - started)
        medians = {form: statistics.median(times) for form, times in seconds.items()}
        found[mode] = {
            "seconds": seconds,
            **medians,
            "ratio": medians["steps"] / medians["scan"],
        }
    found["error"] = errors(forms, exact, x)
    return found


def errors(forms: dict[str, Any], exact: Any, x: np.ndarray) -> dict[str, float]:
    """The largest difference of each form's outputs, relative to the largest output."""
    import tensorflow as tf

    def outputs(layer: Any, x: np.ndarray) -> np.ndarray:
        return np.asarray(
            tf.function(layer, autograph=False)(tf.constant(x)), "float64"
        )

    expected = outputs(exact, x.astype("float64"))
    return {
        form: float(abs(outputs(layer, x) - expected).max() / abs(expected).max())
        for form, layer in forms.items()
    }


def line(found: dict) -> str:
    """A row of the table."""
    text = f"{found['network']:<10}{found['shape'][1]:>7}"
    for mode, width in (("training", 20), ("forward", 20)):
        of_mode = found[mode]
        text += f"{of_mode['scan'] * 1e3:>{width}.2f}{of_mode['steps'] * 1e3:>10.2f}"
        text += f"{of_mode['ratio']:>7.1f}"
    return text + f"{found['error']['scan']:>14.1e}{found['error']['steps']:>10.1e}"


def main(words: Sequence[str]) -> int:
    """Measure, and print a table."""
    parse = argparse.ArgumentParser(
        prog="python -m benchmarks scan", description=DESCRIPTION
    )
    add = parse.add_argument
    add("--networks", nargs="+", choices=NETWORKS, default=NETWORKS, metavar="NAME",
        help=f"of {', '.join(NETWORKS)}")  # fmt: skip
    add("--times", nargs="+", type=positive, default=[1000, 10_000], metavar="STEPS",
        help="numbers of time steps; 1000 and 10000 by default")  # fmt: skip
    add("--batch", type=positive, default=8, help="rows; 8 by default")
    add("--features", type=positive, default=64, help="64 by default")
    add("--units", type=positive, default=128, help="128 by default")
    add("--rounds", type=positive, default=7, help="turns of each; 7 by default")
    add("--json", type=Path, metavar="FILE", help="write everything measured here")
    options = parse.parse_args(words)

    import keras
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")  # it warns of functions made in a loop
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    keras.utils.set_random_seed(0)
    print(
        f"batch {options.batch}, features {options.features}, units {options.units}; "
        f"medians of {options.rounds} rounds; {THREADS} threads"
    )
    print(HEADER)
    found = []
    for network in options.networks:
        for steps in options.times:
            shape = (options.batch, steps, options.features)
            found.append(measure(network, shape, options.units, options.rounds))
            print(line(found[-1]), flush=True)
    for mode in ("training", "forward"):
        mean = statistics.fmean(math.log(each[mode]["ratio"]) for each in found)
        print(f"geometric mean of the ratios, {mode}: {math.exp(mean):.1f}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0

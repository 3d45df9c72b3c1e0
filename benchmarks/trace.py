"""The command: python -m benchmarks trace.

What a look inside costs beside an ordinary call, and a page of a text: its size, and
how long a browser takes to open it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.arguments import positive
from benchmarks.points import THREADS

DESCRIPTION = """\
A trace beside an ordinary call, op by op as in a notebook, and compiled: the seconds of
each. With a loss, beside a call and its gradients. Then the page of a text of 2,000
characters: its size, and the seconds until Chromium shows it, where it is installed.
"""
BROWSER = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def calls(network: str, units: int, x: np.ndarray) -> dict[str, Callable[[], Any]]:
    """What is timed, by name."""
    import tensorflow as tf

    from seqkit import layers
    from seqkit.inspect import trace

    layer = getattr(layers, network)(units, return_sequences=True)
    inputs = tf.constant(x)
    layer.build(x.shape)

    def gradients() -> Any:
        with tf.GradientTape() as tape:
            value = tf.reduce_sum(layer(inputs))
        return tape.gradient(value, layer.trainable_variables)

    return {
        "call, op by op": lambda: layer(inputs),
        "call, compiled": tf.function(lambda: layer(inputs), autograph=False),
        "trace": lambda: trace(layer, inputs),
        "gradients, op by op": gradients,
        "gradients, compiled": tf.function(gradients, autograph=False),
        "trace with a loss": lambda: trace(layer, inputs, loss=tf.reduce_sum),
    }


def timed(call: Callable[[], Any], rounds: int) -> list[float]:
    """The seconds of each round after a first one."""
    call()
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        result = call()
        if isinstance(result, (list, tuple)):
            result = result[-1]
        if hasattr(result, "numpy"):
            result.numpy()
        seconds.append(time.perf_counter() - started)
    return seconds


def page(network: str, units: int, characters: int, folder: Path) -> Path:
    """The page of a text of so many characters, read in both directions."""
    import keras
    import tensorflow as tf

    from seqkit import layers
    from seqkit.inspect import explore, trace

    keras.utils.set_random_seed(0)
    ids = np.random.default_rng(0).integers(32, 127, (1, characters))
    layer = getattr(layers, network)(units, return_sequences=True)
    model = keras.Sequential(
        [keras.layers.Embedding(128, 64), layers.Bidirectional(layer)]
    )
    found = trace(model, ids, loss=lambda y: tf.reduce_sum(y[:, -1]))
    path = folder / "page.html"
    explore(found, path, [chr(each) for each in ids[0]])
    return path


def opening(path: Path, rounds: int) -> list[float] | None:
    """The seconds from asking for a page to all of it shown; None without Chromium."""
    programs = shutil.which("chromium"), shutil.which("chromedriver")
    if None in programs:
        return None
    from selenium import webdriver

    seconds = []
    with tempfile.TemporaryDirectory() as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = str(programs[0])
        for flag in (*BROWSER, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        service = webdriver.ChromeService(programs[1])
        driver = webdriver.Chrome(options=options, service=service)
        try:
            driver.set_page_load_timeout(60)
            for _ in range(rounds):
                started = time.perf_counter()
                driver.get(path.as_uri())
                if driver.execute_script("return document.body.dataset.ready") != "yes":
                    raise RuntimeError(f"The page is not ready: {path}")
                seconds.append(time.perf_counter() - started)
        finally:
            driver.quit()
    return seconds


def arguments() -> argparse.ArgumentParser:
    """The options of the command."""
    options = argparse.ArgumentParser(
        prog="python -m benchmarks trace", description=DESCRIPTION
    )
    options.add_argument("--network", default="LSTM")
    options.add_argument("--units", type=positive, default=128)
    options.add_argument("--steps", type=positive, default=1000)
    options.add_argument("--batch-size", type=positive, default=32)
    options.add_argument("--features", type=positive, default=64)
    options.add_argument("--characters", type=positive, default=2000)
    options.add_argument("--rounds", type=positive, default=5)
    options.add_argument("--output", type=Path, help="JSON file to write")
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, write JSON."""
    chosen = arguments().parse_args(argv)
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    shape = (chosen.batch_size, chosen.steps, chosen.features)
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    found: dict[str, Any] = {"shape": shape, "seconds": {}}
    print(f"{chosen.network} of {chosen.units} units, {shape}: medians")
    for name, call in calls(chosen.network, chosen.units, x).items():
        seconds = timed(call, chosen.rounds)
        found["seconds"][name] = seconds
        print(f"  {name:<22}{statistics.median(seconds):>8.3f} s", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = page(chosen.network, chosen.units, chosen.characters, Path(folder))
        found["megabytes"] = path.stat().st_size / 1e6
        found["opening"] = opening(path, chosen.rounds)
    opened = "there is no Chromium to open it"
    if found["opening"] is not None:
        opened = f"open in {statistics.median(found['opening']):.2f} s"
    size = f"{found['megabytes']:.1f} MB"
    print(f"page of {chosen.characters:,} characters: {size}, {opened}")
    if chosen.output:
        chosen.output.write_text(json.dumps(found, indent=1) + "\n")
    return 0

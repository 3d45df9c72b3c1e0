"""How long training takes, and how many readings a second a SavedModel judges."""

import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.models import AnomalyDetector, DetectorSettings
from seqkit.series import faulty_series

LENGTH, ROUNDS, MILLION = 4000, 7, 1_000_000


def speed(channels: int, million: bool) -> dict[str, Any]:
    """Train on 4,000 readings, score them, export, and stream through the SavedModel.

    Args:
        channels: Of the series.
        million: Stream a million readings and measure the memory they take.
    """
    values = faulty_series(length=LENGTH, channels=channels, seed=1).values
    started = time.perf_counter()
    detector = AnomalyDetector.fit(values, DetectorSettings(), verbose=0)
    detector.detect(values)
    trained = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder, "1")
        detector.export(saved)
        signatures = tf.saved_model.load(str(saved)).signatures
        step, state = signatures["step"], signatures["start"]()["state"]
        readings = [tf.constant(value) for value in np.nan_to_num(values)]

        empty = _empty_signature(str(Path(folder, "empty")), channels, state)

        def stream(step: Any, count: int) -> float:
            """Give the readings a second."""
            now, started = state, time.perf_counter()
            for number in range(count):
                answer = step(value=readings[number % LENGTH], state=now)
                now = answer["state"]
            float(answer["score"])
            return count / (time.perf_counter() - started)

        stream(step, 1000), stream(empty, 1000)
        before, rates, of_empty = _memory(), [], []
        for _ in range(ROUNDS):
            rates.append(stream(step, LENGTH))
            of_empty.append(stream(empty, LENGTH))
        if million:
            stream(step, MILLION)
    return {
        "channels": channels,
        "train_and_score_seconds": trained,
        "readings_a_second": float(np.median(rates)),
        "slowest_round": min(rates),
        "fastest_round": max(rates),
        "an_empty_signature": float(np.median(of_empty)),
        "megabytes_more": _memory() - before,
    }


def _empty_signature(folder: str, channels: int, state: tf.Tensor) -> Any:
    """Give a signature with the inputs and outputs of `step` that does nothing."""
    module = tf.Module()
    module.step = tf.function(
        lambda value, state: {
            "score": value[0], "is_anomaly": value[0] > 0, "state": state + 0
        },
        input_signature=[
            tf.TensorSpec([channels], tf.float64, "value"),
            tf.TensorSpec(state.shape, tf.float64, "state"),
        ],
        autograph=False,
    )  # fmt: skip
    tf.saved_model.save(module, folder, {"step": module.step})
    return tf.saved_model.load(folder).signatures["step"]


def _memory() -> float:
    """The memory that this process has now, in megabytes; of Linux."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6

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

        def stream(count: int, state: tf.Tensor) -> tf.Tensor:
            for number in range(count):
                answer = step(value=readings[number % LENGTH], state=state)
                state = answer["state"]
            float(answer["score"])
            return state

        state = stream(1000, state)
        before, rates = _memory(), []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            state = stream(LENGTH, state)
            rates.append(LENGTH / (time.perf_counter() - started))
        if million:
            stream(MILLION - ROUNDS * LENGTH, state)
    return {
        "channels": channels,
        "train_and_score_seconds": trained,
        "readings_a_second": float(np.median(rates)),
        "slowest_round": min(rates),
        "fastest_round": max(rates),
        "megabytes_more": _memory() - before,
    }


def _memory() -> float:
    """The greatest memory of this process so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

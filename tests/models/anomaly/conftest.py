from dataclasses import replace

import numpy as np
import pytest

from seqkit.models import AnomalyDetector, DetectorSettings
from seqkit.recurrence import portable

TINY = DetectorSettings(
    recurrent="always",
    network="GRU",
    units=6,
    window=24,
    lags=8,
    epochs=3,
    batch_size=8,
    learning_rate=0.02,
    validation=0.3,
)
CLOSED = DetectorSettings(recurrent="never", lags=8, validation=0.3)


def waves(length, channels=1, seed=0):
    """Sines of different periods, with noise."""
    random = np.random.default_rng(seed)
    angle = np.arange(length)[:, None] / np.array([4.0, 6.0, 9.0])[:channels]
    return np.sin(angle) + 0.05 * random.normal(size=(length, channels))


def quick_fit(values, exogenous=None, **settings):
    """Fit with the plain time loop: nothing is compiled, which takes seconds."""
    base = TINY if "recurrent" in settings else CLOSED
    with portable():
        return AnomalyDetector.fit(
            values, replace(base, **settings), exogenous, verbose=0
        )


@pytest.fixture(scope="session")
def detector():
    return quick_fit(waves(300))

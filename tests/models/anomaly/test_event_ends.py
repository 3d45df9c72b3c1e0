"""The end of an event follows the readings, however large the anomaly was."""

import numpy as np
import pytest

from seqkit.models import AnomalyDetector, DetectorSettings
from seqkit.series import seasonal

ANOMALIES = {  # length and size in standard deviations
    "spike of 5": (1, 5.0), "spike of 1000": (1, 1000.0), "three of 10": (3, 10.0),
    "pulse of 20": (30, 20.0), "burst": (20, None),
}  # fmt: skip
LONGEST = 20  # readings after an anomaly


@pytest.fixture(scope="module")
def trained():
    values = seasonal(4000, noise=0.2, seed=3)
    settings = DetectorSettings(recurrent="never")
    return AnomalyDetector.fit(values[:2500], settings), values


@pytest.mark.parametrize("kind", list(ANOMALIES))
def test_an_event_does_not_outlast_its_anomaly_for_long(kind, trained):
    detector, values = trained
    length, size = ANOMALIES[kind]
    end = 3000 + length
    changed, scale = values.copy(), values.std()
    noise = 20 * np.random.default_rng(0).normal(size=(length, 1))
    changed[3000:end] += scale * (noise if size is None else size)
    found = detector.detect(changed[2500:], first=2500)
    [event] = found.events()
    assert 0 <= event.start + 2500 - 3000 < length
    assert event.end + 2500 - end < LONGEST
    assert (found.severity[event.end + 10 : event.end + 30] > 1).any()  # its memory

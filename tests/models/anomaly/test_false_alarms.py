"""On clean data there are about as many false events as were asked for."""

import numpy as np
import pytest
from scipy.signal import lfilter

from benchmarks.anomaly.false_alarms import false_events
from seqkit.series import seasonal


@pytest.mark.parametrize("kind", ["season and noise", "autoregression"])
def test_false_events_of_light_tails(kind):
    values = seasonal(24_000, seed=2)
    if kind == "autoregression":
        noise = np.random.default_rng(1).normal(size=(24_000, 1))
        values = lfilter([1.0], [1.0, -0.9], noise, axis=0)
    rare, _ = false_events(values, trained=4000, rate=0.1)
    often, _ = false_events(values, trained=4000, rate=20.0)
    assert rare == 0  # of 20,000, 0.02 were asked for
    assert often <= 6  # 4 were

import gc
import threading
import weakref
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.models import Forecaster
from seqkit.models.anomaly.network import ResidualSteps
from seqkit.models.anomaly.training import (
    even_starts,
    masked_absolute,
    random_starts,
    seems_worth_while,
    train_network,
)
from seqkit.recurrence import portable
from tests.models.anomaly.conftest import TINY, waves


def data(length=200, seed=0):
    """What a network sees, and what it ought to say: not a linear matter."""
    seen = np.random.default_rng(seed).normal(size=(length, 1))
    return seen, (np.abs(seen) - 0.8)[:, None]


def trained(seed=0, **settings):
    with portable():
        return train_network(*data(seed=seed), replace(TINY, **settings), 0)


def test_a_network_starts_as_if_it_were_not_there():
    network, history = trained(epochs=0)
    assert history == {}
    assert not ResidualSteps(network).run(data()[0]).any()


def test_a_network_learns():
    seen, wanted = data(400)
    network, history = trained(epochs=10)
    assert history["loss"][-1] < 0.8 * history["loss"][0]
    found = ResidualSteps(network).run(seen)
    assert np.abs(wanted - found).mean() < 0.8 * np.abs(wanted).mean()


def test_a_long_series_goes_through_by_parts(monkeypatch):
    network, _ = trained()
    seen = data(150)[0]
    whole = ResidualSteps(network).run(seen)
    monkeypatch.setattr("seqkit.models.anomaly.network._ROWS", 64)
    np.testing.assert_allclose(ResidualSteps(network).run(seen), whole, atol=1e-5)
    steps = ResidualSteps(network)
    states = steps.start()
    for row in range(20):
        found, states = steps.step(tf.constant(seen[row], tf.float32), states)
        np.testing.assert_allclose(found, whole[row], atol=1e-5)


def test_what_is_held_out_is_not_trained_on(monkeypatch):
    given = []

    class Stopped(Exception):
        pass

    def fit(self, data, validation_data, **_):
        given.extend((next(iter(data)), next(iter(validation_data))))
        raise Stopped

    numbers = np.arange(60, dtype=float)[:, None]
    monkeypatch.setattr(keras.Model, "fit", fit)
    with pytest.raises(Stopped):
        train_network(numbers, numbers[:, None], replace(TINY, validation=0.2), 0)
    (seen, wanted), (_, later) = given
    np.testing.assert_array_equal(wanted[:, :, 0], seen)
    assert seen.shape == (8, 24, 1)
    assert np.max(wanted) < 48
    assert np.nanmin(later) >= 48
    assert np.nanmax(later) == 59


def test_starts():
    drawn = np.concatenate([b.numpy() for b in random_starts(5, 8, seed=1).take(40)])
    assert set(drawn) == {0, 1, 2, 3, 4}
    [even] = even_starts(3, 20, batch=8)
    assert even[0] == 3
    assert even[-1] == 19


def test_missing_truth_has_no_gradient():
    answer = tf.Variable([[1.0, 2.0]])
    with tf.GradientTape() as tape:
        loss = masked_absolute(tf.constant([[np.nan, 2.5]]), answer)
    assert tape.gradient(loss, answer).numpy().tolist() == [[0.0, -1.0]]
    assert float(masked_absolute(tf.constant([[np.nan]]), tf.zeros([1, 1]))) == 0


def test_too_short_a_series():
    with pytest.raises(InputError, match="training needs at least 24 readings, and 1"):
        train_network(*data(25), TINY, 0)


def test_what_an_echo_state_network_sees():
    seen, wanted = data(1000)
    assert seems_worth_while(seen, wanted[:, 0], TINY)
    noise = np.random.default_rng(1).normal(size=(1000, 1))
    assert not seems_worth_while(seen, noise, TINY)
    assert not seems_worth_while(seen[:50], wanted[:50, 0], TINY)


def test_a_network_that_adds_nothing_is_left_out(monkeypatch):
    monkeypatch.setattr(
        "seqkit.models.anomaly.forecaster.seems_worth_while", lambda *_: True
    )
    with portable():
        found = Forecaster.fit(waves(300), replace(TINY, recurrent="auto"), verbose=0)
    assert found.network is None
    assert found.report.startswith("no recurrent network: GRU took away")


def test_two_threads_train_as_one_after_the_other():
    """Equal settings, different series: each thread has a trainer of its own."""
    expected = [trained(seed, epochs=1)[0].get_weights() for seed in (0, 1)]
    found = [None, None]

    def work(seed):
        found[seed] = trained(seed, epochs=1)[0].get_weights()

    threads = [threading.Thread(target=work, args=[seed]) for seed in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(expected, found, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


def test_nothing_of_a_training_stays():
    """No cache holds networks; and what trained is gone before the network is."""
    seen = []
    original = keras.Model.fit

    def fit(self, *arguments, **options):
        seen.append(weakref.ref(self.optimizer))
        return original(self, *arguments, **options)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(keras.Model, "fit", fit)
        network, _ = trained()
    kept = weakref.ref(network)
    del network
    keras.backend.clear_session()
    gc.collect()
    assert kept() is None
    assert seen[0]() is None

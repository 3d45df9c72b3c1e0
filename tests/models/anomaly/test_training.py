import numpy as np
import pytest
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.models.anomaly import training
from seqkit.models.anomaly.training import (
    even_starts,
    forecasting,
    random_starts,
    reconstruction,
    train_network,
)
from seqkit.recurrence import portable
from tests.models.anomaly.conftest import TINY


def batches_of(task, length=60, held_out=12):
    """Batches as they are cut of a series whose readings are their own numbers."""
    numbers = np.arange(length, dtype=np.float32)[:, None]
    trainer = training._Trainer(task, TINY, 1, 1)
    given = []

    def fit(data, validation_data, **_):
        given.append(next(iter(data)))
        given.append(next(iter(validation_data)))
        raise StopIteration

    trainer.network.fit = fit
    with pytest.raises(StopIteration):
        trainer.train(numbers, numbers, held_out, 0)
    return [tuple(part.numpy() for part in batch) for batch in given]


def test_every_reading_is_paired_with_those_that_follow():
    for seen, wanted in batches_of(forecasting)[:1]:
        assert seen.shape == (8, 24, 1)
        for step in range(TINY.horizon):
            np.testing.assert_array_equal(wanted[:, :, step], seen + 1 + step)


def test_an_autoencoder_is_asked_for_what_it_sees():
    seen, wanted = batches_of(reconstruction)[0]
    assert seen.shape == (8, TINY.reconstructed, 1)
    np.testing.assert_array_equal(wanted, seen)


@pytest.mark.parametrize("task", [forecasting, reconstruction])
def test_what_is_held_out_is_not_trained_on_and_nothing_else_validates(task):
    (_, trained), (_, validated) = batches_of(task, length=60, held_out=12)
    assert trained.max() < 48
    assert np.nanmin(validated) >= 48
    assert np.nanmax(validated) == 59


def test_starts():
    drawn = np.concatenate([b.numpy() for b in random_starts(5, 8, seed=1).take(40)])
    assert set(drawn) == {0, 1, 2, 3, 4}
    [even] = even_starts(3, 20, batch=8)
    assert even[0] == 3
    assert even[-1] == 19


def test_a_second_series_needs_no_second_compilation():
    values = np.sin(np.arange(120) / 3)[:, None].astype(np.float32)
    training._trainer.cache_clear()
    with portable():
        first, history = train_network(forecasting, values, values, TINY, 0)
        train_network(forecasting, values[::-1].copy(), values, TINY, 0)
        again, _ = train_network(forecasting, values, values, TINY, 0)
    trainer = training._trainer(forecasting, TINY, 1, 1)
    traced = trainer.network.train_function
    assert training._trainer.cache_info().misses == 1
    assert traced is not None
    assert history["loss"][-1] < history["loss"][0]
    for a, b in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)  # nothing is left of the other


def test_missing_truth_has_no_gradient():
    answer = tf.Variable([[1.0, 2.0]])
    with tf.GradientTape() as tape:
        loss = training.masked_huber(tf.constant([[np.nan, 2.5]]), answer)
    assert tape.gradient(loss, answer).numpy().tolist() == [[0.0, -0.5]]
    assert float(training.masked_huber(tf.constant([[np.nan]]), tf.zeros([1, 1]))) == 0


def test_too_short_a_series():
    values = np.zeros((30, 1), np.float32)
    with pytest.raises(InputError, match="training needs at least 27 readings"):
        train_network(forecasting, values, values, TINY, 0)

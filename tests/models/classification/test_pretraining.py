from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.models import SentimentClassifier, text_classifier
from seqkit.models.classification import pretraining
from seqkit.models.classification.pretraining import Pretraining
from seqkit.recurrence import portable
from tests.models.classification.conftest import TINY, quick_fit, reviews

SETTINGS = replace(TINY, network="SimpleRNN", bidirectional=True, units=12)


def cycles(count, kinds=8, first=4):
    """Rows in which each word follows from the one before, and that from it."""
    generator = np.random.default_rng(0)
    starts, lengths = (
        generator.integers(0, kinds, count),
        generator.integers(2, 9, count),
    )
    return [
        (first + (start + np.arange(length)) % kinds).astype(np.int32)
        for start, length in zip(starts, lengths, strict=True)
    ]


def begun(settings=SETTINGS, rows=None, ids=12):
    keras.utils.set_random_seed(1)
    network = text_classifier(settings, ids, classes=2)
    return network, Pretraining(network, settings, rows or cycles(50))


def test_the_loss_is_that_of_a_softmax_over_all_words(monkeypatch):
    """With every word among the candidates, and corrected for how often each is."""
    monkeypatch.setattr(
        tf.nn,
        "sampled_softmax_loss",
        lambda weights, biases, labels, inputs, *_, seed: (
            tf.nn.sparse_softmax_cross_entropy_with_logits(
                labels[:, 0], inputs @ tf.transpose(weights) + biases
            )
        ),
    )
    network, training = begun()
    ids = np.array([[4, 5, 3, 6], [7, 8, 0, 0]], "int32")  # 3 is unknown
    states = np.random.default_rng(0).normal(size=(2, 4, 24)).astype("float32")
    vectors = network.get_layer("embedding").get_weights()[0]
    expected = []
    places = [(0, 0, 1), (0, 2, 3), (1, 0, 1)], [(0, 1, 0), (0, 2, 1), (1, 1, 0)]
    for way, listed in enumerate(places):
        kernel, bias = training.to_vectors[way].get_weights()
        for row, at, beside in listed:
            state = states[row, at, 12 * way : 12 * (way + 1)]
            scores = vectors @ (state @ kernel + bias)
            right = scores[ids[row, beside]]
            expected.append(np.log(np.exp(scores).sum()) - right)
    assert float(training.loss(ids, states)) == pytest.approx(
        np.mean(expected), rel=1e-4
    )
    nothing = np.array([[4, 0]], "int32"), np.zeros((1, 2, 24), "float32")
    assert float(training.loss(*nothing)) == 0


def test_learns_which_word_comes_next_and_hands_it_over():
    network, training = begun(rows=cycles(4000))
    vectors = np.random.default_rng(0).normal(size=(12, 8))
    network.get_layer("embedding").set_weights([vectors])
    before = [np.array(weight) for weight in network.weights]
    with portable():
        training.steps = 1
        losses = [training.run(verbose=0)[0] for _ in range(150)]
    assert losses[-1] < losses[0] / 2
    changed = [
        weight.path.split("/")[0]
        for old, weight in zip(before, network.weights, strict=True)
        if np.abs(old - np.array(weight)).max() > 1e-4
    ]
    assert set(changed) == {"recurrent_1"}
    taken = network.get_layer("recurrent_1").get_weights()
    for one, other in zip(taken, training.layer.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "changes",
    [
        {"pooling": "last", "stretch": type(SETTINGS).stretch},
        {"layers": 2, "network": "GRU", "bidirectional": False},
    ],
)
def test_goes_with_every_shape_of_network(changes):
    network, training = begun(replace(SETTINGS, **changes))
    before = network.get_layer("recurrent_1").get_weights()[0]
    with portable():
        assert np.isfinite(training.run(verbose=0)).all()
    after = network.get_layer("recurrent_1").get_weights()[0]
    assert np.abs(before - after).max() > 0


@pytest.mark.parametrize(("millions", "steps"), [(1.0, 5), (0.002, 2), (1e-6, 1)])
def test_reads_no_more_than_it_may(millions, steps, monkeypatch):
    monkeypatch.setattr(pretraining, "_TOKENS", 1000)
    rows = [np.full(8, 4, np.int32)] * 600
    _, training = begun(replace(SETTINGS, pretraining=millions), rows)
    assert training.steps == steps


def test_few_words_are_not_worth_it_and_a_run_that_goes_on_has_had_it(
    tmp_path, monkeypatch
):
    taught = []
    monkeypatch.setattr(Pretraining, "run", lambda *_: taught.append(1))
    data, more = reviews(40), reviews(20, seed=5)[0]
    quick_fit(data, data, more, epochs=1)
    words = sum(len(text.split()) for text in data[0])
    monkeypatch.setattr(pretraining, "_LEAST_WORDS", words + 1)
    quick_fit(data, data, epochs=1)
    quick_fit(data, data, more, epochs=1, pretraining=0.0)
    assert not taught
    with portable():
        for _ in range(2):
            SentimentClassifier.fit(
                *data, data, replace(TINY, epochs=1), more, folder=tmp_path, verbose=0
            )
    assert len(taught) == 1

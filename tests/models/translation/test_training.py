from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.models.checkpoint import read_checkpoint, values
from seqkit.models.translation.encoding import EncodedPairs
from seqkit.models.translation.loss import (
    after_start,
    cross_entropies,
    sums,
    with_guesses,
)
from seqkit.models.translation.network import EncoderDecoder
from seqkit.models.translation.schedule import WarmUpAndDecay
from seqkit.models.translation.training import Training
from seqkit.recurrence import portable
from tests.models.translation.conftest import TINY

SETTINGS = replace(
    TINY, units=6, embedding=5, dropout=0.3, epochs=4, batch_tokens=60, patience=4
)


def some_pairs(count=40, seed=0):
    generator = np.random.default_rng(seed)
    sentences = [
        np.array([*generator.integers(4, 9, generator.integers(1, 6)), 2], np.int32)
        for _ in range(count)
    ]
    return EncodedPairs(sentences, [[*s[-2::-1], 2] for s in sentences])


def run_of(folder=None, bleu=lambda: 0.0, **settings):
    keras.utils.set_random_seed(1)
    network = EncoderDecoder(replace(SETTINGS, **settings), 9, 9)
    return Training(network, some_pairs(), some_pairs(10, seed=1), bleu, folder, 0)


def finished(*args, **kwargs):
    run = run_of(*args, **kwargs)
    with portable():
        run.run()
    return run


def test_loss_by_hand():
    network = EncoderDecoder(replace(SETTINGS, label_smoothing=0.2), 9, 9)
    sources = tf.constant([[4, 5, 2], [6, 2, 0], [0, 0, 0]])
    targets = tf.constant([[5, 2], [2, 0], [0, 0]])
    previous = np.array([[1, 5], [1, 2], [1, 0]])
    found = sums(network, sources, targets)
    logits = network((sources, previous)).numpy().astype("float64")
    log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    there = [(0, 0, 5), (0, 1, 2), (1, 0, 2)]
    wanted = np.full(9, 0.2 / 9)
    loss = 0.0
    for row, time, label in there:
        share = wanted + 0.8 * (np.arange(9) == label)
        loss -= (share * log_p[row, time]).sum()
    assert float(found.loss) == pytest.approx(loss, rel=1e-5)
    exact = -sum(log_p[place] for place in there)
    assert float(found.cross_entropy) == pytest.approx(exact, rel=1e-5)
    right = sum(log_p[row, time].argmax() == label for row, time, label in there)
    assert float(found.correct) == right
    assert float(found.tokens) == 3


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_gradient_of_the_loss(smoothing):
    logits = tf.random.normal((7, 5), seed=2)
    labels, weights = tf.constant([0, 4, 2, 2, 1, 3, 0]), tf.range(7.0)
    wanted = (1 - smoothing) * tf.one_hot(labels, 5) + smoothing / 5
    found = []
    for loss in (
        lambda: cross_entropies(logits, labels, smoothing)[0],
        lambda: tf.nn.softmax_cross_entropy_with_logits(wanted, logits),
    ):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            value = loss()
            total = tf.reduce_sum(weights * value)
        found.append((value, tape.gradient(total, logits)))
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_scheduled_sampling_reads_guesses_in_the_place_of_tokens():
    targets = tf.constant([[5, 6, 7, 2]] * 200)
    previous = after_start(targets)
    sources = tf.constant([[4, 5, 2]] * 200)
    for share in (0.0, 0.3, 1.0):
        network = EncoderDecoder(replace(SETTINGS, scheduled_sampling=share), 9, 9)
        encoded = network.encode(sources)
        guesses = tf.argmax(network((sources, previous)), -1, output_type=tf.int32)
        guessed = after_start(guesses + 100)  # guesses that can be told from tokens
        read = with_guesses(network, encoded, previous).numpy()
        was_guess = read != previous.numpy()
        could = (after_start(guesses) != previous).numpy()
        assert np.all(read[was_guess] == (guessed.numpy() - 100)[was_guess])
        assert not was_guess[:, 0].any()
        if could[:, 1:].any():
            drawn = was_guess[:, 1:][could[:, 1:]].mean()
            assert drawn == pytest.approx(share, abs=0.1)


def test_rates_by_hand():
    rates = {
        kind: [float(WarmUpAndDecay(2.0, kind, 4, 20)(t)) for t in (0, 3, 10, 15, 20)]
        for kind in ("constant", "cosine", "inverse-sqrt")
    }
    cosine = [0.5 * (1 + np.cos(np.pi * t / 20)) for t in (0, 3, 10, 15, 20)]
    assert rates["constant"] == [0.5, 2, 2, 2, 2]
    np.testing.assert_allclose(rates["cosine"], np.array(cosine) * [0.5, 2, 2, 2, 2])
    np.testing.assert_allclose(
        rates["inverse-sqrt"], [0.5, 2, *(2 * np.sqrt(4 / n) for n in (11, 16, 21))]
    )


def test_goes_on_as_if_never_stopped(tmp_path):
    whole = finished(tmp_path / "whole", monitor="bleu")
    calls = []

    def stopping():
        calls.append(None)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return 0.0

    with pytest.raises(KeyboardInterrupt):
        finished(tmp_path / "stopped", stopping, monitor="bleu")
    assert len(read_checkpoint(tmp_path / "stopped")[0]["history"]["loss"]) == 2
    keras.utils.set_random_seed(77)  # a new process has another random state
    resumed = finished(tmp_path / "stopped", monitor="bleu")
    assert resumed.history == whole.history
    assert resumed.chosen == whole.chosen
    for one, other in zip(
        values(resumed.network.variables), values(whole.network.variables), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    again = finished(tmp_path / "stopped", monitor="bleu")  # nothing left to do
    assert again.history == whole.history


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    finished(tmp_path, epochs=1)
    with pytest.raises(InputError, match="a run with other settings; --fresh starts"):
        finished(tmp_path, epochs=2)
    (tmp_path / "checkpoint.npz").write_bytes(b"PK nothing")
    with pytest.raises(InputError, match="cannot be read as a checkpoint"):
        finished(tmp_path, epochs=1)


def test_an_epoch_without_numbers_is_left_out(monkeypatch, capsys):
    """NaN or infinity: in the first epoch there is no network."""
    with monkeypatch.context() as patch:
        patch.setattr(Training, "train_epoch", lambda *_: {"loss": float("nan")})
        with pytest.raises(InputError, match=r"no numbers .* smaller learning_rate"):
            finished(monitor="loss")
    quality = [1.0, 2.0, np.nan]
    monkeypatch.setattr(Training, "quality", lambda self, judged: [quality.pop(0)])
    run = run_of(monitor="loss", averaged=1)
    run.verbose = 2
    with portable():
        run.run()
    assert "Epoch 3 led to no numbers" in capsys.readouterr().out
    assert run.chosen == [2]
    assert len(run.history["loss"]) == len(run.history["val_loss"]) == 2


def test_stops_when_no_epoch_is_better():
    scores = iter([1.0, 3.0, 2.0, 2.5, 9.0])
    run = finished(
        bleu=scores.__next__, monitor="bleu", patience=2, epochs=20, averaged=1
    )
    assert run.history["val_bleu"] == [1.0, 3.0, 2.0, 2.5]
    assert run.chosen == [2]


def test_takes_the_mean_of_the_best_epochs_or_the_best():
    for last, chosen in ((5.0, [2, 4]), (1.0, [4])):
        scores = iter([1.0, 3.0, 2.0, 4.0, last])
        run = finished(bleu=scores.__next__, monitor="bleu", averaged=2)
        assert [kept.epoch for kept in run.kept] == [4, 2]
        assert run.chosen == chosen
        best, second = (kept.weights for kept in run.kept)
        for weight, one, other in zip(
            values(run.network.trainable_variables), best, second, strict=True
        ):
            mean = one if chosen == [4] else (one + other) / 2
            np.testing.assert_allclose(weight, mean, atol=1e-7)

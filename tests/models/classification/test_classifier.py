from dataclasses import asdict, replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.models import ClassifierSettings, SentimentClassifier, text_classifier
from seqkit.models.checkpoint import read_checkpoint, write_checkpoint
from seqkit.models.classification import classifier as module
from seqkit.models.classification import pretraining
from seqkit.models.classification.calibration import calibrate
from seqkit.models.classification.classifier import BOTH, NGRAMS_ALONE
from seqkit.models.classification.settings import POOLINGS
from seqkit.models.run_files import read_config
from seqkit.recurrence import portable
from tests.models.classification.conftest import TINY, quick_fit, reviews


def accuracy(classifier, texts, labels):
    return np.mean(
        [a.label == b for a, b in zip(classifier(texts), labels, strict=True)]
    )


def test_learns(classifier):
    assert accuracy(classifier, *reviews(100, seed=2)) > 0.95
    label, score = classifier(["a great film"])[0]
    assert label == "positive"
    assert 0.5 < score <= 1


@pytest.mark.parametrize("masked", [True, False])
def test_lstm_learns_after_right_padding_because_it_is_masked(masked, monkeypatch):
    """Three words, then 60 steps of padding: without a mask it sees nothing."""
    texts, labels = ["a good film", "a bad film"] * 32, [0, 1] * 32
    whole = ClassifierSettings.stretch  # the last state is that of a text in one
    settings = replace(
        TINY, network="LSTM", pooling="last", stretch=whole, learning_rate=0.01
    )
    keras.utils.set_random_seed(0)
    embedding = keras.layers.Embedding
    if not masked:
        monkeypatch.setattr(
            keras.layers,
            "Embedding",
            lambda *sizes, **_: embedding(*sizes, name=_["name"]),
        )
    network = text_classifier(settings, vocabulary_size=8, classes=2)
    words = {"a": 4, "good": 5, "bad": 6, "film": 7}
    ids = np.array([[words[w] for w in t.split()] + [0] * 60 for t in texts], "int32")
    network.compile(
        keras.optimizers.Adam(0.02),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    with portable():
        history = network.fit(
            ids,
            np.array(labels),
            epochs=8,
            batch_size=16,
            verbose=0,
        )
    reached = history.history["loss"][-1]
    assert (reached < 0.05) if masked else (reached > 0.6)


@pytest.mark.parametrize("name", ["LSTM", "SimpleRNN", "Jordan"])
@pytest.mark.parametrize("pooling", POOLINGS)
def test_padding_changes_no_answer(name, pooling):
    stretch = ClassifierSettings.stretch if pooling == "last" else 3
    settings = replace(
        TINY, network=name, pooling=pooling, bidirectional=True, stretch=stretch
    )
    network = text_classifier(settings, vocabulary_size=9, classes=3)
    ids = np.array([[3, 4, 5, 6], [6, 0, 0, 0], [0, 0, 0, 0]], "int32")
    more = np.pad(ids, [[0, 0], [0, 3]])
    answer = np.array(network(ids))
    assert np.isfinite(answer).all()
    for other in (network(more), network.predict(more, verbose=0)):
        np.testing.assert_allclose(other, answer, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(network(ids[1:2, :1]), answer[1:2], rtol=1e-5, atol=1e-6)


def test_a_weighted_sum_of_both_parts_answers(classifier):
    texts = ["a good film", "dull"]
    parts = classifier.parts(texts)
    np.testing.assert_array_equal(parts[:, 1], classifier.ngram_scores(texts))
    ids = classifier.codec(texts).to_tensor()
    np.testing.assert_allclose(parts[:, 0], classifier.network(ids), atol=1e-5)
    weighted = classifier.weights[0] * parts[:, 0] + classifier.weights[1] * parts[:, 1]
    logits = weighted + classifier.bias
    np.testing.assert_allclose(classifier.logits(texts), logits)
    powers = np.exp(logits)
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(classifier.probabilities(texts), probabilities)


def test_every_setting_shapes_the_network():
    settings = replace(
        TINY, network="SimpleRNN", layers=2, bidirectional=True, units=3,
        dropout=0.4, word_dropout=0.1,
    )  # fmt: skip
    network = text_classifier(settings, vocabulary_size=50, classes=4)
    shapes = [tuple(weight.shape) for weight in network.weights]
    one_way = [(3, 3), (3,)]
    assert sorted(shapes) == sorted(
        [(50, 8), *[(8, 3), *one_way] * 2, *[(6, 3), *one_way] * 2, (12, 4), (4,)]
    )
    dropouts = [x.rate for x in network.layers if isinstance(x, keras.layers.Dropout)]
    assert dropouts == [0.1, 0.2, 0.4]


def test_answers_do_not_depend_on_their_company(classifier):
    texts = [*reviews(300, seed=3)[0], "", "good " * 50]
    together = classifier.probabilities(texts)
    alone = [classifier.probabilities([text])[0] for text in texts[:3] + texts[-2:]]
    picked = [*together[:3], *together[-2:]]
    np.testing.assert_allclose(picked, alone, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(together.sum(axis=1), 1)
    assert classifier([]) == []


def test_the_graph_answers_as_the_object(classifier):
    texts = [
        "a good film",
        "dull",
        "",
        "unknown wörds 👍🏽",
        "flat " * 60,
        "cafe\u0301",
    ]
    given = classifier.answer(tf.constant(texts))
    for index, (label, score) in enumerate(classifier(texts)):
        assert given["label"][index].numpy().decode() == label
        assert given["score"][index].numpy() == pytest.approx(score, abs=1e-5)
    np.testing.assert_allclose(
        given["probabilities"], classifier.probabilities(texts), atol=1e-5
    )


def test_save_and_load(classifier, tmp_path):
    classifier.save(tmp_path, {"data": "somewhere"})
    config = read_config(tmp_path)
    assert config["settings"] == asdict(TINY)
    assert config["data"] == "somewhere"
    loaded = SentimentClassifier.load(tmp_path)
    texts = reviews(20, seed=4)[0]
    assert loaded(texts) == classifier(texts)
    assert loaded.settings == classifier.settings
    assert loaded.classes == ("negative", "positive")


def test_same_seed_same_classifier():
    data = reviews(60)
    first, again, other = (
        quick_fit(data, data, epochs=1, dropout=0.3, seed=seed).logits(data[0][:5])
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


def test_stops_early_and_keeps_the_best_weights():
    texts, labels = reviews(64)
    wrong = ["positive" if label == "negative" else "negative" for label in labels]
    fitted = quick_fit((texts, labels), (texts, wrong), epochs=20, patience=2)
    losses = fitted.history["val_loss"]
    best = int(np.argmin(losses))
    assert len(losses) == best + 1 + 2 < 20
    assert fitted.chosen == [best + 1]
    fitted.answers = BOTH
    classes = np.array([label == "positive" for label in wrong]).astype(int)
    kept = calibrate(fitted.parts(texts), classes).quality["cross_entropy"]
    assert kept == pytest.approx(losses[best], rel=1e-4)


def test_vectors_from_many_words_move_only_after_some_epochs(monkeypatch):
    texts, labels = reviews(64)
    monkeypatch.setattr(pretraining, "_LEAST_WORDS", 10)
    monkeypatch.setattr(module, "FROZEN_EPOCHS", 2)

    def fitted(valid_labels, epochs):
        found = quick_fit(
            (texts, labels), (texts, valid_labels), epochs=epochs, patience=1,
            pretraining=0.0,
        )  # fmt: skip
        return found, found.network.get_layer("embedding").get_weights()[0]

    _, first = fitted(labels, 1)
    second, same = fitted(labels, 2)
    assert second.chosen == [2]
    np.testing.assert_allclose(first, same, atol=1e-6)
    third, moved = fitted(labels, 3)
    assert third.chosen == [3]
    assert np.abs(moved - first).max() > 1e-3
    wrong = ["positive" if label == "negative" else "negative" for label in labels]
    monkeypatch.setattr(module, "FROZEN_EPOCHS", 8)
    stopped, same = fitted(wrong, 20)
    assert len(stopped.history["val_loss"]) == 9  # it was tried, for all its patience
    assert stopped.chosen[0] < 8
    np.testing.assert_allclose(first, same, atol=1e-6)


def test_goes_on_where_it_was_stopped(tmp_path):
    data = reviews(60)
    whole = quick_fit(data, data, epochs=3, dropout=0.3)
    with portable():
        for epochs in (1, 3):
            settings = replace(TINY, epochs=epochs, dropout=0.3)
            if epochs == 3:
                state, arrays = read_checkpoint(tmp_path)
                state["settings"]["epochs"] = 3
                write_checkpoint(tmp_path, state, arrays)
            found = SentimentClassifier.fit(
                *data, data, settings, folder=tmp_path, verbose=0
            )
    assert found.history == whole.history
    np.testing.assert_array_equal(found.logits(data[0][:9]), whole.logits(data[0][:9]))
    with pytest.raises(InputError, match="checkpoint of a run with other texts"):
        quick_fit(reviews(60, seed=9), data, epochs=3, dropout=0.3, folder=tmp_path)
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("great 0.5 0.5\n")
    settings = replace(settings, embedding=ClassifierSettings.embedding)
    state, arrays = read_checkpoint(tmp_path)
    state["settings"]["embedding"] = settings.embedding
    write_checkpoint(tmp_path, state, arrays)
    with pytest.raises(InputError, match="checkpoint of a run with other vectors"):
        SentimentClassifier.fit(
            *data, data, settings, vectors=vectors, folder=tmp_path, verbose=0
        )


def test_answers_with_the_ngrams_where_they_are_better(tmp_path):
    """The network is taught the contrary."""
    texts, labels = reviews(80)
    fitted = quick_fit((texts, labels), (texts, labels), epochs=3)
    assert set(fitted.validation) == {BOTH, NGRAMS_ALONE}
    last = fitted.network.get_layer("logits")
    last.set_weights([-weight for weight in last.get_weights()])
    truth = np.array([label == "positive" for label in labels]).astype(int)
    fitted._calibrate(texts, truth)
    assert fitted.answers == NGRAMS_ALONE
    assert fitted.weights[0] == 0
    assert accuracy(fitted, texts, labels) > 0.9
    np.testing.assert_allclose(
        fitted.answer(tf.constant(texts))["probabilities"],
        fitted.probabilities(texts),
        atol=1e-5,
    )
    fitted.save(tmp_path)
    assert SentimentClassifier.load(tmp_path)(texts) == fitted(texts)


def test_labels_of_any_kind():
    texts, names = reviews(40)
    for labels, classes in (
        ([int(name == "positive") for name in names], ("0", "1")),
        (np.array([name == "positive" for name in names]), ("False", "True")),
        ([10.0 if name == "positive" else 2.0 for name in names], ("2", "10")),
        (np.array(names), ("negative", "positive")),
    ):
        fitted = quick_fit((texts, labels), (texts, labels), epochs=1)
        assert fitted.classes == classes


def test_vectors_of_words_come_from_more_texts_or_a_file(tmp_path):
    data = reviews(40)
    more = ["a splendid film", "splendid actors"] * 3
    fitted = quick_fit(data, data, epochs=1, unlabelled=more)
    assert "splendid" in fitted.codec.entries
    assert fitted.ngrams(fitted.codec.pieces(["splendid"])).numpy() == pytest.approx(
        fitted.ngrams.bias.numpy()[None]
    )
    path = tmp_path / "vectors.txt"
    path.write_text("4 3\ngood 1 2 3\nBad -1 -2 -3\nbad 5 5 5\nzebra 0 0 1\n")
    sizes = {"embedding": ClassifierSettings.embedding}  # that of the vectors
    fitted = quick_fit(data, data, epochs=1, vectors=path, learning_rate=1e-9, **sizes)
    weights = fitted.network.get_layer("embedding").get_weights()[0]
    assert weights.shape == (len(fitted.codec), 3)
    good, bad = (weights[4 + fitted.codec.entries.index(w)] for w in ("good", "bad"))
    np.testing.assert_allclose(good / good[0], [1, 2, 3], rtol=1e-4)
    np.testing.assert_allclose(bad / bad[0], [1, 1, 1], rtol=1e-4)
    fixed = quick_fit(data, data, epochs=1, vectors=path, fine_tune=False, **sizes)
    same = fixed.network.get_layer("embedding").get_weights()[0]
    np.testing.assert_allclose(same, weights, atol=1e-6)


def test_chinese_and_more_than_two_classes():
    words = {"好": "好看动人", "坏": "无聊难看", "中": "一般还行"}
    data = [
        (f"这部电影{first}{second}。", label)
        for label, signs in words.items()
        for first in signs
        for second in signs
    ]
    texts, labels = map(list, zip(*data, strict=True))
    for level in ("word", "char"):
        fitted = quick_fit((texts, labels), (texts, labels), level=level, epochs=12)
        assert fitted.classes == ("中", "坏", "好")
        assert accuracy(fitted, texts, labels) > 0.95


def test_attribution_finds_the_telling_word(classifier):
    effects = classifier.attribute("The film was moving , it is")
    words = ["the", "film", "was", "moving", ",", "it", "is"]
    assert [word for word, _ in effects] == words
    assert max(effects, key=lambda pair: pair[1])[0] == "moving"
    assert classifier.attribute("") == []
    logits = classifier.logits(["dull film", "film"])
    label = logits[0].argmax()
    odds = logits[:, label] - logits[:, 1 - label]
    assert classifier.attribute("dull film")[0][1] == pytest.approx(
        float(odds[0] - odds[1]), abs=1e-4
    )


@pytest.mark.parametrize(
    ("labels", "validation", "message"),
    [
        (["a", "a"], (["x"], ["a"]), "labels must be of two classes or more; got"),
        (["a", "b"], (["x"], ["c"]), r"validation has labels that .* not: \['c'\]"),
        (["a"], (["x"], ["a"]), "texts must have a label each; got 2 texts and 1 lab"),
        (["a", "b"], ([], []), "validation texts must be one at least; got none"),
        (["a", None], (["x"], ["a"]), "labels must be strings or numbers; got None"),
        ("ab", (["x"], ["a"]), "texts and their labels must be lists; got 'ab'"),
        (["a", "b"], ([3], ["a"]), "validation texts must be strings; got 3 at posit"),
    ],
)
def test_labels_that_cannot_be_learnt(labels, validation, message):
    with pytest.raises(InputError, match=message):
        SentimentClassifier.fit(["x", "y"], labels, validation, TINY, verbose=0)


def test_one_string_is_not_a_list_of_texts(classifier):
    with pytest.raises(InputError, match="texts must be a list of strings; got '"):
        classifier("a good film")


def damaged(name, content):
    def damage(folder):
        (folder / name).write_bytes(content)

    return damage


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            lambda folder: (folder / "config.json").unlink(),
            "not a model folder: no con",
        ),
        (
            lambda folder: (folder / "model.keras").unlink(),
            "not a model folder: no mod",
        ),
        (damaged("config.json", b"{"), "config.json: cannot be read"),
        (damaged("config.json", b"\xff"), "config.json: cannot be read"),
        (damaged("config.json", b"[]"), "config.json: not written by seqkit"),
        (
            damaged("config.json", b'{"seqkit": "1"}'),
            "not the configuration of",
        ),
        (damaged("model.keras", b"PK nothing"), "model.keras: cannot be read as a mod"),
        (damaged("ngrams.npz", b"PK nothing"), "ngrams.npz: cannot be read"),
        (
            lambda folder: (folder / "ngrams.npz").unlink(),
            "not a model folder: no ngra",
        ),
    ],
)
def test_a_damaged_folder_is_named(classifier, tmp_path, damage, message):
    classifier.save(tmp_path)
    damage(tmp_path)
    with pytest.raises(InputError, match=message) as raised:
        SentimentClassifier.load(tmp_path)
    assert "\n" not in str(raised.value)


def test_no_folder(tmp_path):
    with pytest.raises(InputError, match="there is no such folder"):
        SentimentClassifier.load(tmp_path / "none")

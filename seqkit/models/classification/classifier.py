"""Texts in, labels and scores out."""

import os
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from seqkit.export import Signature, export_saved_model
from seqkit.models.classification.calibration import calibrate, softmax
from seqkit.models.classification.encoding import (
    chunks,
    first_vectors,
    ids_of,
    pad,
)
from seqkit.models.classification.labels import (
    checked_classes,
    checked_strings,
    checked_texts,
)
from seqkit.models.classification.network import text_classifier
from seqkit.models.classification.ngrams import Ngrams, NgramTable, fit_ngrams
from seqkit.models.classification.settings import ClassifierSettings
from seqkit.models.classification.training import Encoded, Training
from seqkit.models.run_files import (
    MODEL_FILE,
    config_of,
    read_arrays,
    read_network,
    write_arrays,
    write_config,
)
from seqkit.recurrence import portable
from seqkit.text import TextCodec
from seqkit.text.checksums import checksums

PROBES = (
    "qwxyzzy zzyxwq",
    "👍🏽 ❤️ 👨‍👩‍👧 🇩🇪 :-)",
    "很好看。",
    "a\x00b",
    "cafe\u0301 <br />",
)
NGRAMS_FILE = "ngrams.npz"
BOTH, NGRAMS_ALONE = "network and n-grams", "n-grams alone"
_CHUNK = 128  # texts answered at a time


class Prediction(NamedTuple):
    """What a text is taken for.

    Args:
        label: The most probable class.
        score: Its probability.
    """

    label: str
    score: float


class SentimentClassifier:
    """A trained classifier of texts into any number of classes, in any language.

    It has two parts: n-grams weighted by naive Bayes, and a recurrent network that is
    trained to add what these miss. Where the network adds nothing, on the texts it is
    validated with, the n-grams answer alone.

    Made by `fit` or `load`. Calling it with texts gives one `Prediction` for each;
    the same function is what `export` writes into a SavedModel.

    Args:
        network: ids (batch, time) and scores (batch, classes) to logits.
        ngrams: Tokens to scores.
        codec: Texts to tokens and ids.
        classes: The labels, in the order of the logits.
        settings: What it was made with.

    Attributes:
        answers: "network and n-grams", or "n-grams alone" where these do better.
        temperature: The logits are divided by it before the softmax.
        bias: Then added to them, (classes,).
        history: By metric, a value for each epoch.
        chosen: The epoch, the first being 1, whose weights the network has.
        validation: By what answers, the cross-entropy and the accuracy that chose.
        shares: Share of each class in the training, by name.
        trained: Checksums of the texts that it was trained on, int64, ascending.

    Example:
        >>> texts = ["good", "so good", "good film", "bad", "so bad", "bad film"]
        >>> labels = ["positive"] * 3 + ["negative"] * 3
        >>> settings = ClassifierSettings(network="GRU", units=4, embedding=4, epochs=2)
        >>> classifier = SentimentClassifier.fit(
        ...     texts, labels, (texts, labels), settings, verbose=0
        ... )
        >>> [answer.label for answer in classifier(["a good film", "bad, bad"])]
        ['positive', 'negative']
    """

    def __init__(
        self,
        network: keras.Model,
        ngrams: Ngrams,
        codec: TextCodec,
        classes: Sequence[str],
        settings: ClassifierSettings,
    ) -> None:
        self.network, self.ngrams, self.codec = network, ngrams, codec
        self.classes = tuple(classes)
        self.settings = settings
        self.answers = BOTH
        self.temperature = 1.0
        self.bias = np.zeros(len(self.classes))
        self.history: dict[str, list[float]] = {}
        self.chosen: list[int] = []
        self.validation: dict[str, dict[str, float]] = {}
        self.shares: dict[str, float] = {}
        self.trained = np.zeros(0, np.int64)
        self._class_names = tf.constant(self.classes, tf.string)
        self._of_network = tf.function(
            lambda ids, scores: self.network([ids, scores], training=False),
            input_signature=[
                tf.TensorSpec([None, None], tf.int32),
                tf.TensorSpec([None, len(self.classes)], tf.float32),
            ],
            autograph=False,
        )

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        labels: Sequence[Any],
        validation: tuple[Sequence[str], Sequence[Any]],
        settings: ClassifierSettings,
        unlabelled: Sequence[str] = (),
        vectors: str | os.PathLike | None = None,
        folder: str | os.PathLike | None = None,
        verbose: int | str = "auto",
    ) -> "SentimentClassifier":
        """Train a classifier, stop early and calibrate it, both on validation data.

        `settings.seed` becomes the global seed of Python, NumPy and TensorFlow. Needs
        the `apps` extra: SciPy and scikit-learn.

        Args:
            texts: Training texts.
            labels: Their labels: strings, or numbers, which become strings.
            validation: Texts and labels that are not trained on.
            settings: Every choice.
            unlabelled: More texts, from which vectors of words are learnt too.
            vectors: A file of vectors of words (see `seqkit.text.read_vectors`), from
                which the network starts, instead of learning them.
            folder: Where the run is written after each epoch, and goes on from when it
                was stopped; None to keep nothing.
            verbose: As in `keras.Model.fit`; "auto" is a progress bar on a terminal
                and a line an epoch elsewhere.

        Raises:
            InputError: Texts are no strings, or not as many as labels; there is one
                class only, or a validation label that no training text has; the file of
                vectors cannot be read, or `folder` holds a run with other settings or
                texts.
        """
        texts, names = checked_texts(texts, labels, "texts")
        valid_texts, valid_names = checked_texts(*validation, "validation texts")
        classes = checked_classes(names, valid_names)
        truth, valid_truth = (
            np.array(list(map(classes.index, each)), int)
            for each in (names, valid_names)
        )
        keras.utils.set_random_seed(settings.seed)
        every = [*texts, *checked_strings(unlabelled, "unlabelled texts")]
        codec = TextCodec.learn(
            every,
            settings.level,
            max(settings.vocabulary, 300 if settings.level == "bpe" else 5),
            settings.lowercase,
            settings.minimum_count,
            read_only=True,
        )
        ids = ids_of(codec, every)
        if verbose:
            print(
                f"  {len(codec)} ids, with vectors from {len(every)} texts", flush=True
            )
        start = first_vectors(ids, codec, settings, vectors)
        table = NgramTable(codec.pieces, texts, settings.ngrams)
        if verbose:
            print(f"  {len(table.keys)} n-grams, weighted by naive Bayes", flush=True)
        ngrams, scores = fit_ngrams(table, truth, len(classes), settings.seed)
        sized = replace(settings, embedding=start.shape[1])
        network = text_classifier(sized, len(codec), len(classes))
        network.get_layer("embedding").set_weights([start])
        classifier = cls(network, ngrams, codec, classes, settings)
        classifier.trained = np.unique(checksums(texts))
        counts = Counter(names).most_common()
        classifier.shares = {name: count / len(names) for name, count in counts}
        valid = ids_of(codec, valid_texts), classifier.ngram_scores(valid_texts)
        given = Encoded(ids[: len(texts)], scores, truth), Encoded(*valid, valid_truth)
        start_from = 0 if vectors is None else zlib.crc32(start.tobytes())
        run = Training(network, settings, *given, folder, verbose, start_from)
        run.run()
        classifier.history, classifier.chosen = run.history, run.chosen
        classifier._calibrate(valid_texts, valid_truth)
        return classifier

    def _calibrate(self, texts: Sequence[str], truth: np.ndarray) -> None:
        """Let that part answer which does better, and fit temperature and bias."""
        fitted = {}
        for self.answers in (BOTH, NGRAMS_ALONE):
            fitted[self.answers] = calibrate(self.logits(texts), truth)
        self.validation = {name: each.quality for name, each in fitted.items()}
        self.answers = min(
            fitted, key=lambda name: self.validation[name]["cross_entropy"]
        )
        self.temperature, self.bias, _ = fitted[self.answers]

    def __call__(self, texts: Sequence[str]) -> list[Prediction]:
        """Answer texts: a list of (label, score)."""
        return [
            Prediction(self.classes[each.argmax()], float(each.max()))
            for each in self.probabilities(texts)
        ]

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Give the calibrated probabilities of texts: (n, classes)."""
        return softmax(self.calibrated(self.logits(texts)))

    def calibrated(self, logits: np.ndarray) -> np.ndarray:
        """Give logits at the fitted temperature, with the fitted bias."""
        return logits / self.temperature + self.bias

    def logits(self, texts: Sequence[str]) -> np.ndarray:
        """Give what the model says before calibration: (n, classes)."""
        answers = np.zeros((len(texts), len(self.classes)), np.float32)
        texts = checked_strings(texts, "texts")
        order = np.argsort(list(map(len, texts)), kind="stable")
        for rows in chunks(order, _CHUNK):
            some = tf.constant([texts[row] for row in rows], tf.string)
            answers[rows] = self._logits_of_pieces(self.codec.pieces(some))
        return answers

    def ngram_scores(self, texts: Sequence[str]) -> np.ndarray:
        """Give the scores of the n-grams alone: (n, classes)."""
        found = [np.zeros((0, len(self.classes)), np.float32)]
        for some in chunks(texts, _CHUNK):
            found.append(self.ngrams(self.codec.pieces(some)).numpy())
        return np.concatenate(found)

    def _logits_of_pieces(self, pieces: tf.RaggedTensor) -> np.ndarray:
        """Answer texts that are cut, with the portable loop."""
        scores = self.ngrams(pieces)
        if self.answers == NGRAMS_ALONE:
            return scores.numpy()
        with portable():
            return self._of_network(pad(self.codec.ids(pieces)), scores).numpy()

    def trained_on(self, texts: Sequence[str]) -> int:
        """Give how many of these texts it was trained on, however they are written."""
        return int(np.isin(checksums(texts), self.trained).sum())

    def attribute(self, text: str) -> list[tuple[str, float]]:
        """Say how much each word speaks for the predicted class: leave-one-word-out.

        The effect of word i is log-odds(text) - log-odds(text without word i) of the
        class that the whole text is given.

        Args:
            text: One text.

        Returns:
            (word, effect) in the order of the text; positive speaks for the class.
        """
        words = self.codec.pieces([text])[0].numpy()
        variants = [words, *(np.delete(words, place) for place in range(len(words)))]
        logits = [
            self._logits_of_pieces(
                tf.RaggedTensor.from_row_lengths(
                    tf.constant(np.concatenate(some), tf.string), list(map(len, some))
                )
            )
            for some in chunks(variants, _CHUNK)
        ]
        scaled = self.calibrated(np.concatenate(logits))
        others = np.delete(scaled, scaled[0].argmax(), axis=1)
        odds = scaled[:, scaled[0].argmax()] - np.logaddexp.reduce(others, axis=1)
        effects = map(float, odds[0] - odds[1:])
        return [
            (word.decode(), each) for word, each in zip(words, effects, strict=True)
        ]

    def answer(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Answer strings of shape (n,), in the graph: what the SavedModel serves.

        Returns:
            label (n,) string, score (n,) float32, probabilities (n, classes) float32.
        """
        pieces = self.codec.pieces(text)
        logits = self.ngrams(pieces)
        if self.answers == BOTH:
            ids = pad(self.codec.ids(pieces))
            logits = self.network([ids, logits], training=False)
        bias = tf.constant(self.bias, tf.float32)
        probabilities = tf.nn.softmax(logits / self.temperature + bias)
        return {
            "label": tf.gather(self._class_names, tf.argmax(probabilities, axis=1)),
            "score": tf.reduce_max(probabilities, axis=1),
            "probabilities": probabilities,
        }

    def export(self, folder: str | os.PathLike) -> None:
        """Write the SavedModel, proven in a fresh process; see `seqkit.export`.

        Signatures: `serving_default(text: string [n])` gives what `answer` gives;
        `classes()` gives the class names in the order of the probabilities.
        """
        known = self.codec.entries if self.settings.level != "bpe" else ()
        word = (*known, "a")[0]
        long = " ".join([word] * (2 * self.settings.stretch + 1))
        probes = ["", word, long, *PROBES]
        export_saved_model(
            folder,
            {
                "serving_default": Signature(
                    self.answer,
                    {"text": tf.TensorSpec([None], tf.string)},
                    [{"text": texts} for texts in [*([one] for one in probes), probes]],
                ),
                "classes": Signature(
                    lambda: {"classes": self._class_names}, probes=[{}]
                ),
            },
            [*self.codec.resources, *self.ngrams.resources]
            + [variable.value for variable in self.network.variables],
        )

    def save(
        self, folder: str | os.PathLike, notes: Mapping[str, Any] | None = None
    ) -> None:
        """Write model.keras, ngrams.npz and config.json into a folder that is there.

        Args:
            folder: The folder.
            notes: More to keep in config.json, such as where the data came from.
        """
        self.network.save(Path(folder, MODEL_FILE))
        write_arrays(
            folder, NGRAMS_FILE, {**self.ngrams.arrays(), "trained": self.trained}
        )
        write_config(
            folder,
            self.settings,
            notes,
            answers=self.answers,
            temperature=self.temperature,
            bias=list(map(float, self.bias)),
            validation=self.validation,
            classes=self.classes,
            shares=self.shares,
            codec=self.codec.get_config(),
        )

    @classmethod
    def load(cls, folder: str | os.PathLike) -> "SentimentClassifier":
        """Read what `save` wrote.

        Raises:
            InputError: The folder, or a file in it, is missing or cannot be read.
        """
        with config_of(folder, "classifier") as config:
            settings = ClassifierSettings(**config["settings"])
            codec = TextCodec.from_config(config["codec"])
            classes, answers = config["classes"], config["answers"]
            temperature = float(config["temperature"])
            bias = np.array(config["bias"], float)
            validation, shares = dict(config["validation"]), dict(config["shares"])
            if answers not in (BOTH, NGRAMS_ALONE) or len(bias) != len(classes):
                raise ValueError(f"answers={answers!r}, bias={config['bias']!r}")
        arrays = read_arrays(folder, NGRAMS_FILE, (*Ngrams.ARRAYS, "trained"))
        trained = arrays.pop("trained")
        network = read_network(
            folder,
            fits=lambda found: (
                [each.name for each in found.inputs] == ["ids", "scores"]
                and found.output_shape == (None, len(classes))
                and found.get_layer("embedding").input_dim == len(codec)
            ),
        )
        found = cls(network, Ngrams(**arrays), codec, classes, settings)
        found.answers, found.temperature, found.bias = answers, temperature, bias
        found.validation, found.shares, found.trained = validation, shares, trained
        return found

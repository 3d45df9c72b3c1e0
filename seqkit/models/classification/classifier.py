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
from seqkit.models.checkpoint import has_checkpoint
from seqkit.models.classification.calibration import (
    Calibration,
    calibrate,
    neutral,
    softmax,
)
from seqkit.models.classification.encoding import (
    check_vectors,
    chunks,
    first_vectors,
    ids_of,
    pad,
)
from seqkit.models.classification.labels import checked_classes, checked_texts
from seqkit.models.classification.network import text_classifier
from seqkit.models.classification.ngrams import Ngrams, NgramTable, fit_ngrams
from seqkit.models.classification.pretraining import Pretraining, enough_words
from seqkit.models.classification.settings import ClassifierSettings
from seqkit.models.classification.training import FROZEN_EPOCHS, Encoded, Training
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
from seqkit.text.strings import checked_strings

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

    It has two parts, a recurrent network and n-grams weighted by naive Bayes, each
    fitted on its own; a weighted sum of their logits answers. Where the network adds
    nothing, on the texts it is validated with, the n-grams answer alone.

    Made by `fit` or `load`. Calling it with texts gives one `Prediction` for each;
    the same function is what `export` writes into a SavedModel.

    Args:
        network: ids (batch, time) to logits (batch, classes).
        ngrams: Tokens to logits (batch, classes).
        codec: Texts to tokens and ids.
        classes: The labels, in the order of the logits.
        settings: What it was made with.

    Attributes:
        answers: "network and n-grams", or "n-grams alone" where these do better.
        weights: Of the logits of the network and of the n-grams in their sum, (2,).
        bias: Added to it, (classes,).
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
        self.weights, self.bias, _ = neutral(2, len(self.classes))
        self.history: dict[str, list[float]] = {}
        self.chosen: list[int] = []
        self.validation: dict[str, dict[str, float]] = {}
        self.shares: dict[str, float] = {}
        self.trained = np.zeros(0, np.int64)
        self._class_names = tf.constant(self.classes, tf.string)
        self._of_network = tf.function(
            lambda ids: self.network(ids, training=False),
            input_signature=[tf.TensorSpec([None, None], tf.int32)],
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
        check_vectors(settings, vectors)
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
            settings.vocabulary,
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
        ngrams = fit_ngrams(table, truth, len(classes), settings.seed)
        sized = replace(settings, embedding=start.shape[1])
        network = text_classifier(sized, len(codec), len(classes))
        network.get_layer("embedding").set_weights([start])
        classifier = cls(network, ngrams, codec, classes, settings)
        classifier.trained = np.unique(checksums(texts))
        counts = Counter(names).most_common()
        classifier.shares = {name: count / len(names) for name, count in counts}
        plenty = enough_words(ids)
        if plenty and settings.pretraining and not has_checkpoint(folder):
            if verbose:
                print("Learning what stands beside words, from all texts", flush=True)
            Pretraining(network, settings, ids).run(verbose)
        run = Training(
            network,
            settings,
            Encoded(ids[: len(texts)], truth),
            Encoded(ids_of(codec, valid_texts), valid_truth),
            classifier.ngram_scores(valid_texts),
            folder,
            verbose,
            0 if vectors is None else zlib.crc32(start.tobytes()),
            FROZEN_EPOCHS if plenty else 0,
        )
        run.run()
        classifier.history, classifier.chosen = run.history, run.chosen
        classifier._calibrate(valid_texts, valid_truth)
        return classifier

    def _calibrate(self, texts: Sequence[str], truth: np.ndarray) -> None:
        """Let both parts answer or one, whichever does better; fit weights and bias."""
        parts = self.parts(texts)
        both, alone = calibrate(parts, truth), calibrate(parts[:, 1:], truth)
        self.validation = {BOTH: both.quality, NGRAMS_ALONE: alone.quality}
        self.weights, self.bias, _ = both
        self.answers = BOTH
        if alone.quality["cross_entropy"] <= both.quality["cross_entropy"]:
            self.answers = NGRAMS_ALONE
            self.weights, self.bias = np.array([0.0, *alone.weights]), alone.bias

    def __call__(self, texts: Sequence[str]) -> list[Prediction]:
        """Answer texts: a list of (label, score)."""
        return [
            Prediction(self.classes[each.argmax()], float(each.max()))
            for each in self.probabilities(texts)
        ]

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Give the calibrated probabilities of texts: (n, classes)."""
        return softmax(self.logits(texts))

    def logits(self, texts: Sequence[str]) -> np.ndarray:
        """Give the calibrated logits of texts: (n, classes)."""
        return self.calibration(self.parts(texts))

    @property
    def calibration(self) -> Calibration:
        """What makes logits of those of the two parts."""
        return Calibration(self.weights, self.bias, {})

    def parts(self, texts: Sequence[str]) -> np.ndarray:
        """Give the logits of network and n-grams: (n, 2, classes).

        Those of the network are zeros where the n-grams answer alone.
        """
        answers = np.zeros((len(texts), 2, len(self.classes)), np.float32)
        texts = checked_strings(texts, "texts")
        order = np.argsort(list(map(len, texts)), kind="stable")
        for rows in chunks(order, _CHUNK):
            some = tf.constant([texts[row] for row in rows], tf.string)
            answers[rows] = self._parts_of_pieces(self.codec.pieces(some))
        return answers

    def ngram_scores(self, texts: Sequence[str]) -> np.ndarray:
        """Give the scores of the n-grams alone: (n, classes)."""
        found = [np.zeros((0, len(self.classes)), np.float32)]
        for some in chunks(texts, _CHUNK):
            found.append(self.ngrams(self.codec.pieces(some)).numpy())
        return np.concatenate(found)

    def _parts_of_pieces(self, pieces: tf.RaggedTensor) -> np.ndarray:
        """Give the logits of both parts, of texts that are cut: (n, 2, classes)."""
        scores = self.ngrams(pieces).numpy()
        if self.answers == NGRAMS_ALONE:
            return np.stack([0 * scores, scores], axis=1)
        with portable():
            logits = self._of_network(pad(self.codec.ids(pieces))).numpy()
        return np.stack([logits, scores], axis=1)

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
        parts = [
            self._parts_of_pieces(
                tf.RaggedTensor.from_row_lengths(
                    tf.constant(np.concatenate(some), tf.string), list(map(len, some))
                )
            )
            for some in chunks(variants, _CHUNK)
        ]
        scaled = self.calibration(np.concatenate(parts))
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
        of_network, of_ngrams = map(float, self.weights)
        logits = of_ngrams * self.ngrams(pieces) + tf.constant(self.bias, tf.float32)
        if self.answers == BOTH:
            ids = pad(self.codec.ids(pieces))
            logits += of_network * self.network(ids, training=False)
        probabilities = tf.nn.softmax(logits)
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
        """Write model.keras, ngrams.npz and config.json into a folder, made if need be.

        Args:
            folder: The folder.
            notes: More to keep in config.json, such as where the data came from.
        """
        Path(folder).mkdir(parents=True, exist_ok=True)
        self.network.save(Path(folder, MODEL_FILE))
        write_arrays(
            folder, NGRAMS_FILE, {**self.ngrams.arrays(), "trained": self.trained}
        )
        write_config(
            folder,
            self.settings,
            notes,
            answers=self.answers,
            weights=list(map(float, self.weights)),
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
            weights, bias = (np.array(config[n], float) for n in ("weights", "bias"))
            validation, shares = dict(config["validation"]), dict(config["shares"])
            shapes = weights.shape, bias.shape
            if answers not in (BOTH, NGRAMS_ALONE) or shapes != ((2,), (len(classes),)):
                raise ValueError(f"{answers=}, {weights=}, {bias=}")
        arrays = read_arrays(folder, NGRAMS_FILE, (*Ngrams.ARRAYS, "trained"))
        trained = arrays.pop("trained")
        network = read_network(
            folder,
            fits=lambda found: (
                [each.name for each in found.inputs] == ["ids"]
                and found.output_shape == (None, len(classes))
                and found.get_layer("embedding").input_dim == len(codec)
            ),
        )
        found = cls(network, Ngrams(**arrays), codec, classes, settings)
        found.answers, found.weights, found.bias = answers, weights, bias
        found.validation, found.shares, found.trained = validation, shares, trained
        return found

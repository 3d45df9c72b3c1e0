"""Texts in, labels and scores out."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.export import Signature, export_saved_model
from seqkit.models.classification.calibration import fit_temperature, softmax
from seqkit.models.classification.settings import ClassifierSettings
from seqkit.models.classification.training import train_network
from seqkit.models.run_files import (
    MODEL_FILE,
    config_of,
    read_network,
    write_config,
)
from seqkit.recurrence import portable
from seqkit.text import UNKNOWN, TextEncoder, Tokenizer, Vocabulary, pad

PROBES = ("qwxyzzy zzyxwq", "👍🏽 ❤️ 👨‍👩‍👧 🇩🇪 :-)", "很好看。", "a\x00b")
_CHUNK = 128  # texts answered at a time


class Prediction(NamedTuple):
    """The most probable class of a text, and its probability."""

    label: str
    score: float


class SentimentClassifier:
    """A trained classifier of texts into any number of classes, in any language.

    Made by `fit` or `load`. Calling it with texts gives one `Prediction` for each;
    the same function is what `export` writes into a SavedModel.

    Args:
        network: ids (batch, time) to logits (batch, classes).
        encoder: Texts to ids.
        classes: The labels, in the order of the logits.
        settings: What it was made with.
        temperature: The logits are divided by it before the softmax.

    Example:
        >>> texts = ["good", "so good", "good film", "bad", "so bad", "bad film"]
        >>> labels = ["positive"] * 3 + ["negative"] * 3
        >>> settings = ClassifierSettings(
        ...     network="GRU", units=4, embedding=4, epochs=30, patience=30,
        ...     minimum_count=1, learning_rate=0.1, dropout=0.0,
        ... )
        >>> classifier = SentimentClassifier.fit(
        ...     texts, labels, (texts, labels), settings, verbose=0
        ... )
        >>> [answer.label for answer in classifier(["a good film", "bad, bad"])]
        ['positive', 'negative']
    """

    def __init__(
        self,
        network: keras.Model,
        encoder: TextEncoder,
        classes: Sequence[str],
        settings: ClassifierSettings,
        temperature: float = 1.0,
    ) -> None:
        self.network = network
        self.encoder = encoder
        self.classes = tuple(classes)
        self.settings = settings
        self.temperature = temperature
        self.history: dict[str, list[float]] = {}
        self._class_names = tf.constant(self.classes, tf.string)
        self._logits = tf.function(
            lambda ids: self.network(ids, training=False),
            input_signature=[tf.TensorSpec([None, None], tf.int32)],
        )

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        labels: Sequence[str],
        validation: tuple[Sequence[str], Sequence[str]],
        settings: ClassifierSettings,
        verbose: int | str = "auto",
    ) -> "SentimentClassifier":
        """Train a classifier, stop early and calibrate it, both on validation data.

        `settings.seed` becomes the global seed of Python, NumPy and TensorFlow.

        Args:
            texts: Training texts.
            labels: Their labels.
            validation: Texts and labels that are not trained on.
            settings: Every choice.
            verbose: As in `keras.Model.fit`; "auto" is a progress bar on a terminal
                and a line an epoch elsewhere.

        Raises:
            InputError: There is one class only, or a validation label that no training
                text has.
        """
        classes = sorted(set(labels))
        unseen = sorted(set(validation[1]) - set(classes))
        if len(classes) < 2:
            raise InputError(f"labels must be of two classes or more; got {classes}")
        if unseen:
            raise InputError(f"validation has labels that training has not: {unseen}")
        keras.utils.set_random_seed(settings.seed)
        encoder = TextEncoder.learn(
            texts,
            Tokenizer(settings.level, settings.lowercase),
            settings.vocabulary,
            settings.max_length,
            settings.minimum_count,
        )
        valid_truth = np.searchsorted(classes, validation[1])
        network, history = train_network(
            (encoder(list(texts)), np.searchsorted(classes, labels)),
            (encoder(list(validation[0])), valid_truth),
            settings,
            (len(encoder.vocabulary), len(classes)),
            verbose,
        )
        classifier = cls(network, encoder, classes, settings)
        classifier.history = history
        classifier.temperature = fit_temperature(
            classifier.logits(validation[0]), valid_truth
        )
        return classifier

    def __call__(self, texts: Sequence[str]) -> list[Prediction]:
        """Answer texts: a list of (label, score)."""
        probabilities = self.probabilities(texts)
        return [
            Prediction(self.classes[each.argmax()], float(each.max()))
            for each in probabilities
        ]

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Give the calibrated probabilities of texts: (n, classes)."""
        return softmax(self.logits(texts) / self.temperature)

    def logits(self, texts: Sequence[str]) -> np.ndarray:
        """Give what the network says before calibration: (n, classes)."""
        if isinstance(texts, str):
            raise InputError(
                f"texts must be a list of strings; got the string {texts!r}"
            )
        return self._logits_of_ids(self.encoder(tf.constant(list(texts), tf.string)))

    def _logits_of_ids(self, ids: tf.RaggedTensor) -> np.ndarray:
        """Answer in chunks of about equal length; with the portable loop."""
        answers = np.zeros((int(ids.nrows()), len(self.classes)), np.float32)
        order = np.argsort(ids.row_lengths(), kind="stable")
        with portable():
            for start in range(0, len(order), _CHUNK):
                rows = order[start : start + _CHUNK]
                answers[rows] = self._logits(pad(tf.gather(ids, rows)))
        return answers

    def attribute(self, text: str) -> list[tuple[str, float]]:
        """Say how much each word speaks for the predicted class: leave-one-word-out.

        The effect of word i is log-odds(text) - log-odds(text without word i) of the
        class that the whole text is given.

        Args:
            text: One text; words beyond `settings.max_length` are not read.

        Returns:
            (word, effect) in the order of the text; positive speaks for the class.
        """
        words = self.encoder.tokenizer([text])[0, : self.settings.max_length].numpy()
        without = [np.delete(words, position) for position in range(len(words))]
        variants = tf.ragged.stack(
            [tf.constant(each, tf.string) for each in (words, *without)]
        )
        scaled = self._logits_of_ids(self.encoder.vocabulary(variants))
        scaled = scaled / self.temperature
        label = scaled[0].argmax()
        others = np.delete(scaled, label, axis=1)
        log_odds = scaled[:, label] - np.logaddexp.reduce(others, axis=1)
        effects = log_odds[0] - log_odds[1:]
        return [
            (word.decode(), float(effect))
            for word, effect in zip(words, effects, strict=True)
        ]

    def answer(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Answer strings of shape (n,), in the graph: what the SavedModel serves.

        Returns:
            label (n,) string, score (n,) float32, probabilities (n, classes) float32.
        """
        logits = self.network(self.encoder.padded(text), training=False)
        probabilities = tf.nn.softmax(logits / self.temperature)
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
        word = (*self.encoder.vocabulary.tokens, UNKNOWN)[0]
        long = " ".join([word] * (2 * self.settings.max_length))
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
            [self.encoder.vocabulary.table]
            + [variable.value for variable in self.network.variables],
        )

    def save(
        self, folder: str | os.PathLike, notes: Mapping[str, Any] | None = None
    ) -> None:
        """Write model.keras and config.json into a folder that is there.

        Args:
            folder: The folder.
            notes: More to keep in config.json, such as where the data came from.
        """
        self.network.save(Path(folder, MODEL_FILE))
        write_config(
            folder,
            self.settings,
            notes,
            temperature=self.temperature,
            classes=self.classes,
            vocabulary=self.encoder.vocabulary.tokens,
        )

    @classmethod
    def load(cls, folder: str | os.PathLike) -> "SentimentClassifier":
        """Read what `save` wrote.

        Raises:
            InputError: The folder, or a file in it, is missing or cannot be read.
        """
        with config_of(folder, "classifier") as config:
            settings = ClassifierSettings(**config["settings"])
            encoder = TextEncoder(
                Tokenizer(settings.level, settings.lowercase),
                Vocabulary(config["vocabulary"]),
                settings.max_length,
            )
            classes, temperature = config["classes"], float(config["temperature"])
        return cls(read_network(folder), encoder, classes, settings, temperature)

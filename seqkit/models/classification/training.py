"""Training of text networks."""

import os
import time
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from seqkit.models.batches import Batches, Ids
from seqkit.models.checkpoint import values
from seqkit.models.classification.calibration import fit_temperature, softmax
from seqkit.models.classification.settings import ClassifierSettings
from seqkit.models.epochs import EpochTraining
from seqkit.recurrence import portable


class Encoded(NamedTuple):
    """Texts as the network reads them."""

    ids: Ids
    scores: np.ndarray  # float32 (texts, classes), of n-grams
    labels: np.ndarray  # class indices (texts,)


class Training(EpochTraining):
    """A training run of a text network, on the cross-entropy.

    Judged and kept is not the network that was trained last but the running mean of
    its weights, w' = d w' + (1 - d) w after each step, which forgets faster in the
    first steps.

    Args:
        network: Ids and scores to logits.
        settings: Every choice.
        training: Texts to train on, their scores made as if they were new.
        validation: Texts that are not trained on.
        folder: As of `EpochTraining`.
        verbose: As of `EpochTraining`.
        vectors: Checksum of the file of vectors that training starts from, or 0.
    """

    def __init__(
        self,
        network: keras.Model,
        settings: ClassifierSettings,
        training: Encoded,
        validation: Encoded,
        folder: str | os.PathLike | None = None,
        verbose: int | str = "auto",
        vectors: int = 0,
    ) -> None:
        self.training, self.validation = training, validation
        self.vectors = vectors
        self.batches, self.valid_batches = (
            _batches(each.ids, settings.batch_size) for each in (training, validation)
        )
        optimizer = keras.optimizers.Adam(
            settings.learning_rate, global_clipnorm=settings.clipnorm
        )
        super().__init__(network, settings, optimizer, 1, folder, verbose)
        self.means = [
            keras.Variable(weight.value, trainable=False)
            for weight in network.trainable_variables
        ]
        size = settings.batch_size
        signature = [  # one graph for every length: the recurrence compiles few
            tf.TensorSpec([size, None], tf.int32),
            tf.TensorSpec([size, training.scores.shape[1]], tf.float32),
            tf.TensorSpec([size], tf.int32),
            tf.TensorSpec([size], tf.float32),
        ]
        self._step = tf.function(self._train, signature, autograph=False)
        self._logits = tf.function(
            lambda ids, scores: network([ids, scores], training=False),
            signature[:2],
            autograph=False,
        )

    @staticmethod
    def _sums(logits: Any, labels: Any, there: Any) -> tuple:
        """Give the mean loss, its sum, how many were right, and how many there are."""
        losses = there * tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        right = tf.equal(tf.argmax(logits, axis=1, output_type=tf.int32), labels)
        texts = tf.reduce_sum(there)
        loss = tf.reduce_sum(losses)
        right = tf.reduce_sum(there * tf.cast(right, tf.float32))
        return loss / tf.maximum(texts, 1), loss, right, texts

    def _train(self, ids: Any, scores: Any, labels: Any, there: Any) -> tuple:
        weights = self.network.trainable_variables
        with tf.GradientTape() as tape:
            logits = self.network([ids, scores], training=True)
            loss, *sums = self._sums(logits, labels, there)
        gradients = tape.gradient(loss, [weight.value for weight in weights])
        self.optimizer.apply([tf.convert_to_tensor(g) for g in gradients], weights)
        step = tf.cast(self.optimizer.iterations.value, tf.float32)
        share = tf.minimum(self.settings.averaging, step / (step + 10))
        for mean, weight in zip(self.means, weights, strict=True):
            mean.assign(share * mean.value + (1 - share) * weight.value)
        return tuple(sums)

    def _tensors(self, texts: Encoded, batch: Any) -> list[tf.Tensor]:
        there = (batch.rows >= 0).astype(np.float32)
        return [
            tf.constant(batch.padded[0]),
            tf.constant(texts.scores[batch.rows]),
            tf.constant(texts.labels[batch.rows], tf.int32),
            tf.constant(there),
        ]

    def train_epoch(self, generator: np.random.Generator) -> dict[str, float]:
        """Train on every text once, and show how it goes."""
        bar = self.bar(len(self.batches))
        total, start = np.zeros(3), time.perf_counter()
        for number, batch in enumerate(self.batches.epoch(generator), start=1):
            tensors = self._tensors(self.training, batch)
            total += [float(each) for each in self._step(*tensors)]
            shown = _means(total)
            speed = round(total[-1] / (time.perf_counter() - start))
            bar.update(number, [*shown.items(), ("texts/s", speed)], False)
        return shown

    def candidate(self) -> Sequence[np.ndarray]:
        """Give the running means of the weights."""
        return values(self.means)

    def others(self) -> Sequence[keras.Variable]:
        """Give the running means."""
        return self.means

    def judge(self) -> dict[str, float]:
        """Compare the network with the validation texts.

        The loss is that at the temperature which fits them best, since the classifier
        will have one: a network that is right more often, but too sure, is better.
        """
        labels = self.validation.labels
        logits = np.zeros((len(labels), self.validation.scores.shape[1]))
        with portable():  # compiling would take longer than it saves
            for batch in self.valid_batches.epoch():
                tensors = self._tensors(self.validation, batch)
                there = batch.rows >= 0
                logits[batch.rows[there]] = self._logits(*tensors[:2]).numpy()[there]
        probabilities = softmax(logits / fit_temperature(logits, labels))
        of_truth = probabilities[np.arange(len(labels)), labels]
        return {
            "loss": float(-np.log(np.maximum(of_truth, 1e-12)).mean()),
            "accuracy": float((logits.argmax(axis=1) == labels).mean()),
        }

    def quality(self, judged: Mapping[str, float]) -> list[float]:
        """Give the loss, the less the better."""
        return [-judged["loss"]]

    def identity(self) -> dict[str, Any]:
        """Give the checksums of all texts and labels, and of vectors."""
        crc = 0
        for texts in (self.training, self.validation):
            for array in (*texts.ids, texts.labels):
                crc = zlib.crc32(np.ascontiguousarray(array, np.int32).tobytes(), crc)
        return {"texts": crc, "vectors": self.vectors}


def _batches(ids: Ids, size: int) -> Batches:
    return Batches([ids], lambda lengths: size, len(ids) / size, shapes=8)


def _means(total: np.ndarray) -> dict[str, float]:
    texts = max(float(total[2]), 1.0)
    return {"loss": float(total[0]) / texts, "accuracy": float(total[1]) / texts}

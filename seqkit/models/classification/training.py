"""Training of text networks."""

import os
import time
import zlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from seqkit.models.batches import Batches, Ids
from seqkit.models.checkpoint import values
from seqkit.models.classification.calibration import calibrate
from seqkit.models.classification.settings import ClassifierSettings
from seqkit.models.epochs import EpochTraining
from seqkit.recurrence import portable

FROZEN_EPOCHS = 4  # in which vectors stay as they are that were learnt from many words


class Encoded(NamedTuple):
    """Texts as the network reads them."""

    ids: Ids
    labels: np.ndarray  # class indices (texts,)


class Training(EpochTraining):
    """A training run of a text network, on the cross-entropy.

    Judged and kept is not the network that was trained last but the running mean of
    its weights, w' = d w' + (1 - d) w after each step, which forgets faster in the
    first steps.

    Vectors of words that were learnt from many texts stay as they are in the first
    epochs, and are trained only then: moved from the first step on they learn the
    training texts by heart, the rare words first.

    Args:
        network: Ids to logits.
        settings: Every choice.
        training: Texts to train on.
        validation: Texts that are not trained on.
        scores: What the n-grams say of these, (texts, classes).
        folder: As of `EpochTraining`.
        verbose: As of `EpochTraining`.
        vectors: Checksum of the file of vectors that training starts from, or 0.
        frozen: Epochs in which vectors of words stay as they are.
    """

    def __init__(
        self,
        network: keras.Model,
        settings: ClassifierSettings,
        training: Encoded,
        validation: Encoded,
        scores: np.ndarray,
        folder: str | os.PathLike | None = None,
        verbose: int | str = "auto",
        vectors: int = 0,
        frozen: int = 0,
    ) -> None:
        self.training, self.validation = training, validation
        self.scores, self.vectors, self.frozen = scores, vectors, frozen
        size = min(settings.batch_size, max(map(len, (training.ids, validation.ids))))
        self.batches = _batches(training.ids, size)
        self.valid_batches = _batches(validation.ids, size)
        optimizer = keras.optimizers.Adam(
            settings.learning_rate, global_clipnorm=settings.clipnorm
        )
        super().__init__(network, settings, optimizer, 1, folder, verbose)
        self.means = [
            keras.Variable(weight.value, trainable=False)
            for weight in network.trainable_variables
        ]
        signature = [  # one graph for every length: the recurrence compiles few
            tf.TensorSpec([size, None], tf.int32),
            tf.TensorSpec([size], tf.int32),
            tf.TensorSpec([size], tf.float32),
        ]
        trained = network.trainable_variables
        word_vectors = network.get_layer("embedding").embeddings
        others = [each for each in trained if each is not word_vectors]
        self._step, self._step_of_others = (
            tf.function(partial(self._train, weights), signature, autograph=False)
            for weights in (trained, others)
        )
        self._logits = tf.function(
            lambda ids: network(ids, training=False),
            signature[:1],
            autograph=False,
        )

    @staticmethod
    def _sums(logits: Any, labels: Any, there: Any) -> tuple:
        """Give the sum of the losses, how many were right, and how many there are."""
        losses = there * tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        answers = tf.argmax(logits, axis=1, output_type=tf.int32)
        right = there * tf.cast(tf.equal(answers, labels), tf.float32)
        return tuple(map(tf.reduce_sum, (losses, right, there)))

    def _train(self, weights: list, ids: Any, labels: Any, there: Any) -> tuple:
        with tf.GradientTape() as tape:
            logits = self.network(ids, training=True)
            loss, right, texts = self._sums(logits, labels, there)
            mean = loss / tf.maximum(texts, 1)
        gradients = tape.gradient(mean, [weight.value for weight in weights])
        self.optimizer.apply([tf.convert_to_tensor(g) for g in gradients], weights)
        step = tf.cast(self.optimizer.iterations.value, tf.float32)
        share = tf.minimum(self.settings.averaging, step / (step + 10))
        every = self.network.trainable_variables
        for mean, weight in zip(self.means, every, strict=True):
            mean.assign(share * mean.value + (1 - share) * weight.value)
        return loss, right, texts

    def _tensors(self, texts: Encoded, batch: Any) -> list[tf.Tensor]:
        there = (batch.rows >= 0).astype(np.float32)
        return [
            tf.constant(batch.padded[0]),
            tf.constant(texts.labels[batch.rows], tf.int32),
            tf.constant(there),
        ]

    def train_epoch(self, generator: np.random.Generator) -> dict[str, float]:
        """Train on every text once, and show how it goes."""
        bar = self.bar(len(self.batches))
        total, start = np.zeros(3), time.perf_counter()
        frozen = self._epochs_done() < self.frozen
        step = self._step_of_others if frozen else self._step
        for number, batch in enumerate(self.batches.epoch(generator), start=1):
            tensors = self._tensors(self.training, batch)
            total += [float(each) for each in step(*tensors)]
            shown = _means(total)
            speed = round(total[-1] / (time.perf_counter() - start))
            bar.update(number, [*shown.items(), ("texts/s", speed)], False)
        return shown

    def _finished(self) -> bool:
        """Say whether to stop: not before the vectors were trained, if time allows."""
        least = min(self.frozen + 1, self.settings.epochs)
        return super()._finished() and self._epochs_done() >= least

    def candidate(self) -> Sequence[np.ndarray]:
        """Give the running means of the weights."""
        return values(self.means)

    def others(self) -> Sequence[keras.Variable]:
        """Give the running means."""
        return self.means

    def judge(self) -> dict[str, float]:
        """Compare the network with the validation texts.

        The loss is that of network and n-grams together, with the weights that fit them
        best, since so the classifier will answer.
        """
        labels = self.validation.labels
        logits = np.zeros(self.scores.shape)
        with portable():  # compiling would take longer than it saves
            for batch in self.valid_batches.epoch():
                ids, _, _ = self._tensors(self.validation, batch)
                there = batch.rows >= 0
                logits[batch.rows[there]] = self._logits(ids).numpy()[there]
        quality = calibrate(np.stack([logits, self.scores], axis=1), labels).quality
        return {"loss": quality["cross_entropy"], "accuracy": quality["accuracy"]}

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
    return Batches([ids], lambda lengths: size, len(ids) / size, shapes=16)


def _means(total: np.ndarray) -> dict[str, float]:
    texts = max(float(total[2]), 1.0)
    return {"loss": float(total[0]) / texts, "accuracy": float(total[1]) / texts}

"""What stands beside words, learnt from many texts before any label."""

import sys
from collections.abc import Sequence
from itertools import islice
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.models.batches import Batches
from seqkit.models.classification.network import recurrent_layer
from seqkit.models.classification.settings import ClassifierSettings
from seqkit.text import TextCodec

_TOKENS = 8192  # of a training step, padding included
_CANDIDATES = 256  # words that the right one is told from in a step
_LEARNING_RATE = 3e-3
_LEAST_WORDS = 500_000  # in all texts: fewer teach too little


def enough_words(rows: Sequence[np.ndarray]) -> bool:
    """Say whether texts, as ids, have words enough to learn from without labels."""
    return sum(map(len, rows)) >= _LEAST_WORDS


class Pretraining:
    """Training of the first recurrent layer without labels.

    From the state after word t the next word is foretold, and from that of the layer
    that reads backwards, if there is one, the word before:

        log p(x_{t+1}) = log softmax(E (P h_t + p) + b)

    where E are the vectors of words, which stay as they are; the softmax is over the
    right word and 256 others, drawn by their rank. P, p and b serve here alone.

    Args:
        network: A text classifier as `text_classifier` gives it.
        settings: Every choice.
        rows: Ids of texts, labelled or not.

    Attributes:
        steps: Training steps in all.

    References:
        A. Dai, Q. Le, "Semi-supervised sequence learning", NIPS 2015; S. Jean et al.,
        "On using very large target vocabulary for neural machine translation", ACL 2015
        (the sampled softmax).
    """

    def __init__(
        self,
        network: keras.Model,
        settings: ClassifierSettings,
        rows: Sequence[np.ndarray],
    ) -> None:
        self.settings, self.target = settings, network.get_layer("recurrent_1")
        self.embedding = network.get_layer("embedding")
        ids, size = self.embedding.embeddings.shape
        self.layer = recurrent_layer(settings, return_sequences=True)
        self.layer.build((None, None, size))
        self.layer.set_weights(self.target.get_weights())
        directions = 2 if settings.bidirectional else 1
        states = self.layer.compute_output_shape((None, None, size))[-1] // directions
        self.to_vectors = [keras.layers.Dense(size) for _ in range(directions)]
        self.bias = keras.Variable(np.zeros(ids, np.float32))
        self.weights = [self.bias, *self.layer.trainable_variables]
        for dense in self.to_vectors:
            dense.build((None, states))
            self.weights += dense.trainable_variables
        self.optimizer = keras.optimizers.Adam(
            _LEARNING_RATE, global_clipnorm=settings.clipnorm
        )
        self.optimizer.build(self.weights)
        cuts = [
            row[start : start + settings.stretch]
            for row in rows
            for start in range(0, len(row), settings.stretch)
        ]
        words = max(1, sum(map(len, cuts)))
        self.batches = Batches(
            [cuts], lambda longest: max(1, _TOKENS // longest[0]), words / _TOKENS
        )
        share = min(1.0, settings.pretraining * 1e6 / words)
        self.steps = max(1, round(len(self.batches) * share))
        self._step = tf.function(
            self._train, [tf.TensorSpec([None, None], tf.int32)], autograph=False
        )

    def loss(self, ids: Any, states: Any) -> Any:
        """Give the mean cross-entropy of the words beside those of ids (n, time)."""
        ways = tf.split(states, len(self.to_vectors), axis=-1)
        known = (ways[0][:, :-1], *(backward[:, 1:] for backward in ways[1:]))
        wanted = (ids[:, 1:], ids[:, :-1])
        there = tf.not_equal(ids[:, 1:], TextCodec.PADDING)
        classes = self.bias.shape[0]
        losses = []
        for dense, of_states, of_words in zip(
            self.to_vectors, known, wanted, strict=False
        ):
            counts = tf.logical_and(there, of_words > TextCodec.UNKNOWN)
            words = tf.cast(tf.boolean_mask(of_words, counts), tf.int64)
            losses.append(
                tf.nn.sampled_softmax_loss(
                    self.embedding.embeddings.value,
                    self.bias.value,
                    words[:, None],
                    dense(tf.boolean_mask(of_states, counts)),
                    min(_CANDIDATES, classes),
                    classes,
                    seed=self.settings.seed,
                )
            )
        every = tf.concat(losses, axis=0)
        count = tf.cast(tf.size(every), tf.float32)
        return tf.math.divide_no_nan(tf.reduce_sum(every), count)

    def _train(self, ids: Any) -> Any:
        with tf.GradientTape() as tape:
            mask = tf.not_equal(ids, TextCodec.PADDING)
            states = self.layer(self.embedding(ids), mask=mask, training=True)
            loss = self.loss(ids, states)
        gradients = tape.gradient(loss, [weight.value for weight in self.weights])
        self.optimizer.apply([tf.convert_to_tensor(g) for g in gradients], self.weights)
        return loss

    def run(self, verbose: int | str = "auto") -> list[float]:
        """Train; give the loss of each step. `verbose` is as of `EpochTraining`."""
        if verbose == "auto":
            verbose = 1 if sys.stdout.isatty() else 2
        bar = keras.utils.Progbar(self.steps, verbose=int(verbose))
        generator, losses = np.random.default_rng([self.settings.seed, 0]), []
        for batch in islice(self.batches.epoch(generator), self.steps):
            losses.append(float(self._step(tf.constant(batch.padded[0]))))
            bar.update(len(losses), [("loss", losses[-1])])
        self.target.set_weights(self.layer.get_weights())
        return losses

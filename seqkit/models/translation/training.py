"""Training of an encoder-decoder."""

import os
import time
import zlib
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.models.batches import Batches, Ids
from seqkit.models.epochs import EpochTraining
from seqkit.models.translation.encoding import EncodedPairs
from seqkit.models.translation.loss import Sums, sums
from seqkit.models.translation.network import EncoderDecoder
from seqkit.models.translation.schedule import WarmUpAndDecay
from seqkit.recurrence import portable

_MULTIPLE = 8  # pairs of a batch are a multiple of this, where there are more


class Training(EpochTraining):
    """A training run of an encoder-decoder.

    Args:
        network: The network to train.
        training: Pairs to train on.
        validation: Pairs that are not trained on.
        bleu: Gives the BLEU of the network's translations of validation pairs; asked
            where `settings.monitor` is "bleu".
        folder: As of `EpochTraining`.
        verbose: As of `EpochTraining`.
    """

    def __init__(
        self,
        network: EncoderDecoder,
        training: EncodedPairs,
        validation: EncodedPairs,
        bleu: Callable[[], float],
        folder: str | os.PathLike | None = None,
        verbose: int | str = "auto",
    ) -> None:
        settings = network.settings
        self.batches = batches_of_pairs(*training, settings.batch_tokens)
        self.validation = batches_of_pairs(*validation, settings.batch_tokens)
        self.bleu = bleu
        optimizer = keras.optimizers.Adam(
            WarmUpAndDecay(
                settings.learning_rate,
                settings.schedule,
                settings.warmup,
                settings.epochs * len(self.batches),
            ),
            global_clipnorm=settings.clipnorm,
        )
        super().__init__(
            network, settings, optimizer, settings.averaged, folder, verbose
        )
        self._step = tf.function(self._train, autograph=False)
        self._sums = tf.function(
            lambda sources, targets: sums(network, sources, targets),
            input_signature=[tf.TensorSpec([None, None], tf.int32)] * 2,
            autograph=False,
        )

    def _train(self, sources: tf.Tensor, targets: tf.Tensor) -> Sums:
        """Do one step of the optimizer."""
        weights = self.network.trainable_variables
        with tf.GradientTape() as tape:
            found = sums(self.network, sources, targets, training=True)
            loss = found.loss / tf.maximum(found.tokens, 1)
        gradients = tape.gradient(loss, [weight.value for weight in weights])
        dense = [tf.convert_to_tensor(gradient) for gradient in gradients]
        self.optimizer.apply(dense, weights)
        return found

    def train_epoch(self, generator: np.random.Generator) -> dict[str, float]:
        """Train on every pair once, and show how it goes."""
        bar = self.bar(len(self.batches))
        total, start = np.zeros(len(Sums._fields)), time.perf_counter()
        for number, batch in enumerate(self.batches.epoch(generator), start=1):
            pair = [tf.constant(ids) for ids in batch.padded]
            # Traced for each shape; to call `_step` itself would warn of that.
            step = self._step.get_concrete_function(*pair)
            total += [float(each) for each in step(*pair)]
            shown = means(Sums(*total))
            speed = total[-1] / (time.perf_counter() - start)
            bar.update(number, [*shown.items(), ("tokens/s", round(speed))], False)
        return shown

    def judge(self) -> dict[str, float]:
        """Compare the network with the validation pairs."""
        total = np.zeros(len(Sums._fields))
        with portable():  # compiling would take longer than it saves
            for batch in self.validation.epoch():
                total += [float(each) for each in self._sums(*batch.padded)]
        judged = means(Sums(*total))
        if self.settings.monitor == "bleu":
            judged["bleu"] = self.bleu()
        return judged

    def quality(self, judged: Mapping[str, float]) -> list[float]:
        """Give what to compare epochs by: BLEU, which may be equal, before the loss."""
        bleu = [judged["bleu"]] if self.settings.monitor == "bleu" else []
        return [*bleu, -judged["loss"]]

    def identity(self) -> dict[str, Any]:
        """Give the checksum of all pairs."""
        crc = 0
        for batches in (self.batches, self.validation):
            for ids in chain(*batches.columns):
                crc = zlib.crc32(np.asarray(ids, np.int32).tobytes(), crc)
        return {"pairs": crc}


def batches_of_pairs(sources: Ids, targets: Ids, batch_tokens: int) -> Batches:
    """Give batches of as many pairs as make so many tokens of the target, padded.

    Example:
        >>> ids = [np.arange(1, n + 1) for n in (1, 3, 3)]
        >>> len(batches_of_pairs(ids, ids, batch_tokens=6))
        2
    """

    def size(longest: np.ndarray) -> int:
        pairs = min(max(1, batch_tokens // int(longest[1])), len(targets))
        return pairs - pairs % _MULTIPLE if pairs > _MULTIPLE else pairs

    tokens = sum(map(len, targets))
    return Batches([sources, targets], size, tokens / batch_tokens)


def means(total: Sums) -> dict[str, float]:
    """Give the figures a token."""
    tokens = max(float(total.tokens), 1.0)
    return {
        "loss": float(total.cross_entropy) / tokens,
        "accuracy": float(total.correct) / tokens,
    }

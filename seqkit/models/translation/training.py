"""Training of an encoder-decoder: resumed, stopped early, averaged."""

import os
import time
import zlib
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.models.translation.batches import Batches
from seqkit.models.translation.checkpoint import (
    assign,
    read_checkpoint,
    values,
    write_checkpoint,
)
from seqkit.models.translation.encoding import EncodedPairs
from seqkit.models.translation.loss import Sums, sums
from seqkit.models.translation.network import EncoderDecoder
from seqkit.models.translation.schedule import WarmUpAndDecay
from seqkit.recurrence import portable


class Kept(NamedTuple):
    """The weights of one of the best epochs."""

    quality: list[float]  # the greater the better; the first number decides
    epoch: int
    weights: list[np.ndarray]


class Training:
    """A training run over epochs.

    Each epoch shuffles and batches anew, by the seed and its number. After it the
    network is judged on validation data, and everything that the next epoch depends on
    is written to a checkpoint: a run that goes on from there gives the same network as
    one that was never stopped.

    Args:
        network: The network to train.
        training: Pairs to train on.
        validation: Pairs that are not trained on.
        bleu: Gives the BLEU of the network's translations of validation pairs; asked
            where `settings.monitor` is "bleu".
        folder: Where checkpoints are written and looked for; None for neither.
        verbose: 0 for silence, 1 for a progress bar, 2 for a line an epoch.

    Attributes:
        history: By metric, a value for each epoch.
        chosen: The epochs, the first being 1, whose weights' mean the network has in
            the end.
    """

    def __init__(
        self,
        network: EncoderDecoder,
        training: EncodedPairs,
        validation: EncodedPairs,
        bleu: Callable[[], float],
        folder: str | os.PathLike | None = None,
        verbose: int = 1,
    ) -> None:
        self.network, self.settings = network, network.settings
        self.batches = Batches(*training, self.settings.batch_tokens)
        self.validation = Batches(*validation, self.settings.batch_tokens)
        self.bleu, self.folder, self.verbose = bleu, folder, verbose
        self.history: dict[str, list[float]] = {}
        self.kept: list[Kept] = []
        self.chosen: list[int] = []
        self.optimizer = keras.optimizers.Adam(
            WarmUpAndDecay(
                self.settings.learning_rate,
                self.settings.schedule,
                self.settings.warmup,
                self.settings.epochs * len(self.batches),
            ),
            global_clipnorm=self.settings.clipnorm,
        )
        self.optimizer.build(network.trainable_variables)
        self._step = tf.function(self._train, autograph=False)
        self._sums = tf.function(
            lambda sources, targets: sums(network, sources, targets),
            input_signature=[tf.TensorSpec([None, None], tf.int32)] * 2,
            autograph=False,
        )

    def run(self) -> None:
        """Train until the last epoch or until no epoch is better any more."""
        self._resume()
        while not self._finished():
            self._train_epoch(self._epochs_done() + 1)
            self._save()
        self._choose()

    def _epochs_done(self) -> int:
        return len(self.history.get("loss", []))

    def _finished(self) -> bool:
        done = self._epochs_done()
        best = self.kept[0].epoch if self.kept else done
        return done >= self.settings.epochs or done - best >= self.settings.patience

    @property
    def _variables(self) -> list[keras.Variable]:
        """All that a step reads and changes: weights, random states, optimizer."""
        return [*self.network.variables, *self.optimizer.variables]

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

    def _train_epoch(self, epoch: int) -> None:
        """Train on every pair once, and show how it goes."""
        generator = np.random.default_rng([self.settings.seed, epoch])
        if self.verbose:
            print(f"Epoch {epoch}/{self.settings.epochs}", flush=True)
        bar = keras.utils.Progbar(
            len(self.batches),
            verbose=self.verbose,
            stateful_metrics=["loss", "accuracy", "tokens/s"],
        )
        total, start = np.zeros(len(Sums._fields)), time.perf_counter()
        for number, batch in enumerate(self.batches.epoch(generator), start=1):
            pair = [tf.constant(ids) for ids in batch]
            # Traced for each shape; to call `_step` itself would warn of that.
            step = self._step.get_concrete_function(*pair)
            total += [float(each) for each in step(*pair)]
            shown = means(Sums(*total))
            speed = total[-1] / (time.perf_counter() - start)
            # The bar ends with the figures of the validation, after this loop.
            bar.update(number, [*shown.items(), ("tokens/s", round(speed))], False)
        self._append(shown)
        quality = self._judge()
        self._append({f"val_{name}": value for name, value in quality.items()})
        bar.update(number, [(f"val_{n}", v) for n, v in quality.items()], True)
        self._keep(epoch)

    def _append(self, metrics: dict[str, float]) -> None:
        for name, value in metrics.items():
            self.history.setdefault(name, []).append(value)

    def _judge(self) -> dict[str, float]:
        """Compare the network with the validation pairs."""
        total = np.zeros(len(Sums._fields))
        with portable():  # compiling would take longer than it saves
            for batch in self.validation.epoch():
                total += [float(each) for each in self._sums(*map(tf.constant, batch))]
        quality = means(Sums(*total))
        if self.settings.monitor == "bleu":
            quality["bleu"] = self.bleu()
        return quality

    def _quality(self, judged: dict[str, float]) -> list[float]:
        """What to compare epochs by: BLEU, which may be equal, before the loss."""
        bleu = [judged["bleu"]] if self.settings.monitor == "bleu" else []
        return [*bleu, -judged["loss"]]

    def _keep(self, epoch: int) -> None:
        """Keep the weights of this epoch where it is one of the best."""
        judged = {
            name[4:]: v[-1] for name, v in self.history.items() if name[:4] == "val_"
        }
        weights = values(self.network.trainable_variables)
        self.kept.append(Kept(self._quality(judged), epoch, weights))
        self.kept.sort(key=lambda kept: kept.quality, reverse=True)
        del self.kept[self.settings.averaged :]

    def _choose(self) -> None:
        """Take the mean of the best weights, or those of the best epoch if better."""
        weights = self.network.trainable_variables
        assign(weights, self.kept[0].weights)
        self.chosen = [self.kept[0].epoch]
        if len(self.kept) == 1:
            return
        of_each = zip(*(kept.weights for kept in self.kept), strict=True)
        assign(weights, [np.mean(arrays, axis=0) for arrays in of_each])
        if self._quality(self._judge()) >= self.kept[0].quality:
            self.chosen = sorted(kept.epoch for kept in self.kept)
        else:
            assign(weights, self.kept[0].weights)

    def _identity(self) -> dict[str, Any]:
        """What a checkpoint must have in common with the run that goes on from it."""
        crc = 0
        for batches in (self.batches, self.validation):
            for ids in (*batches.sources, *batches.targets):
                crc = zlib.crc32(np.asarray(ids, np.int32).tobytes(), crc)
        return {"settings": asdict(self.settings), "pairs": crc}

    def _save(self) -> None:
        if self.folder is None:
            return
        state = {
            **self._identity(),
            "history": self.history,
            "kept": [(kept.quality, kept.epoch) for kept in self.kept],
        }
        arrays = {"variables": values(self._variables)}
        for number, kept in enumerate(self.kept):
            arrays[f"kept{number}"] = kept.weights
        write_checkpoint(self.folder, state, arrays)

    def _resume(self) -> None:
        """Go on from the checkpoint in the folder, where there is one."""
        stored = None if self.folder is None else read_checkpoint(self.folder)
        if stored is None:
            return
        state, arrays = stored
        for name, value in self._identity().items():
            if state.get(name) != value:
                raise InputError(
                    f"{self.folder}: holds the checkpoint of a run with other {name}; "
                    "name another folder, or remove it"
                )
        assign(self._variables, arrays["variables"])
        self.history = state["history"]
        self.kept = [
            Kept(quality, epoch, arrays[f"kept{number}"])
            for number, (quality, epoch) in enumerate(state["kept"])
        ]
        if self.verbose:
            print(f"Going on after epoch {self._epochs_done()}", flush=True)


def means(total: Sums) -> dict[str, float]:
    """Give the figures a token."""
    tokens = max(float(total.tokens), 1.0)
    return {
        "loss": float(total.cross_entropy) / tokens,
        "accuracy": float(total.correct) / tokens,
    }

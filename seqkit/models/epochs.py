"""Training over epochs: resumed, stopped early, averaged."""

import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import keras
import numpy as np

from seqkit.errors import InputError
from seqkit.models.checkpoint import (
    assign,
    read_checkpoint,
    values,
    write_checkpoint,
)


class Kept(NamedTuple):
    """The weights of one of the best epochs."""

    quality: list[float]  # the greater the better; the first number decides
    epoch: int
    weights: list[np.ndarray]


class EpochTraining(ABC):
    """A training run over epochs.

    Each epoch shuffles and batches anew, by the seed and its number. After it the
    network is judged on validation data, and everything that the next epoch depends on
    is written to a checkpoint: a run that goes on from there gives the same network as
    one that was never stopped.

    A subclass trains an epoch, and says how good the network is then.

    Args:
        network: The network to train.
        settings: A dataclass with `epochs`, `patience` and `seed`.
        optimizer: Of the network's weights.
        averaged: Of how many of the best epochs the mean of the weights is tried.
        folder: Where checkpoints are written and looked for; None for neither.
        verbose: 0 for silence, 1 for a progress bar, 2 for a line an epoch, "auto" for
            a bar on a terminal and a line elsewhere.

    Attributes:
        history: By metric, a value for each epoch.
        chosen: The epochs, the first being 1, whose weights' mean the network has in
            the end.
    """

    def __init__(
        self,
        network: keras.Model,
        settings: Any,
        optimizer: keras.optimizers.Optimizer,
        averaged: int,
        folder: str | os.PathLike | None = None,
        verbose: int | str = "auto",
    ) -> None:
        self.network, self.settings, self.optimizer = network, settings, optimizer
        self.averaged = averaged
        if verbose == "auto":
            verbose = 1 if sys.stdout.isatty() else 2
        self.folder, self.verbose = folder, int(verbose)
        self.history: dict[str, list[float]] = {}
        self.kept: list[Kept] = []
        self.chosen: list[int] = []
        optimizer.build(network.trainable_variables)

    @abstractmethod
    def train_epoch(self, generator: np.random.Generator) -> dict[str, float]:
        """Train on everything once; return what to note of it."""

    @abstractmethod
    def judge(self) -> dict[str, float]:
        """Compare the network with the validation data."""

    @abstractmethod
    def quality(self, judged: Mapping[str, float]) -> list[float]:
        """Give what epochs are compared by, the greater the better."""

    @abstractmethod
    def identity(self) -> dict[str, Any]:
        """Give what a checkpoint must have in common with the run that goes on."""

    def candidate(self) -> Sequence[Any]:
        """Give the values that an epoch ends with, to be judged and kept."""
        return values(self.network.trainable_variables)

    def others(self) -> Sequence[keras.Variable]:
        """Give what a step changes besides the network and the optimizer."""
        return ()

    def run(self) -> None:
        """Train until the last epoch or until no epoch is better any more."""
        self._resume()
        while not self._finished():
            if not self._epoch(self._epochs_done() + 1):
                break
            self._save()
        self._choose()

    def bar(self, steps: int) -> keras.utils.Progbar:
        """Give the bar of an epoch; it ends with the figures of the validation."""
        self._bar = keras.utils.Progbar(
            steps,
            verbose=self.verbose,
            stateful_metrics=["loss", "accuracy", "tokens/s"],
        )
        return self._bar

    def _epochs_done(self) -> int:
        return len(self.history.get("loss", []))

    def _finished(self) -> bool:
        done = self._epochs_done()
        best = self.kept[0].epoch if self.kept else done
        return done >= self.settings.epochs or done - best >= self.settings.patience

    @property
    def _variables(self) -> list[keras.Variable]:
        """All that a step reads and changes: weights, random states, optimizer."""
        return [*self.network.variables, *self.optimizer.variables, *self.others()]

    def _epoch(self, epoch: int) -> bool:
        """Train on everything once and judge; return whether there was no overflow."""
        generator = np.random.default_rng([self.settings.seed, epoch])
        if self.verbose:
            print(f"Epoch {epoch}/{self.settings.epochs}", flush=True)
        noted = self.train_epoch(generator)
        if not np.isfinite(noted["loss"]):
            return self._overflow(epoch)
        weights = self.network.trainable_variables
        trained, candidate = values(weights), self.candidate()
        assign(weights, candidate)
        judged = self.judge()
        assign(weights, trained)
        quality = self.quality(judged)
        if not np.isfinite(quality).all():
            return self._overflow(epoch)
        self._append(noted)
        self._append({f"val_{name}": value for name, value in judged.items()})
        shown = [(f"val_{name}", value) for name, value in judged.items()]
        self._bar.update(self._bar.target, shown, True)
        self.kept.append(Kept(quality, epoch, list(candidate)))
        self.kept.sort(key=lambda kept: kept.quality, reverse=True)
        del self.kept[self.averaged :]
        return True

    def _overflow(self, epoch: int) -> bool:
        """Say that an epoch led to no numbers; without one before there is no network.

        Raises:
            InputError: It is the first.
        """
        if not self.kept:
            raise InputError(
                "training led to no numbers (NaN or infinity) in its first epoch; a "
                f"smaller learning_rate may help; got {self.settings.learning_rate}"
            )
        if self.verbose:
            print(f"Epoch {epoch} led to no numbers (NaN or infinity) and is left out")
        return False

    def _append(self, metrics: Mapping[str, float]) -> None:
        for name, value in metrics.items():
            self.history.setdefault(name, []).append(value)

    def _choose(self) -> None:
        """Take the mean of the best weights, or those of the best epoch if better."""
        weights = self.network.trainable_variables
        assign(weights, self.kept[0].weights)
        self.chosen = [self.kept[0].epoch]
        if len(self.kept) == 1:
            return
        of_each = zip(*(kept.weights for kept in self.kept), strict=True)
        assign(weights, [np.mean(arrays, axis=0) for arrays in of_each])
        if self.quality(self.judge()) >= self.kept[0].quality:
            self.chosen = sorted(kept.epoch for kept in self.kept)
        else:
            assign(weights, self.kept[0].weights)

    def _identity(self) -> dict[str, Any]:
        return {"settings": asdict(self.settings), **self.identity()}

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
                    "--fresh starts anew, or name another folder"
                )
        assign(self._variables, arrays["variables"])
        self.history = state["history"]
        self.kept = [
            Kept(quality, epoch, arrays[f"kept{number}"])
            for number, (quality, epoch) in enumerate(state["kept"])
        ]
        if self.verbose:
            print(f"Going on after epoch {self._epochs_done()}", flush=True)

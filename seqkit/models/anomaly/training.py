"""Training on windows of a series; many series one after the other, compiled once."""

import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.models.anomaly.network import autoencoder, forecasting_network
from seqkit.models.anomaly.settings import ForecasterSettings

STEPS_OF_AN_EPOCH = 20
_KEPT = 4  # compiled networks that are kept


class Task(NamedTuple):
    """A network, and what of a series it sees and ought to answer.

    Args:
        build: (settings, features, targets) to a network.
        seen: Readings that it sees, by the settings.
        ahead: Readings after them that the answer reaches to.
        answers: Rows of what is to be answered, by those of what is seen
            (batch, time): (batch, time, …).
    """

    build: Callable[..., keras.Model]
    seen: Callable[[Any], int]
    ahead: Callable[[Any], int]
    answers: Callable[[Any, tf.Tensor], tf.Tensor]


forecasting = Task(
    forecasting_network,
    lambda settings: settings.window,
    lambda settings: settings.steps_at_once,
    lambda settings, rows: rows[:, :, None] + tf.range(1, settings.steps_at_once + 1),
)
reconstruction = Task(
    autoencoder,
    lambda settings: settings.reconstructed,
    lambda settings: 0,
    lambda settings, rows: rows,
)


def train_network(
    task: Task,
    features: np.ndarray,
    truth: np.ndarray,
    settings: ForecasterSettings,
    verbose: int | str = "auto",
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Train on random windows of a series until validation no longer improves.

    The last share `settings.validation` of the readings is not trained on. Compiled
    networks are kept: another series of as many channels, with the same settings,
    trains without compiling.

    Args:
        task: What to train.
        features: (time, F), finite.
        truth: The targets (time, C), NaN where nothing was read.
        settings: Every choice; the seed becomes the global seed.
        verbose: As in `keras.Model.fit`; "auto" is a progress bar on a terminal and a
            line an epoch elsewhere.

    Returns:
        The network with the weights of its best epoch, and the history.

    Raises:
        InputError: The series is too short.
    """
    length = task.seen(settings) + task.ahead(settings)
    held_out = round(settings.validation * len(features))
    least = max(1, task.ahead(settings))
    if len(features) - held_out < length or held_out < least:
        raise InputError(
            f"training needs at least {length} readings, and {least} in the "
            f"{settings.validation:g} of all for validation; got {len(features)}: give "
            "more, or less window and horizon"
        )
    if verbose == "auto":
        verbose = 1 if sys.stdout.isatty() else 2
    trainer = _trainer(task, settings, features.shape[1], truth.shape[1])
    return trainer.train(features, truth.astype(np.float32), held_out, verbose)


class _Trainer:
    """A compiled network that is trained from the same first weights every time."""

    def __init__(
        self, task: Task, settings: ForecasterSettings, features: int, targets: int
    ) -> None:
        self.task, self.settings, self.sizes = task, settings, (features, targets)
        self.network = self._built()
        self.network.compile(
            optimizer=keras.optimizers.Adam(
                settings.learning_rate, global_clipnorm=settings.clipnorm
            ),
            loss=masked_huber,
            jit_compile=False,  # the recurrence compiles itself, which is faster
        )
        self.network.optimizer.build(self.network.trainable_variables)
        self._variables = [*self.network.variables, *self.network.optimizer.variables]
        self._first = [variable.numpy() for variable in self._variables]

    def _built(self) -> keras.Model:
        keras.utils.set_random_seed(self.settings.seed)
        return self.task.build(self.settings, *self.sizes)

    def train(
        self,
        features: np.ndarray,
        truth: np.ndarray,
        held_out: int,
        verbose: int | str,
    ) -> tuple[keras.Model, dict[str, list[float]]]:
        for variable, value in zip(self._variables, self._first, strict=True):
            variable.assign(value)
        settings, seen = self.settings, self.task.seen(self.settings)
        length = seen + self.task.ahead(settings)
        cut, batch = len(features) - held_out, settings.batch_size
        drawn = random_starts(cut - length + 1, batch, settings.seed)
        last = even_starts(max(cut - seen, 0), len(features) - length + 1, batch)
        to_validate = np.where(np.arange(len(truth))[:, None] < cut, np.nan, truth)
        history = self.network.fit(
            self._windows(features, truth, drawn),
            validation_data=self._windows(features, to_validate, last),
            epochs=settings.epochs,
            steps_per_epoch=STEPS_OF_AN_EPOCH,
            verbose=verbose,
            shuffle=False,  # the starts are drawn already
            callbacks=[
                keras.callbacks.EarlyStopping(
                    "val_loss", patience=settings.patience, restore_best_weights=True
                )
            ],
        )
        trained = self._built()
        trained.set_weights(self.network.get_weights())
        return trained, {
            name: [float(value) for value in values]
            for name, values in history.history.items()
        }

    def _windows(
        self, features: np.ndarray, truth: np.ndarray, starts: tf.data.Dataset
    ) -> tf.data.Dataset:
        """Cut windows at their starts, each when it is asked for: none is kept."""
        series, answers = tf.constant(features), tf.constant(truth)
        inside = tf.range(self.task.seen(self.settings))

        def cut(first: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            rows = first[:, None] + inside
            wanted = self.task.answers(self.settings, rows)
            return tf.gather(series, rows), tf.gather(answers, wanted)

        return starts.map(cut).prefetch(2)


_trainer = lru_cache(_KEPT)(_Trainer)


def random_starts(count: int, batch: int, seed: int) -> tf.data.Dataset:
    """Draw batches of starts below `count`, without end."""
    drawn = tf.data.Dataset.random(seed, rerandomize_each_iteration=False)
    starts = drawn.map(lambda number: tf.cast(number % count, tf.int32))
    return starts.batch(batch, drop_remainder=True)


def even_starts(first: int, end: int, batch: int) -> tf.data.Dataset:
    """Give one batch of starts, evenly from `first` to the last before `end`.

    Example:
        >>> [each.numpy().tolist() for each in even_starts(10, 21, batch=3)]
        [[10, 15, 20]]
    """
    starts = np.linspace(first, end - 1, batch).round().astype(np.int32)
    return tf.data.Dataset.from_tensors(starts)


def masked_huber(truth: tf.Tensor, answer: tf.Tensor) -> tf.Tensor:
    """Give the mean Huber loss of what is known of the truth; NaN is not.

    Example:
        >>> truth = tf.constant([[1.0, np.nan, 5.0]])
        >>> float(masked_huber(truth, tf.zeros([1, 3])))  # (0.5 + 4.5) / 2
        2.5
    """
    known = tf.math.is_finite(truth)
    size = tf.abs(tf.where(known, truth - answer, 0.0))
    loss = tf.where(size < 1, 0.5 * size * size, size - 0.5)
    count = tf.reduce_sum(tf.cast(known, loss.dtype))
    return tf.math.divide_no_nan(tf.reduce_sum(loss), count)

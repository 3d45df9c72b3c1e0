"""Training of the recurrent network on windows of a series."""

import sys
import threading

import keras
import numpy as np
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.models.anomaly.network import residual_network
from seqkit.models.anomaly.settings import ForecasterSettings
from seqkit.series.ridge import Moments, best_strength

STEPS_OF_AN_EPOCH = 20
_UNITS, _RADIUS, _LEAK = 100, 0.9, 0.3  # of the echo state network
_SURE = 3.0  # standard errors of what it takes away
_ROWS = 20_000  # readings that it sees at most
_BUILDING = threading.Lock()  # the seed is the whole process's
WORTH = 0.01  # least share of the mean absolute error that a network must take away


def seems_worth_while(
    features: np.ndarray, residuals: np.ndarray, settings: ForecasterSettings
) -> bool:
    """Say whether a recurrent network would find more in what is left.

    An echo state network tries: recurrent units with random weights, whose outputs are
    found in closed form. It takes a fraction of a second. Where it takes away less than
    1 % of the mean absolute error of the readings held out, or less than three standard
    errors of what it takes away, training is left alone.

    Args:
        features: (time, F), finite.
        residuals: What is left of one step: (time, C), NaN where it is unknown.
        settings: For the share that is held out, and the seed.

    Reference:
        Jaeger 2001, The "echo state" approach to analysing and training recurrent
        neural networks.

    Example:
        >>> noise = np.random.default_rng(0).normal(size=(1000, 1))
        >>> beat = noise * (np.arange(1000) % 7 == 0)[:, None]
        >>> settings = ForecasterSettings()
        >>> seems_worth_while(noise, np.roll(noise, -1), settings)
        False
        >>> seems_worth_while(noise, np.abs(noise) - 0.8, settings)
        True
    """
    features, residuals = features[-_ROWS:], residuals[-_ROWS:]
    random = np.random.default_rng(settings.seed)
    inside = random.normal(size=(_UNITS, _UNITS))
    inside *= _RADIUS / np.abs(np.linalg.eigvals(inside)).max()
    driven = features @ random.normal(size=(features.shape[1], _UNITS))
    driven /= np.sqrt(features.shape[1])
    state, states = np.zeros(_UNITS), np.empty((len(features), _UNITS))
    for time, drive in enumerate(driven):
        state = (1 - _LEAK) * state + _LEAK * np.tanh(drive + state @ inside)
        states[time] = state
    known = np.flatnonzero(~np.isnan(residuals).any(axis=1))
    count = round(settings.validation * len(known))
    if count < 2 or len(known) - count < 2 * _UNITS:
        return False
    parts, inputs = [], np.concatenate([states, features], axis=1)
    fitted, held_out = known[: len(known) - count], known[len(known) - count :]
    for rows in (fitted, held_out):
        moments = Moments(inputs.shape[1], residuals.shape[1])
        moments.add(inputs[rows], residuals[rows])
        parts.append(moments)
    strength, _ = best_strength(*parts)
    weights, offsets = parts[0].solve(strength)
    left = residuals[held_out] - inputs[held_out] @ weights - offsets
    before = np.abs(residuals[held_out])
    gain = before - np.abs(left)
    least = np.maximum(
        WORTH * before.mean(axis=0), _SURE * gain.std(axis=0) / np.sqrt(count)
    )
    return bool((gain.mean(axis=0) > least).any())


def train_network(
    features: np.ndarray,
    residuals: np.ndarray,
    settings: ForecasterSettings,
    verbose: int | str = "auto",
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Train on random windows of a series until validation no longer improves.

    The loss is the mean absolute error. The last share `settings.validation` of the
    readings is not trained on. Each call has a network and an optimizer of its own, so
    calls in several threads do not meet.

    Args:
        features: (time, F), finite.
        residuals: What the linear forecasts of the next readings will be off, in units
            of about 1: (time, H, C), NaN where it is unknown.
        settings: Every choice.
        verbose: As in `keras.Model.fit`; "auto" is a progress bar on a terminal and a
            line an epoch elsewhere.

    Returns:
        The network with the weights of its best epoch, and the history.

    Raises:
        InputError: The series is too short.
    """
    length, held_out = settings.window, round(settings.validation * len(features))
    if len(features) - held_out < length or held_out < 1:
        raise InputError(
            f"training needs at least {length} readings, and 1 in the "
            f"{settings.validation:g} of all for validation; got {len(features)}: give "
            "more, or less window"
        )
    if verbose == "auto":
        verbose = 1 if sys.stdout.isatty() else 2
    cut = len(features) - held_out
    features, answers = features.astype(np.float32), residuals.astype(np.float32)
    later = np.where(np.arange(len(answers))[:, None, None] < cut, np.nan, answers)
    network = _built(settings, features.shape[1], residuals.shape[2])
    if settings.epochs == 0:
        return network, {}
    network.compile(
        optimizer=keras.optimizers.Adam(
            settings.learning_rate, global_clipnorm=settings.clipnorm
        ),
        loss=masked_absolute,
        jit_compile=False,  # the recurrence compiles itself, which is faster
    )
    drawn = random_starts(cut - length + 1, settings.batch_size, settings.seed)
    last = even_starts(
        max(cut - length, 0), len(features) - length + 1, settings.batch_size
    )
    history = network.fit(
        _windows(features, answers, drawn, length),
        validation_data=_windows(features, later, last, length),
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
    trained = _built(settings, features.shape[1], residuals.shape[2])
    trained.set_weights(network.get_weights())  # nothing of the training stays
    return trained, {
        name: [float(value) for value in values]
        for name, values in history.history.items()
    }


def _built(settings: ForecasterSettings, features: int, targets: int) -> keras.Model:
    """Build the network with the weights of the seed, whatever other threads do."""
    with _BUILDING:
        keras.utils.set_random_seed(settings.seed)
        return residual_network(settings, features, targets)


def _windows(
    features: np.ndarray, answers: np.ndarray, starts: tf.data.Dataset, length: int
) -> tf.data.Dataset:
    """Cut windows at their starts, each when it is asked for: none is kept."""
    series, wanted = tf.constant(features), tf.constant(answers)
    inside = tf.range(length)

    def cut(first: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        rows = first[:, None] + inside
        return tf.gather(series, rows), tf.gather(wanted, rows)

    return starts.map(cut).prefetch(2)


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


def masked_absolute(truth: tf.Tensor, answer: tf.Tensor) -> tf.Tensor:
    """Give the mean absolute error of what is known of the truth; NaN is not.

    Example:
        >>> truth = tf.constant([[1.0, np.nan, 5.0]])
        >>> float(masked_absolute(truth, tf.zeros([1, 3])))
        3.0
    """
    known = tf.math.is_finite(truth)
    size = tf.abs(tf.where(known, truth - answer, 0.0))
    count = tf.reduce_sum(tf.cast(known, size.dtype))
    return tf.math.divide_no_nan(tf.reduce_sum(size), count)

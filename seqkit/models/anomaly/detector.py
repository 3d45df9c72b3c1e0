"""Readings in; scores, a threshold with its reason, and events out."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.models.anomaly.detection import Detection
from seqkit.models.anomaly.extremes import without_extremes
from seqkit.models.anomaly.features import Features
from seqkit.models.anomaly.fitted_files import read_fitted, write_fitted
from seqkit.models.anomaly.forecaster import Forecaster, interval
from seqkit.models.anomaly.judgement import Judgement
from seqkit.models.anomaly.serving import export_detector
from seqkit.models.anomaly.settings import DetectorSettings
from seqkit.models.anomaly.sources import Sources
from seqkit.models.anomaly.stream import StreamGraph
from seqkit.models.run_files import MODEL_FILE, config_of, read_network, write_config
from seqkit.recurrence import portable
from seqkit.series import Fitted, Threshold, TimeSeries, shares
from seqkit.series.checks import numbers


class Update(NamedTuple):
    """What is found of the next reading."""

    score: float  # NaN where there is none
    is_anomaly: bool  # it belongs to an event
    threshold: float
    shares: np.ndarray  # (C,), of the score
    severity: float  # above 1 an event begins


class AnomalyDetector:
    """Compares readings with what is normal, and says which are anomalous.

        errors e_t    of the forecast of x_t; of the other channels; of the shape of the
                      last readings; of the season: (sources, C)
        score s_t     how far they are above their own past, over several scales of time
        event         begins with s_t > threshold, which comes with its reason

    Made by `fit` or `load`. `detect` takes a whole series, `update` one reading after
    the other; the graph of `update` is what `export` writes.

    Args:
        channels: Names of the targets, then of the exogenous channels.
        forecaster: Of the next reading.
        judgement: What was fitted to errors.
        settings: What it was made with.

    Example:
        >>> random = np.random.default_rng(0)
        >>> values = np.sin(np.arange(900) / 5)[:, None]
        >>> values = values + 0.05 * random.normal(size=values.shape)
        >>> values[700] += 1.0
        >>> detector = AnomalyDetector.fit(values[:600])
        >>> [event] = detector.detect(values[600:]).events()
        >>> event.start
        100
    """

    def __init__(
        self,
        channels: Sequence[str],
        forecaster: Forecaster,
        judgement: Judgement,
        settings: DetectorSettings,
    ) -> None:
        self.channels, self.settings = tuple(channels), settings
        self.forecaster, self.judgement = forecaster, judgement
        self.graph = StreamGraph(forecaster, judgement)
        self._state = tf.constant(self.graph.first)
        self._step: Any = None

    @property
    def features(self) -> Features:
        """The scales."""
        return self.forecaster.features

    @property
    def report(self) -> str:
        """What there is to compare with, and what became of the recurrent network."""
        season = self.forecaster.normal.season
        parts = ["linear forecast", *self.judgement.sources.names[1:]]
        if season:
            parts[-1] += f" of {season.period} readings"
        return f"{', '.join(parts)}; {self.forecaster.report}"

    @property
    def history(self) -> dict[str, list[float]]:
        """Of the network's training; empty where there was none."""
        return self.forecaster.history

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the channels in which anomalies are looked for."""
        return self.channels[: self.features.targets]

    @property
    def warm_up(self) -> int:
        """Readings before the first that has a score."""
        return self.forecaster.normal.linear.lags

    @property
    def state(self) -> np.ndarray:
        """All that `update` has seen: (n,), float64."""
        return self._state.numpy()

    @property
    def threshold(self) -> Threshold:
        """The threshold of a stream: its value, and why (`print(threshold)`)."""
        return self.judgement.threshold

    @classmethod
    def fit(
        cls,
        values: Any,
        settings: DetectorSettings | None = None,
        exogenous: Any = None,
        channels: Sequence[str] | None = None,
        verbose: int | str = "auto",
    ) -> "AnomalyDetector":
        """Learn what is normal, and fit scorer and threshold to its errors; no labels.

        Args:
            values: A `seqkit.series.TimeSeries`, or readings (time, C), NaN where
                missing; best without anomalies.
            settings: Every choice; None for the defaults. Where a network is trained,
                its seed becomes the global seed.
            exogenous: With an array: channels that help but are not judged, of shape
                (time, channels).
            channels: With an array: names of all, the targets first; numbers where it
                is None.
            verbose: As in `keras.Model.fit`.

        Raises:
            InputError: Too few readings, a channel without any, or no such network.
        """
        settings = settings or DetectorSettings()
        series = TimeSeries.of(values, exogenous)
        if channels is not None:
            series = replace(series, channels=tuple(channels))
        forecaster, read, forecasts = Forecaster._fitted(series, settings, verbose)
        expected = _before(forecasts[:, 0])
        sources = Sources.fit(read, forecaster.normal, settings)
        errors, _ = sources.errors(read, expected, training=True)
        judgement = Judgement.fit(sources, errors, settings)
        return cls(series.channels, forecaster, judgement, settings)

    def detect(self, values: Any, first: int | None = None) -> Detection:
        """Judge a whole series, from a state that has seen nothing.

        Args:
            values: A `TimeSeries`, or targets and exogenous (time, channels), NaN where
                missing.
            first: Number of the first reading, counted from the first training reading,
                which is 0; None takes the time, if there is one. A season begins at its
                place; where that is unknown, its first period is only learnt from.

        Raises:
            InputError: Another number of channels, something infinite, or no number.
        """
        series = TimeSeries.of(values)
        judged, targets = self.judgement, self.features.targets
        if first is None and series.times is not None:
            begins = series.times[0]
        else:
            begins = self._known(first)
        read = self.forecaster.normal.read(series.values, begins)
        expected = _before(self.forecaster.forecasts(read)[:, 0])
        errors, silence = judged.sources.errors(read, expected)
        found = judged.run(errors, silence, self.settings)
        return Detection(
            series.values[:, :targets],
            interval(self.features, expected, judged.half_width),
            found.scores, found.levels, found.severity, found.is_anomaly,
            found.contributions, judged.sources.names, errors, self.targets,
            found.threshold, judged.drift.drifting(found.scores), self.settings.gap,
            series.times,
        )  # fmt: skip

    def training_errors(self, training: Any) -> np.ndarray:
        """Give the errors of the readings it was trained on, as they were fitted.

        Args:
            training: Those readings; their extremes count as missing.

        Returns:
            Shape (time, sources, C).
        """
        values = without_extremes(TimeSeries.of(training).values)
        read = self.forecaster.normal.read(values)
        expected = _before(self.forecaster.forecasts(read)[:, 0])
        return self.judgement.sources.errors(read, expected, training=True)[0]

    def update(self, value: np.ndarray) -> Update:
        """Judge the next reading of a stream; what it has seen is `self.state`.

        Args:
            value: Targets and exogenous (channels,), NaN where missing.

        Raises:
            InputError: Another number of channels.
        """
        value = np.asarray(value, np.float64)
        if value.shape != (self.features.channels,):
            raise InputError(
                f"value must be of shape ({self.features.channels},); got {value.shape}"
            )
        if self._step is None:
            self._step = self._compiled_step()
        scored, self._state = self._step(tf.constant(value), self._state)
        return Update(
            float(scored.score), bool(scored.is_anomaly), float(scored.level),
            shares(scored.contributions.numpy()), float(scored.severity),
        )  # fmt: skip

    def begin(self, first: np.datetime64 | int | None = None) -> None:
        """Forget all that `update` has seen.

        Args:
            first: Time of the reading to come, or its number, counted from the first
                training reading, which is 0: there a season begins at its place. None
                where it is unknown: then its first period is only learnt from.

        Raises:
            InputError: It is neither; or a time, and training had no even times.
        """
        normal = self.forecaster.normal
        if (
            isinstance(first, np.datetime64)
            and normal.season
            and normal.seconds is None
        ):
            raise InputError(
                "first must be the number of a reading, counted from the first one "
                f"trained on, for training had no even times; got {first}"
            )
        self._state = self.graph.begin(self._known(first))

    def _known(self, first: Any) -> np.datetime64 | int | None:
        if first is None or isinstance(first, np.datetime64):
            return first
        if not isinstance(first, (int, np.integer)) or first < 0:
            raise InputError(f"first must be a time or a number from 0; got {first!r}")
        return int(first)

    def restore(self, state: Any) -> None:
        """Go on from a state: `self.state` of earlier, or as a list of numbers.

        Raises:
            InputError: It is not of this detector.
        """
        state = numbers("state", _with_missing(state), "n")
        if state.shape != self.graph.first.shape:
            raise InputError(
                f"state must be of {len(self.graph.first)} numbers, by a detector with "
                f"these settings; got {len(state)}"
            )
        self._state = tf.constant(state)

    def export(self, folder: str | os.PathLike) -> None:
        """Write a SavedModel that answers as this detector, proven in a fresh process.

        Signatures, all of float64 readings with NaN (or infinity) for a missing one:

            serving_default(values (time, channels)) -> score, is_anomaly (time,)
            run(values (time, channels), state (n,)) -> score, is_anomaly, state
            step(value (channels,), state (n,)) -> score, is_anomaly, state
            start() -> state, before a first reading of which nothing is known
            start_at(first ()) -> state, before a first reading of that time
            channels() -> channels, their names in order

        `first` is in seconds since 1970 where training had even times; else the number
        of the reading, counted from the first training reading, which is 0. A season
        then begins at its place; after `start`, and in `serving_default`, its first
        period is only learnt from. The readings on which both are compared are drawn
        from a Gaussian with the center and scale of each channel; some are missing.

        Args:
            folder: Where to; for TensorFlow Serving its name is a version number.

        Raises:
            ExportError: The answers differ; nothing was written.
            InputError: `folder` holds something else.
        """
        export_detector(self, folder)

    def save(
        self, folder: str | os.PathLike, notes: Mapping[str, Any] | None = None
    ) -> None:
        """Write network and config.json into a folder, made if need be.

        Args:
            folder: The folder.
            notes: More to keep in config.json, such as where the data came from.
        """
        Path(folder).mkdir(parents=True, exist_ok=True)
        network = self.forecaster.network
        if network:
            network.save(Path(folder, MODEL_FILE))
        fitted = Everything(self.forecaster.outlook, self.judgement)
        write_config(
            folder, self.settings, notes, channels=self.channels,
            fitted=write_fitted(fitted, folder), network=bool(network),
        )  # fmt: skip

    @classmethod
    def load(cls, folder: str | os.PathLike) -> "AnomalyDetector":
        """Read what `save` wrote.

        Raises:
            InputError: The folder, or a file in it, is missing or cannot be read.
        """
        with config_of(folder, "detector") as config:
            settings = DetectorSettings(**config["settings"])
            channels, with_network = tuple(config["channels"]), config["network"]
            small = config["fitted"]
        fitted = read_fitted(small, folder)
        network = read_network(folder) if with_network else None
        forecaster = Forecaster(network, fitted.outlook, settings, channels)
        return cls(channels, forecaster, fitted.judgement, settings)

    def _compiled_step(self) -> Any:
        value = tf.TensorSpec([self.features.channels], tf.float64)
        state = tf.TensorSpec(self.graph.first.shape, tf.float64)
        step = tf.function(self.graph.step, autograph=False)
        with portable():
            return step.get_concrete_function(value, state)


@dataclass(frozen=True)
class Everything(Fitted):
    """All that a detector has fitted.

    Args:
        outlook: Of its forecaster.
        judgement: Of errors.
    """

    outlook: Fitted
    judgement: Judgement


def _before(forecasts: np.ndarray) -> np.ndarray:
    """Move one-step forecasts (time, C) to the readings that they are of."""
    return np.concatenate([np.full((1, forecasts.shape[1]), np.nan), forecasts[:-1]])


def _with_missing(state: Any) -> Any:
    """Take None, as JSON has it, for NaN."""
    if isinstance(state, list):
        return [np.nan if each is None else each for each in state]
    return state

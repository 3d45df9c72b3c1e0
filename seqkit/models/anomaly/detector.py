"""Readings in; scores, a threshold with its reason, and events out."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.export import Signature, export_saved_model
from seqkit.models.anomaly.detection import Detection
from seqkit.models.anomaly.features import Features, joined
from seqkit.models.anomaly.forecaster import Forecaster, interval
from seqkit.models.anomaly.intervals import half_widths, held_out
from seqkit.models.anomaly.reconstruction import Reconstructor
from seqkit.models.anomaly.settings import DetectorSettings
from seqkit.models.anomaly.stream import (
    ForecastErrors,
    ReconstructionErrors,
    StreamGraph,
)
from seqkit.models.anomaly.thresholds import fit_scorer, fit_threshold
from seqkit.models.run_files import (
    MODEL_FILE,
    config_of,
    read_network,
    write_config,
)
from seqkit.recurrence import portable
from seqkit.series import (
    DriftMonitor,
    Fitted,
    Scored,
    Scorer,
    forecast_errors,
    shares,
)
from seqkit.series.checks import numbers

AUTOENCODER_FILE = "autoencoder.keras"
_DRIFT_SPAN = 200  # readings over which a change for good is judged
_PROBED = 32  # readings with a score, on which a SavedModel is compared


@dataclass(frozen=True)
class Judgement(Fitted):
    """What was fitted to the errors of the training readings.

    Args:
        features: Scaling, and what the networks see.
        half_width: Of the interval around what is expected of a reading: (C,), scaled.
        scorer: Of errors.
        threshold: Of scores, for a stream.
        drift: Of scores, a change for good.
    """

    features: Features
    half_width: np.ndarray
    scorer: Scorer
    threshold: Any
    drift: DriftMonitor


class AnomalyDetector:
    """Forecasts readings, scores the errors, and says which are anomalous.

        errors e_t    of every forecast made of x_t, 1 … H steps before, all channels
        score s_t     how unusual e_t is among the errors of the training readings
        anomaly       s_t > threshold, which comes with its reason

    Made by `fit` or `load`. `detect` takes a whole series, `update` one reading after
    the other; the graph of `update` is what `export` writes.

    Args:
        channels: Names of the targets, then of the exogenous channels.
        forecaster: Where `settings.method` wants one.
        reconstructor: Where it wants one.
        judgement: What was fitted to errors.
        settings: What it was made with.

    Example:
        >>> random = np.random.default_rng(0)
        >>> values = np.sin(np.arange(900) / 5)[:, None]
        >>> values = values + 0.05 * random.normal(size=values.shape)
        >>> values[700] += 1.0
        >>> settings = DetectorSettings(
        ...     network="GRU", units=8, window=40, epochs=8, batch_size=8,
        ...     learning_rate=0.02,
        ... )
        >>> detector = AnomalyDetector.fit(values[:600], settings, verbose=0)
        >>> [event] = detector.detect(values[600:]).events()
        >>> event.start
        100
    """

    def __init__(
        self,
        channels: Sequence[str],
        forecaster: Forecaster | None,
        reconstructor: Reconstructor | None,
        judgement: Judgement,
        settings: DetectorSettings,
    ) -> None:
        self.channels, self.settings = tuple(channels), settings
        self.forecaster, self.reconstructor = forecaster, reconstructor
        self.judgement = judgement
        self.history: dict[str, list[float]] = {}
        self.graph = self._graph()
        self._state = tf.constant(self.graph.first)
        self._step = self._compiled_step()

    @property
    def features(self) -> Features:
        """Scaling, and what the networks see."""
        return self.judgement.features

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the channels in which anomalies are looked for."""
        return self.channels[: self.features.targets]

    @property
    def state(self) -> np.ndarray:
        """All that `update` has seen: (n,), float64."""
        return self._state.numpy()

    @property
    def threshold(self) -> Any:
        """The threshold of a stream: its value, and why (`print(threshold)`)."""
        return self.judgement.threshold

    @classmethod
    def fit(
        cls,
        values: np.ndarray,
        settings: DetectorSettings,
        exogenous: np.ndarray | None = None,
        channels: Sequence[str] | None = None,
        verbose: int | str = "auto",
    ) -> "AnomalyDetector":
        """Train networks, and fit scorer and threshold to their errors; no labels.

        Args:
            values: Readings (time, C), NaN where missing; best without anomalies.
            settings: Every choice; its seed becomes the global seed.
            exogenous: Channels that help but are not judged: (time, channels).
            channels: Names of all, the targets first; numbers where it is None.
            verbose: As in `keras.Model.fit`.

        Raises:
            InputError: Too few readings, a channel without any, or no such network.
        """
        everything, targets = joined(values, exogenous)
        names = channels or [str(number) for number in range(everything.shape[1])]
        if len(names) != everything.shape[1]:
            raise InputError(
                f"channels must name all {everything.shape[1]} channels; got "
                f"{list(names)}"
            )
        features = Features.fit(everything, targets)
        forecaster = reconstructor = None
        if settings.method != "reconstruction":
            forecaster = Forecaster.fit(values, settings, exogenous, verbose)
        if settings.method != "forecast":
            reconstructor = Reconstructor.fit(everything, features, settings, verbose)
        errors = _errors(everything, features, forecaster, reconstructor)
        errors = errors[:, settings.scored]
        scorer = fit_scorer(errors, settings)
        scores = scorer.score(errors)
        judgement = Judgement(
            features,
            half_widths(held_out(errors[:, :1], settings), settings)[0],
            scorer,
            fit_threshold(scores, settings),
            DriftMonitor.fit(scores, _DRIFT_SPAN),
        )
        detector = cls(names, forecaster, reconstructor, judgement, settings)
        first = forecaster or reconstructor
        detector.history = first.history if first else {}
        return detector

    def detect(self, values: np.ndarray) -> Detection:
        """Judge a whole series, from a state that has seen nothing.

        Args:
            values: Targets and exogenous (time, channels), NaN where missing.

        Raises:
            InputError: Another number of channels, or something infinite.
        """
        values, _ = joined(values, None)
        judged, targets = self.judgement, self.features.targets
        errors = self.errors(values)[:, self.settings.scored]
        contributions = judged.scorer.contributions(errors)
        scores = judged.scorer.finish(contributions.sum(axis=1))
        truth = self.features.truth(values)
        expected = interval(self.features, truth - errors[:, 0], judged.half_width)
        return Detection.judged(
            values[:, :targets], expected, scores, contributions, self.targets,
            judged.threshold, judged.drift, self.settings,
        )  # fmt: skip

    def errors(self, values: np.ndarray) -> np.ndarray:
        """Give how far readings were off, in scaled units, before any score.

        Args:
            values: Targets and exogenous (time, channels), NaN where missing.

        Returns:
            Shape (time, steps, C): forecasts made 1 … H readings before, then
            reconstructions, the newest first; NaN where there is none.
        """
        return _errors(values, self.features, self.forecaster, self.reconstructor)

    def update(self, value: np.ndarray) -> Scored:
        """Judge the next reading of a stream; what it has seen is `self.state`.

        Args:
            value: Targets and exogenous (channels,), NaN where missing.

        Returns:
            score (NaN where there is none), is_anomaly, threshold, and each target's
            share of the score.

        Raises:
            InputError: Another number of channels.
        """
        value = np.asarray(value, np.float64)
        if value.shape != (self.features.channels,):
            raise InputError(
                f"value must be of shape ({self.features.channels},); got {value.shape}"
            )
        scored, self._state = self._step(tf.constant(value), self._state)
        return Scored(
            float(scored.score), bool(scored.is_anomaly), float(scored.level),
            shares(scored.contributions.numpy()),
        )  # fmt: skip

    def restore(self, state: Any) -> None:
        """Go on from a state: `self.state` of earlier, or as a list of numbers.

        Raises:
            InputError: It is not of this detector.
        """
        state = numbers("state", state, "n")
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
            step(value (channels,), state (n,)) -> score, is_anomaly, state
            start() -> state, before the first reading
            channels() -> channels, their names in order

        The readings on which both are compared are drawn from a Gaussian with the
        center and scale of each channel; some are missing.

        Args:
            folder: Where to; for TensorFlow Serving its name is a version number.

        Raises:
            ExportError: The answers differ; nothing was written.
            InputError: `folder` holds something else.
        """
        count, first = self.features.channels, self.graph.first
        names = tf.constant(self.channels, tf.string)
        scaler = self.features.scaler
        shape = (self.settings.window + _PROBED, count)
        probe = np.random.default_rng(0).normal(scaler.center, scaler.scale, shape)
        hidden = np.where(np.arange(len(probe))[:, None] % 7 == 3, np.nan, probe)
        networks = [
            each.network for each in (self.forecaster, self.reconstructor) if each
        ]
        one, many = (
            tf.TensorSpec([count], tf.float64),
            tf.TensorSpec([None, count], tf.float64),
        )
        export_saved_model(
            folder,
            {
                "serving_default": Signature(
                    self._serve,
                    {"values": many},
                    [{"values": probe}, {"values": hidden}],
                ),
                "step": Signature(
                    self._serve_step,
                    {"value": one, "state": tf.TensorSpec([len(first)], tf.float64)},
                    [{"value": probe[0], "state": first}],
                ),
                "start": Signature(lambda: {"state": tf.constant(first)}, probes=[{}]),
                "channels": Signature(lambda: {"channels": names}, probes=[{}]),
            },
            [variable.value for network in networks for variable in network.variables],
        )

    def _serve(self, values: tf.Tensor) -> dict[str, tf.Tensor]:
        scores, flags = self.graph.run(values, tf.constant(self.graph.first))
        return {"score": scores, "is_anomaly": flags}

    def _serve_step(self, value: tf.Tensor, state: tf.Tensor) -> dict[str, tf.Tensor]:
        scored, state = self.graph.step(value, state)
        return {
            "score": scored.score, "is_anomaly": scored.is_anomaly, "state": state
        }  # fmt: skip

    def save(
        self, folder: str | os.PathLike, notes: Mapping[str, Any] | None = None
    ) -> None:
        """Write networks and config.json into a folder that is there.

        Args:
            folder: The folder.
            notes: More to keep in config.json, such as where the data came from.
        """
        if self.forecaster:
            self.forecaster.network.save(Path(folder, MODEL_FILE))
        if self.reconstructor:
            self.reconstructor.network.save(Path(folder, AUTOENCODER_FILE))
        write_config(
            folder,
            self.settings,
            notes,
            channels=self.channels,
            judgement=self.judgement.to_dict(),
            outlook=self.forecaster and self.forecaster.outlook.to_dict(),
        )

    @classmethod
    def load(cls, folder: str | os.PathLike) -> "AnomalyDetector":
        """Read what `save` wrote.

        Raises:
            InputError: The folder, or a file in it, is missing or cannot be read.
        """
        with config_of(folder, "detector") as config:
            settings = DetectorSettings(**config["settings"])
            judgement = Fitted.from_dict(config["judgement"])
            channels, outlook = config["channels"], config["outlook"]
            outlook = outlook and Fitted.from_dict(outlook)
        forecaster = reconstructor = None
        if settings.method != "reconstruction":
            forecaster = Forecaster(read_network(folder), outlook, settings)
        if settings.method != "forecast":
            network = read_network(folder, AUTOENCODER_FILE)
            reconstructor = Reconstructor(network, judgement.features, settings)
        return cls(channels, forecaster, reconstructor, judgement, settings)

    def _graph(self) -> StreamGraph:
        sources: list[ForecastErrors | ReconstructionErrors] = []
        if self.forecaster:
            steps = self.forecaster.steps
            sources.append(ForecastErrors(steps, self.settings.window))
        if self.reconstructor:
            sources.append(
                ReconstructionErrors(
                    self.reconstructor.network, self.reconstructor.newest
                )
            )
        judged = self.judgement
        return StreamGraph(self.features, sources, judged.scorer, judged.threshold)

    def _compiled_step(self) -> Any:
        value = tf.TensorSpec([self.features.channels], tf.float64)
        state = tf.TensorSpec(self.graph.first.shape, tf.float64)
        step = tf.function(self.graph.step, autograph=False)
        with portable():
            return step.get_concrete_function(value, state)


def _errors(
    values: np.ndarray,
    features: Features,
    forecaster: Forecaster | None,
    reconstructor: Reconstructor | None,
) -> np.ndarray:
    """Errors of all sources, side by side: (time, steps, C)."""
    parts = []
    if forecaster:
        truth = features.truth(values)
        parts.append(forecast_errors(truth, forecaster.forecasts(values)))
    if reconstructor:
        parts.append(reconstructor.errors(values))
    return np.concatenate(parts, axis=1)

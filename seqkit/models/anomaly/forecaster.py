"""Forecasts of a series, several steps ahead, with intervals."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.export import Signature, export_saved_model
from seqkit.models.anomaly.features import Features
from seqkit.models.anomaly.fitted_files import read_fitted, write_fitted
from seqkit.models.anomaly.intervals import half_widths, held_out
from seqkit.models.anomaly.network import ResidualSteps
from seqkit.models.anomaly.normal import Normal, Read
from seqkit.models.anomaly.settings import ForecasterSettings
from seqkit.models.anomaly.training import WORTH, seems_worth_while, train_network
from seqkit.models.run_files import MODEL_FILE, config_of, read_network, write_config
from seqkit.scalars import plain
from seqkit.series import Fitted, TimeSeries, forecast_errors
from seqkit.wording import briefly

_NOTHING = 1e-3  # of the scale of a channel: an error that nobody need foretell
_PROBED = 32  # readings on which a SavedModel is compared, beyond those it must see


@dataclass(frozen=True)
class Forecast:
    """Forecasts and the interval around each.

    Args:
        mean: Shape (n, channels).
        lower: Of the interval.
        upper: Of the interval.
        times: Of what is forecast, (n,), datetime64; None where they are unknown.
    """

    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    times: np.ndarray | None = None


@dataclass(frozen=True)
class Outlook(Fitted):
    """What a forecaster knows besides its network, in scaled units.

    Args:
        normal: Scales, linear forecast, season.
        units: What the network's answers are in: (C,).
        half_width: Of the interval around each step's forecast: (H, C).
        latest: The forecast after the last training reading: (H, C).
        end: Time of that reading, in seconds since 1970; None without times.
        report: What became of the recurrent network, in one sentence.
    """

    normal: Normal
    units: np.ndarray
    half_width: np.ndarray
    latest: np.ndarray
    end: float | None
    report: str


class Forecaster:
    """Forecasts a series: a linear part in closed form, a recurrent one where it helps.

        ŷ_{t+k} = linear forecast + r̂_{t+k}        k = 1 … H

    The linear part looks at the last readings of all targets, at exogenous channels now
    and at the season, if the readings have one. The recurrent network is trained to
    foretell what that leaves, and starts as if it were not there; it is left out where
    it does not take away 1 % of the mean absolute error of readings held out. `report`
    says what became of it.

    Made by `fit` or `load`. The interval of a step reaches as far from its forecast
    as a share `coverage` of the last training readings was from theirs (split
    conformal: no distribution is assumed).

    Args:
        network: As `residual_network` builds it; None where there is none.
        outlook: What else was fitted.
        settings: What it was made with.
        channels: Names of the targets, then of the exogenous channels.

    Example:
        >>> sine = np.sin(np.arange(400) / 5)[:, None]
        >>> forecaster = Forecaster.fit(sine, verbose=0)
        >>> forecast = forecaster.forecast(10)
        >>> ahead = np.sin(np.arange(400, 410) / 5)[:, None]
        >>> forecast.mean.shape, bool(np.abs(forecast.mean - ahead).max() < 0.1)
        ((10, 1), True)

    Reference:
        Lei et al. 2018, Distribution-Free Predictive Inference for Regression (the
        intervals).
    """

    def __init__(
        self,
        network: keras.Model | None,
        outlook: Outlook,
        settings: ForecasterSettings,
        channels: tuple[str, ...] = (),
    ) -> None:
        self.network, self.outlook, self.settings = network, outlook, settings
        self.channels = channels
        self.history: dict[str, list[float]] = {}
        self.steps = ResidualSteps(network) if network else None

    @property
    def normal(self) -> Normal:
        """Scales, linear forecast, season."""
        return self.outlook.normal

    @property
    def features(self) -> Features:
        """The scales."""
        return self.normal.features

    @property
    def report(self) -> str:
        """What became of the recurrent network, in one sentence."""
        return self.outlook.report

    @classmethod
    def fit(
        cls,
        values: Any,
        settings: ForecasterSettings | None = None,
        exogenous: Any = None,
        verbose: int | str = "auto",
    ) -> "Forecaster":
        """Fit a forecaster to a series, the last part held out for validation.

        `settings.seed` becomes the global seed of Python, NumPy and TensorFlow where a
        network is trained.

        Args:
            values: A `seqkit.series.TimeSeries`, or readings (time, C), NaN where
                missing; a training part without anomalies is best.
            settings: Every choice; None for the defaults.
            exogenous: With an array: channels that help but are not forecast, of shape
                (time, channels).
            verbose: As in `keras.Model.fit`; "auto" is a progress bar on a terminal
                and a line an epoch elsewhere.

        Raises:
            InputError: Too few readings, a channel without any, or no such network.
        """
        series = TimeSeries.of(values, exogenous)
        settings = settings or ForecasterSettings()
        return cls._fitted(series, settings, verbose)[0]

    @classmethod
    def _fitted(
        cls, series: TimeSeries, settings: ForecasterSettings, verbose: int | str
    ) -> tuple["Forecaster", Read, np.ndarray]:
        """Fit, and give what was read and forecast of the training readings."""
        least = settings.horizon + 3
        if len(series) < least:
            raise InputError(
                f"training needs at least {least} readings; got {len(series)}"
            )
        normal, read = Normal.fit(
            series.values, series.targets, settings, series.times, series.seconds
        )
        forecasts = normal.forecasts(read)
        truth = read.truth
        left = _ahead(truth, forecasts)
        units = (
            np.nanmean(np.abs(left[:, 0]), axis=0)
            if (np.isfinite(left[:, 0]).any(axis=0).all())
            else np.ones(series.targets)
        )
        units = np.where(units > 0, units, 1.0)
        features = network_features(read, forecasts)
        left = np.where(units > _NOTHING, left / units, 0.0)
        network, history, report = _network(features, left, settings, verbose)
        unknown = np.full((settings.horizon, series.targets), np.nan)
        end = None if series.times is None else _seconds(series.times[-1])
        outlook = Outlook(normal, units, unknown, unknown, end, report)
        found = cls(network, outlook, settings, series.channels)
        found.history = history
        if found.steps:
            forecasts = honest = forecasts + found.steps.run(features) * units
        else:
            late = round(settings.validation * len(series))
            honest = normal.forecasts_of_first(read, late)
        errors = forecast_errors(truth, honest)
        found.outlook = replace(
            outlook,
            half_width=half_widths(held_out(errors, settings), settings),
            latest=forecasts[-1],
        )
        return found, read, forecasts

    def forecasts(self, read: Read) -> np.ndarray:
        """Forecast after each of some readings, in scaled units.

        Args:
            read: The readings, as `normal.read` gives them.

        Returns:
            Shape (time, H, C): row t, after reading t, is of the readings t+1, t+2, …;
            NaN before `lags` readings are seen.
        """
        forecasts = self.normal.forecasts(read)
        if self.steps:
            residuals = self.steps.run(network_features(read, forecasts))
            forecasts = forecasts + residuals * self.outlook.units
        return forecasts

    def forecast(self, n: int | None = None, after: Any = None) -> Forecast:
        """Forecast the next readings.

        Args:
            n: How many, at most the horizon of the settings; None for as many.
            after: A `TimeSeries` or readings (time, channels), targets and exogenous,
                after which to forecast; the training readings where it is None.

        Raises:
            InputError: `n` is out of its range, or `after` too short.
        """
        settings, lags = self.settings, self.normal.linear.lags
        n = settings.horizon if n is None else plain(n)
        whole = isinstance(n, int) and not isinstance(n, bool)
        if not whole or not 1 <= n <= settings.horizon:
            raise InputError(
                f"n must be from 1 to {settings.horizon}; got {briefly(n)}"
            )
        end = self.outlook.end
        if after is None:
            latest = self.outlook.latest
        else:
            series = TimeSeries.of(after)
            if len(series) < lags:
                raise InputError(
                    f"after must have at least {lags} readings (lags); got "
                    f"{len(series)}"
                )
            first = None if series.times is None else series.times[0]
            latest = self.forecasts(self.normal.read(series.values, first))[-1]
            end = None if series.times is None else _seconds(series.times[-1])
        found = interval(self.features, latest[:n], self.outlook.half_width[:n])
        seconds = self.normal.seconds
        if end is None or seconds is None:
            return found
        nanoseconds = 1e9 * (end + seconds * np.arange(1, n + 1))
        return replace(
            found, times=nanoseconds.round().astype(np.int64).astype("datetime64[ns]")
        )

    def save(
        self, folder: str | os.PathLike, notes: Mapping[str, Any] | None = None
    ) -> None:
        """Write network and config.json into a folder, made if need be.

        Args:
            folder: The folder.
            notes: More to keep in config.json.
        """
        Path(folder).mkdir(parents=True, exist_ok=True)
        if self.network:
            self.network.save(Path(folder, MODEL_FILE))
        write_config(
            folder, self.settings, notes, channels=self.channels,
            outlook=write_fitted(self.outlook, folder), network=bool(self.network),
        )  # fmt: skip

    @classmethod
    def load(cls, folder: str | os.PathLike) -> "Forecaster":
        """Read what `save` wrote.

        Raises:
            InputError: The folder, or a file in it, is missing or cannot be read.
        """
        with config_of(folder, "forecaster") as config:
            settings = ForecasterSettings(**config["settings"])
            outlook = read_fitted(config["outlook"], folder)
            channels, with_network = tuple(config["channels"]), config["network"]
        network = read_network(folder) if with_network else None
        return cls(network, outlook, settings, channels)

    def export(self, folder: str | os.PathLike) -> None:
        """Write a SavedModel that forecasts as this forecaster, proven elsewhere.

        Signature, of float64 readings with NaN (or infinity) for a missing one:

            serving_default(values (time, channels)) -> mean, lower, upper (H, C)

        after the last of the readings, at least `lags` of them.

        Args:
            folder: Where to; for TensorFlow Serving its name is a version number.

        Raises:
            ExportError: The answers differ; nothing was written.
            InputError: `folder` holds something else.
        """
        scaler, lags = self.features.scaler, self.normal.linear.lags
        shape = (lags + _PROBED, self.features.channels)
        probe = np.random.default_rng(0).normal(scaler.center, scaler.scale, shape)
        hidden = np.where(np.arange(len(probe))[:, None] % 7 == 3, np.nan, probe)
        values = tf.TensorSpec([None, self.features.channels], tf.float64)
        export_saved_model(
            folder,
            {
                "serving_default": Signature(
                    self._serve, {"values": values},
                    [{"values": probe}, {"values": hidden}],
                )
            },
            [each.value for each in self.network.variables] if self.network else [],
        )  # fmt: skip

    def _serve(self, values: tf.Tensor) -> dict[str, tf.Tensor]:
        from seqkit.models.anomaly.stream import ForecastGraph

        latest = ForecastGraph(self).last(values)
        scaler, targets = self.features.scaler, self.features.targets
        mean = latest * scaler.scale[:targets] + scaler.center[:targets]
        reach = self.outlook.half_width * scaler.scale[:targets]
        return {"mean": mean, "lower": mean - reach, "upper": mean + reach}


def network_features(read: Read, forecasts: np.ndarray) -> np.ndarray:
    """Give what the network sees: (time, channels + C), float32, finite.

    All channels, and by how much the linear forecast says that the targets will change.
    """
    change = forecasts[:, 0] - read.past[:, : forecasts.shape[2]]
    both = np.concatenate([read.past, np.nan_to_num(change)], axis=1)
    return both.astype(np.float32)


def _ahead(truth: np.ndarray, forecasts: np.ndarray) -> np.ndarray:
    """What forecasts will be off, by when they were made: (time, H, C)."""
    found = np.full(forecasts.shape, np.nan)
    for step in range(min(forecasts.shape[1], len(truth) - 1)):
        found[: -step - 1, step] = truth[step + 1 :] - forecasts[: -step - 1, step]
    return found


def _network(
    features: np.ndarray,
    left: np.ndarray,
    settings: ForecasterSettings,
    verbose: int | str,
) -> tuple[keras.Model | None, dict[str, list[float]], str]:
    """Train a network on what is left, if it earns its place; and say so."""
    if settings.recurrent == "never":
        return None, {}, "no recurrent network, as was asked for"
    if settings.recurrent == "auto":
        length = settings.window
        held = round(settings.validation * len(features))
        if len(features) - held < 2 * length or held < 1:
            return None, {}, "no recurrent network: too few readings to train one"
        if not seems_worth_while(features, left[:, 0], settings):
            return (
                None,
                {},
                (
                    "no recurrent network: by an echo state network nothing is left to "
                    "foretell"
                ),
            )
    network, history = train_network(features, left, settings, verbose)
    if settings.recurrent == "always":
        return network, history, f"{settings.network}, as was asked for"
    later = held_out(left, settings)
    found = held_out(ResidualSteps(network).run(features), settings)
    before, after = np.nanmean(np.abs(later)), np.nanmean(np.abs(later - found))
    share = 1 - after / before if before > 0 else 0.0
    if share < WORTH:
        return (
            None,
            history,
            (
                f"no recurrent network: {settings.network} took away {share:.1%} of "
                "the mean absolute error on readings held out"
            ),
        )
    return (
        network,
        history,
        (
            f"{settings.network}, which takes away {share:.0%} of the mean absolute "
            "error on readings held out"
        ),
    )


def interval(features: Features, mean: np.ndarray, half_width: np.ndarray) -> Forecast:
    """Bring forecasts (…, C) and the distances around them to the readings' units."""
    center, scale = (
        each[: features.targets]
        for each in (features.scaler.center, features.scaler.scale)
    )
    middle, reach = mean * scale + center, half_width * scale
    return Forecast(middle, middle - reach, middle + reach)


def _seconds(time: np.datetime64) -> float:
    return float(time.astype("datetime64[ns]").astype(np.int64)) / 1e9

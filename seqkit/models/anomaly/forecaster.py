"""Forecasts of a series, several steps ahead, with intervals."""

from dataclasses import dataclass
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.models.anomaly.features import Features, joined
from seqkit.models.anomaly.intervals import half_widths, held_out
from seqkit.models.anomaly.settings import ForecasterSettings
from seqkit.models.anomaly.stepping import ForecastSteps
from seqkit.models.anomaly.training import forecasting, train_network
from seqkit.series import Fitted, forecast_errors


class Forecast(NamedTuple):
    """Forecasts and the interval around each: all of shape (n, channels)."""

    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


@dataclass(frozen=True)
class Outlook(Fitted):
    """What a forecaster knows besides its network, in scaled units.

    Args:
        features: What the network sees of readings.
        half_width: Of the interval around each step's forecast: (H, C).
        latest: The forecast after the last training reading: (H, C).
    """

    features: Features
    half_width: np.ndarray
    latest: np.ndarray


class Forecaster:
    """A recurrent network that has learnt to forecast a series, and how sure it is.

    Made by `fit`. The interval of a step reaches as far from its forecast
    as a share `coverage` of the last training readings was from theirs
    (split conformal: no distribution is assumed).

    Args:
        network: As `forecasting_network` builds it.
        outlook: What else was fitted.
        settings: What it was made with.

    Example:
        >>> sine = np.sin(np.arange(400) / 5)[:, None]
        >>> settings = ForecasterSettings(
        ...     network="GRU", units=8, window=40, horizon=10, epochs=10, batch_size=8,
        ...     learning_rate=0.02,
        ... )
        >>> forecaster = Forecaster.fit(sine, settings, verbose=0)
        >>> forecast = forecaster.forecast(10)
        >>> ahead = np.sin(np.arange(400, 410) / 5)[:, None]
        >>> forecast.mean.shape, bool(np.abs(forecast.mean - ahead).max() < 0.2)
        ((10, 1), True)

    Reference:
        Lei et al. 2018, Distribution-Free Predictive Inference for Regression (the
        intervals).
    """

    def __init__(
        self, network: keras.Model, outlook: Outlook, settings: ForecasterSettings
    ) -> None:
        self.network, self.outlook, self.settings = network, outlook, settings
        self.history: dict[str, list[float]] = {}
        self.steps = ForecastSteps(
            network, settings.horizon, self.features.channels, self.features.targets
        )
        size = tf.TensorSpec([None, self.features.size], tf.float32)
        self._run = tf.function(self.steps.run, autograph=False).get_concrete_function(
            size, [tf.TensorSpec(s.shape, s.dtype) for s in self.steps.start()]
        )

    @property
    def features(self) -> Features:
        """What the network sees of readings."""
        return self.outlook.features

    @classmethod
    def fit(
        cls,
        values: np.ndarray,
        settings: ForecasterSettings,
        exogenous: np.ndarray | None = None,
        verbose: int | str = "auto",
    ) -> "Forecaster":
        """Train a forecaster on a series, the last part held out for validation.

        `settings.seed` becomes the global seed of Python, NumPy and TensorFlow.

        Args:
            values: Readings (time, C), NaN where missing; a training part without
                anomalies is best.
            settings: Every choice.
            exogenous: Channels that help but are not forecast: (time, channels).
            verbose: As in `keras.Model.fit`; "auto" is a progress bar on a terminal
                and a line an epoch elsewhere.

        Raises:
            InputError: Too few readings, a channel without any, or no such network.
        """
        everything, targets = joined(values, exogenous)
        features = Features.fit(everything, targets)
        network, history = train_network(
            forecasting, features(everything), features.truth(everything), settings,
            verbose,
        )  # fmt: skip
        unknown = np.full((settings.horizon, targets), np.nan)
        forecaster = cls(network, Outlook(features, unknown, unknown), settings)
        forecaster.history = history
        forecasts = forecaster.forecasts(everything)
        errors = forecast_errors(features.truth(everything), forecasts)
        forecaster.outlook = Outlook(
            features, half_widths(held_out(errors, settings), settings), forecasts[-1]
        )
        return forecaster

    def forecasts(self, values: np.ndarray) -> np.ndarray:
        """Forecast after each of some readings, in scaled units.

        Args:
            values: Targets and exogenous (time, channels), NaN where missing.

        Returns:
            Shape (time, H, C): row t, after reading t, is of the readings t+1, t+2, …;
            NaN before `settings.window` readings are seen.
        """
        found, _ = self._run(self.features(values), self.steps.start())
        forecasts = found.numpy().astype(np.float64)
        forecasts[: self.settings.window - 1] = np.nan
        return forecasts

    def forecast(self, n: int, after: np.ndarray | None = None) -> Forecast:
        """Forecast the next readings.

        Args:
            n: How many, at most the horizon of the settings.
            after: Readings (time, channels), targets and exogenous, after which to
                forecast; the training readings where it is None.

        Raises:
            InputError: `n` is out of its range, or `after` too short.
        """
        settings = self.settings
        if not 1 <= n <= settings.horizon:
            raise InputError(f"n must be from 1 to {settings.horizon}; got {n}")
        if after is None:
            latest = self.outlook.latest
        elif len(after) < settings.window:
            raise InputError(
                f"after must have at least {settings.window} readings (window); got "
                f"{len(after)}"
            )
        else:
            latest = self.forecasts(after)[-1]
        return interval(self.features, latest[:n], self.outlook.half_width[:n])


def interval(features: Features, mean: np.ndarray, half_width: np.ndarray) -> Forecast:
    """Bring forecasts (…, C) and the distances around them to the readings' units."""
    center, scale = (
        each[: features.targets]
        for each in (features.scaler.center, features.scaler.scale)
    )
    middle, reach = mean * scale + center, half_width * scale
    return Forecast(middle, middle - reach, middle + reach)

"""Reconstruction of the last readings, whose errors stand beside those of forecasts."""

import keras
import numpy as np
import tensorflow as tf

from seqkit.models.anomaly.features import Features
from seqkit.models.anomaly.settings import DetectorSettings
from seqkit.models.anomaly.training import reconstruction, train_network
from seqkit.recurrence import portable
from seqkit.series import windows

_CHUNK = 512  # windows reconstructed at a time


class Reconstructor:
    """A recurrent autoencoder of the last R readings.

    The errors of time t are those of the newest H readings in its reconstruction of
    t-R+1 … t, the newest first. A channel that is missing at t has none.

    Args:
        network: As `autoencoder` builds it.
        features: What it sees of readings.
        settings: What it was made with.
    """

    def __init__(
        self, network: keras.Model, features: Features, settings: DetectorSettings
    ) -> None:
        self.network, self.features, self.settings = network, features, settings
        self.newest = min(settings.horizon, settings.reconstructed)
        self.history: dict[str, list[float]] = {}
        shape = [None, settings.reconstructed, features.size]
        with portable():
            self._answer = tf.function(
                lambda batch: self.network(batch, training=False), autograph=False
            ).get_concrete_function(tf.TensorSpec(shape, tf.float32))

    @classmethod
    def fit(
        cls,
        everything: np.ndarray,
        features: Features,
        settings: DetectorSettings,
        verbose: int | str,
    ) -> "Reconstructor":
        """Train on targets and exogenous channels (time, channels)."""
        network, history = train_network(
            reconstruction, features(everything), features.truth(everything), settings,
            verbose,
        )  # fmt: skip
        found = cls(network, features, settings)
        found.history = history
        return found

    def errors(self, values: np.ndarray) -> np.ndarray:
        """Give the errors at each of some readings, in scaled units: (time, H, C).

        NaN before R readings are seen, and where one is missing.
        """
        settings, truth = self.settings, self.features.truth(values)
        errors = np.full((len(values), self.newest, truth.shape[1]), np.nan)
        first = settings.reconstructed - 1
        if len(values) <= first:
            return errors
        seen = windows(self.features(values), settings.reconstructed)
        wanted = windows(truth, settings.reconstructed)
        for start in range(0, len(seen), _CHUNK):
            rows = slice(start, start + _CHUNK)
            answers = self._answer(tf.constant(seen[rows])).numpy()
            difference = (wanted[rows] - answers)[:, ::-1][:, : self.newest]
            errors[first + start : first + start + len(answers)] = difference
        return np.where(np.isnan(truth)[:, None], np.nan, errors)

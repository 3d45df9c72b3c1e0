"""The networks over time series, built of any recurrent layer of seqkit."""

import keras

from seqkit.models.anomaly.settings import DetectorSettings, ForecasterSettings
from seqkit.models.named_layers import find_recurrent_layer


def forecasting_network(
    settings: ForecasterSettings, features: int, targets: int
) -> keras.Model:
    """Build the forecaster: features (batch, time, F) to (batch, time, H, C).

        h_t = recurrent layers(x_1 … x_t)
        ŷ_{t+k} = y_t + W_k h_t + b_k        k = 1 … H

    The first C features are the last readings y_t: the network learns by how much they
    will change. H is 1 for the recursive strategy.

    Args:
        settings: Sizes and kinds.
        features: F, of which the first are the targets.
        targets: C, the channels that are forecast.

    Raises:
        InputError: `settings.network` names no layer.

    Example:
        >>> settings = ForecasterSettings(network="GRU", units=8, horizon=5)
        >>> forecasting_network(settings, features=4, targets=2).output_shape
        (None, None, 5, 2)
    """
    layer = find_recurrent_layer(settings.network)
    inputs = keras.Input((None, features), name="features")
    x = inputs
    for _ in range(settings.layers):
        x = layer(settings.units, return_sequences=True)(x)
    horizon = settings.steps_at_once
    change = keras.layers.Dense(horizon * targets, name="change")(x)
    change = keras.layers.Reshape((-1, horizon, targets), name="steps")(change)
    forecast = inputs[:, :, None, :targets] + change
    return keras.Model(inputs, forecast, name="forecaster")


def autoencoder(settings: DetectorSettings, features: int, targets: int) -> keras.Model:
    """Build the autoencoder: features (batch, R, F) to readings (batch, R, C).

    Recurrent layers read the R readings; the last state of the top one is all that
    the recurrent layers see that write them again.

    Args:
        settings: Sizes and kinds; R is `settings.reconstructed`.
        features: F, of which the first are the targets.
        targets: C, the channels that are reconstructed.

    Raises:
        InputError: `settings.network` names no layer.

    Example:
        >>> settings = DetectorSettings(network="GRU", units=8, reconstructed=20)
        >>> autoencoder(settings, features=4, targets=2).output_shape
        (None, 20, 2)

    Reference:
        Malhotra et al. 2016, LSTM-based Encoder-Decoder for Multi-sensor Anomaly
        Detection.
    """
    layer, length = find_recurrent_layer(settings.network), settings.reconstructed
    inputs = keras.Input((length, features), name="features")
    x = inputs
    for number in range(1, settings.layers + 1):
        x = layer(settings.units, return_sequences=number < settings.layers)(x)
    x = keras.layers.RepeatVector(length)(x)
    for _ in range(settings.layers):
        x = layer(settings.units, return_sequences=True)(x)
    outputs = keras.layers.Dense(targets, name="readings")(x)
    return keras.Model(inputs, outputs, name="autoencoder")

"""Forecasts one reading after the other, in ordinary graphs that can be exported."""

import keras
import tensorflow as tf

States = list[tf.Tensor]


class ForecastSteps:
    """A forecasting network, run step by step with its states in hand.

    Args:
        network: As `forecasting_network` builds it.
        horizon: Steps to forecast; where the network forecasts fewer (one), the others
            follow from its own forecasts.
        channels: How many of the features are readings: targets, then exogenous.
        targets: C, how many of them are forecast.
    """

    def __init__(
        self, network: keras.Model, horizon: int, channels: int, targets: int
    ) -> None:
        self.network, self.horizon = network, horizon
        self.channels, self.targets = channels, targets
        self._cells = [
            layer.cell
            for layer in network.layers
            if isinstance(layer, keras.layers.RNN)
        ]
        self._change = network.get_layer("change")
        at_once = network.get_layer("steps").output.shape[2]
        if at_once not in (1, horizon):
            raise ValueError(
                f"the network must forecast 1 or {horizon} steps; got {at_once}"
            )
        self._at_once = at_once

    def start(self) -> States:
        """Give the states before the first reading, each (1, size)."""
        return [state for cell in self._cells for state in cell.get_initial_state(1)]

    def advance(self, features: tf.Tensor, states: States) -> tuple[tf.Tensor, States]:
        """Read features (1, F); forecast (H, C)."""
        forecast, after = self._once(features, states)
        forecasts, inside = [forecast], after
        for _ in range(self.horizon // self._at_once - 1):
            believed = [forecast, features[:, self.targets : self.channels]]
            mask = tf.ones_like(features[:, self.channels :])
            forecast, inside = self._once(tf.concat([*believed, mask], 1), inside)
            forecasts.append(forecast)
        return tf.concat(forecasts, 0), after

    def _once(self, features: tf.Tensor, states: States) -> tuple[tf.Tensor, States]:
        after: States = []
        x = features
        for cell in self._cells:
            count = len(cell.state_sizes)
            x, new = cell(x, states[len(after) : len(after) + count])
            after += new
        change = tf.reshape(self._change(x), [self._at_once, self.targets])
        return features[:, : self.targets] + change, after

    def run(self, features: tf.Tensor, states: States) -> tuple[tf.Tensor, States]:
        """Read features (time, F) one by one: forecasts (time, H, C), last states."""
        length = tf.shape(features)[0]
        rows = tf.TensorArray(
            tf.float32, length, element_shape=(self.horizon, self.targets)
        )

        def body(t: tf.Tensor, states: States, rows: tf.TensorArray) -> tuple:
            forecast, states = self.advance(features[t][None], states)
            return t + 1, states, rows.write(t, forecast)

        _, states, rows = tf.while_loop(
            lambda t, *_: t < length, body, (0, list(states), rows)
        )
        return rows.stack(), states

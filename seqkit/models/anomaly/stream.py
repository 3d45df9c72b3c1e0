"""Forecaster and detector for one reading after the other, in ordinary graphs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf
from keras import ops

if TYPE_CHECKING:
    from seqkit.models.anomaly.forecaster import Forecaster
    from seqkit.models.anomaly.judgement import Judgement, Scored

Tensors = list[tf.Tensor]


class ForecastGraph:
    """A forecaster with its state in hand.

    State: that of `Normal`; then of the network, and what it said of the next reading.

    Args:
        forecaster: The forecaster.
        memory: Readings of the past to keep, at least its lags.
    """

    def __init__(self, forecaster: "Forecaster", memory: int = 1) -> None:
        self.normal, self.residual = forecaster.normal, forecaster.steps
        self.units, self.targets = forecaster.outlook.units, forecaster.features.targets
        self.memory = max(memory, self.normal.linear.lags)

    def start(self, first: Any = None) -> Tensors:
        """Give the state before the first reading, which may be known."""
        state = [tf.constant(each) for each in self.normal.start(self.memory, first)]
        self._own = len(state)
        self.place = self._own - 1  # in the season, where there is one
        if self.residual:
            nothing = tf.zeros([self.targets], tf.float64)
            state += [*self.residual.start(), nothing]
        return state

    def step(self, value: tf.Tensor, state: Tensors) -> tuple[Any, tf.Tensor, Tensors]:
        """Read (channels,): what it is, what was expected of it, the state after."""
        own, rest = state[: self._own], state[self._own :]
        step, own = self.normal.step(value, own, ops)
        expected = step.forecast
        if self.residual:
            *states, said = rest
            expected = expected + said
            residuals, states = self._residuals(step, own, states)
            rest = [*states, residuals[0]]
        return step, expected, [*own, *rest]

    def _residuals(self, step: Any, own: Tensors, states: Tensors) -> tuple:
        assert self.residual is not None
        ready = step.count >= self.normal.linear.lags
        change = (
            self.normal.ahead(step, own[3:], ops)[0] - step.past[-1, : self.targets]
        )
        change = tf.where(ready, change, tf.zeros_like(change))
        seen = tf.cast(tf.concat([step.past[-1], change], 0), tf.float32)
        found, states = self.residual.step(seen, states)
        return tf.cast(found, tf.float64) * self.units, states

    def last(self, values: tf.Tensor) -> tf.Tensor:
        """Read (time, channels) from the start: the last forecasts (H, C), scaled."""
        length, steps = tf.shape(values)[0], self.normal.linear.steps
        nothing = tf.fill([steps, self.targets], np.float64(np.nan))

        def body(t: tf.Tensor, state: Tensors, _: tf.Tensor) -> tuple:
            own, states = state[: self._own], state[self._own : -1]
            step, _, after = self.step(values[t], state)
            own = after[: self._own]
            found = self.normal.ahead(step, own[3:], ops)
            if self.residual:
                found = found + self._residuals(step, own, states)[0]
            ready = step.count >= self.normal.linear.lags
            return t + 1, after, tf.where(ready, found, nothing)

        *_, found = tf.while_loop(
            lambda t, *_: t < length, body, (0, self.start(), nothing)
        )
        return found


class StreamGraph:
    """Readings to scores, one after the other, with all state in one vector.

    Args:
        forecaster: Of the readings.
        judgement: Of its errors, and of those from other sources.

    Attributes:
        first: The state before the first reading: (n,), float64.
    """

    def __init__(self, forecaster: "Forecaster", judgement: "Judgement") -> None:
        self.sources, self.judgement = judgement.sources, judgement
        memory = max(self.sources.memory, forecaster.normal.linear.lags + 1)
        self.forecasts = ForecastGraph(forecaster, memory)
        self._parts = self._start()
        self._sizes = [int(tf.size(part)) for part in self._parts]
        self.first = self._packed(self._parts).numpy()

    def begin(self, first: Any) -> tf.Tensor:
        """Give the state before the first reading, known as to `Normal.place`."""
        if not tf.is_tensor(first):
            return self._packed(self._start(first))
        parts = self._start(0)
        place = self.forecasts.normal.place(first, ops)
        if place is not None:
            parts[self.forecasts.place] = place
        return self._packed(parts)

    def _start(self, first: Any = None) -> Tensors:
        of_forecasts = self.forecasts.start(first)
        others = (self.sources.gaps.start(), self.judgement.start())
        self._counts = [len(of_forecasts), *map(len, others)]
        return of_forecasts + [tf.constant(part) for start in others for part in start]

    def step(self, value: tf.Tensor, state: tf.Tensor) -> tuple["Scored", tf.Tensor]:
        """Take one reading (channels,), NaN where missing: float64."""
        parts, place = self._unpacked(state), 0
        groups = []
        for count in self._counts:
            groups.append(parts[place : place + count])
            place += count
        of_forecasts, of_gaps, of_judgement = groups
        step, expected, of_forecasts = self.forecasts.step(value, of_forecasts)
        errors, silence, of_gaps = self.sources.step(step, expected, of_gaps, ops)
        scored, of_judgement = self.judgement.step(errors, silence, of_judgement, ops)
        return scored, self._packed([*of_forecasts, *of_gaps, *of_judgement])

    def run(self, values: tf.Tensor, state: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """Take readings (time, channels): scores, whether anomalous, and a state."""
        length = tf.shape(values)[0]
        scores = tf.TensorArray(tf.float64, length, element_shape=())
        flags = tf.TensorArray(tf.bool, length, element_shape=())

        def body(t: tf.Tensor, state: tf.Tensor, *found: tf.TensorArray) -> tuple:
            scored, state = self.step(values[t], state)
            scores, flags = found
            return (
                t + 1,
                state,
                scores.write(t, scored.score),
                flags.write(t, scored.is_anomaly),
            )

        _, state, scores, flags = tf.while_loop(
            lambda t, *_: t < length, body, (0, state, scores, flags)
        )
        return scores.stack(), flags.stack(), state

    def _packed(self, parts: Sequence[tf.Tensor]) -> tf.Tensor:
        return tf.concat(
            [tf.reshape(tf.cast(part, tf.float64), [-1]) for part in parts], 0
        )

    def _unpacked(self, state: tf.Tensor) -> Tensors:
        split = tf.split(state, self._sizes)
        return [
            tf.cast(tf.reshape(flat, part.shape), part.dtype)
            for flat, part in zip(split, self._parts, strict=True)
        ]

"""The whole detector for one reading after the other, in ordinary graphs."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from seqkit.models.anomaly.features import Features
from seqkit.models.anomaly.scoring_steps import missing, score, threshold_level
from seqkit.models.anomaly.stepping import ForecastSteps
from seqkit.series import Scorer

Tensors = list[tf.Tensor]


class ForecastErrors:
    """Errors of all forecasts that were made of a reading, kept until it comes.

    State: the network's; `made` (H, H, C), the forecasts made after each of the last H
    readings, the newest first; and how many readings there were.

    Args:
        steps: The network.
        warm_up: Readings before the first forecast.
    """

    def __init__(self, steps: ForecastSteps, warm_up: int) -> None:
        self.steps, self.warm_up = steps, warm_up

    def start(self) -> Tensors:
        """Give the state before the first reading."""
        horizon, targets = self.steps.horizon, self.steps.targets
        made = tf.fill([horizon, horizon, targets], missing())
        return [*self.steps.start(), made, tf.zeros([], tf.float64)]

    def step(self, features: tf.Tensor, truth: tf.Tensor, state: Tensors) -> tuple:
        """Give errors (H, C) of a reading: features (1, F), truth (C,); and a state."""
        *states, made, count = state
        each = tf.range(self.steps.horizon)
        errors = truth - tf.gather_nd(made, tf.stack([each, each], 1))
        forecast, states = self.steps.advance(features, states)
        count = count + 1
        new = tf.where(count < self.warm_up, missing(), tf.cast(forecast, tf.float64))
        return errors, [*states, tf.concat([new[None], made[:-1]], 0), count]


class ReconstructionErrors:
    """Errors of the newest readings in the reconstruction of the last R.

    State: features (R, F) and truth (R, C) of the last R readings, NaN before.

    Args:
        network: The autoencoder.
        newest: Readings whose errors count.
    """

    def __init__(self, network: Any, newest: int) -> None:
        self.network, self.newest = network, newest

    def start(self) -> Tensors:
        """Give the state before the first reading."""
        length, features = self.network.input_shape[1:]
        targets = self.network.output_shape[-1]
        return [tf.fill([length, each], missing()) for each in (features, targets)]

    def step(self, features: tf.Tensor, truth: tf.Tensor, state: Tensors) -> tuple:
        """Give errors (H, C) of a reading, and the state after it."""
        seen, wanted = state
        seen = tf.concat([seen[1:], tf.cast(features, tf.float64)], 0)
        wanted = tf.concat([wanted[1:], truth[None]], 0)
        answer = self.network(tf.cast(seen, tf.float32)[None], training=False)[0]
        errors = (wanted - tf.cast(answer, tf.float64))[::-1][: self.newest]
        return tf.where(tf.math.is_nan(truth), missing(), errors), [seen, wanted]


class Scored(NamedTuple):
    """What is found of a reading."""

    score: tf.Tensor  # float64; NaN where there is none
    is_anomaly: tf.Tensor
    level: tf.Tensor  # of the threshold
    contributions: tf.Tensor  # (C,), of the channels to the score


class StreamGraph:
    """Readings to scores, one after the other, with all state in one vector.

    Args:
        features: Scaling, and what the networks see.
        sources: Where errors come from.
        scorer: Of their errors together.
        threshold: Of the score.

    Attributes:
        first: The state before the first reading: (n,), float64.
    """

    def __init__(
        self,
        features: Features,
        sources: Sequence[ForecastErrors | ReconstructionErrors],
        scorer: Scorer,
        threshold: Any,
    ) -> None:
        self.features, self.sources = features, sources
        self.scorer, self.threshold = scorer, threshold
        self._parts = [
            tf.zeros([features.channels], tf.float64),  # held readings
            *(tensor for source in sources for tensor in source.start()),
            tf.constant(scorer.start()),
            tf.constant(threshold.start()),
        ]
        self._sizes = [int(tf.size(part)) for part in self._parts]
        self.first = self._packed(self._parts).numpy()

    def step(self, value: tf.Tensor, state: tf.Tensor) -> tuple[Scored, tf.Tensor]:
        """Take one reading (channels,), NaN where missing: float64."""
        held, *rest = self._unpacked(state)
        *of_sources, of_scorer, of_threshold = rest
        scaler = self.features.scaler
        scaled = (value - tf.constant(scaler.center)) / tf.constant(scaler.scale)
        read = tf.math.is_finite(scaled)
        held = tf.where(read, scaled, held)
        seen = [held, tf.cast(read, tf.float64)] if self.features.mask else [held]
        features = tf.cast(tf.concat(seen, 0), tf.float32)[None]
        truth = tf.where(read, scaled, missing())[: self.features.targets]
        errors, after = [], [held]
        for source in self.sources:
            count = len(source.start())
            own, of_sources = of_sources[:count], of_sources[count:]
            found, own = source.step(features, truth, own)
            errors.append(found)
            after += own
        value, contributions, of_scorer = score(
            self.scorer, tf.concat(errors, 0)[: self.scorer.shape[0]], of_scorer
        )
        level, of_threshold = threshold_level(self.threshold, value, of_threshold)
        state = self._packed([*after, of_scorer, of_threshold])
        return Scored(value, value > level, level, contributions), state

    def run(self, values: tf.Tensor, state: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Take readings (time, channels): scores and whether they are anomalous."""
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

        _, _, scores, flags = tf.while_loop(
            lambda t, *_: t < length, body, (0, state, scores, flags)
        )
        return scores.stack(), flags.stack()

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

"""What Keras contestants run: a layer alone, or the text model inside `fit`.

Imported in worker processes only, after KERAS_BACKEND is set. A task has `run()`,
the work that is timed, and `check()`, figures in which all contestants must agree.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from benchmarks import data
from benchmarks.contestants import Contestant
from benchmarks.points import COUNTERPARTS, THREADS, FitPoint, LayerPoint


def limit_threads() -> str:
    """Set the number of TensorFlow's threads (JAX reads NPROC); say what holds."""
    if keras.backend.backend() == "jax":
        return f"NPROC={THREADS}"
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(THREADS)
    return f"intra-op {THREADS}, inter-op {THREADS}"


def versions() -> dict[str, str]:
    """Versions of Keras and of what computes for it."""
    if keras.backend.backend() == "jax":
        import jax as engine
    else:
        import tensorflow as engine
    return {"keras": keras.__version__, engine.__name__: engine.__version__}


def clear() -> None:
    """Forget the models and functions of the tasks dropped so far."""
    keras.backend.clear_session()


def layer_class(contestant: Contestant, network: str) -> Any:
    """seqkit's or Keras's layer of that name."""
    if contestant.name == "seqkit":
        from seqkit import layers

        return getattr(layers, network)
    return getattr(keras.layers, network)


class LayerTask:
    """One layer on TensorFlow, forward alone or with every gradient."""

    def __init__(
        self, contestant: Contestant, network: str, mode: str, point: LayerPoint
    ) -> None:
        import tensorflow as tf

        inputs, upstream = data.layer_arrays(point)
        self.arguments = tf.constant(inputs), tf.constant(upstream)
        self.layer = layer_class(contestant, network)(
            point.units, return_sequences=True
        )
        self.layer.build(inputs.shape)
        if network in COUNTERPARTS:
            self.layer.set_weights(
                data.layer_weights(network, point.features, point.units, point)
            )
        work = self._gradients if mode == "gradients" else self._inference
        self.function = tf.function(work, jit_compile=contestant.jit)

    def _inference(self, inputs: Any, _: Any) -> list:
        return [self.layer(inputs, training=False)]

    def _gradients(self, inputs: Any, upstream: Any) -> list:
        import tensorflow as tf

        weights = [weight.value for weight in self.layer.trainable_variables]
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = self.layer(inputs, training=True)
        return tape.gradient(outputs, [inputs, *weights], output_gradients=upstream)

    def run(self) -> list:
        return self.function(*self.arguments)

    def check(self) -> list[float]:
        """Norms of the outputs; or of the gradients of inputs and kernels."""
        return [float(np.linalg.norm(result)) for result in self.run()[:3]]


class FitTask:
    """One epoch of `model.fit`, on either backend."""

    def __init__(self, contestant: Contestant, point: FitPoint) -> None:
        layer = layer_class(contestant, point.network)
        time = point.time if point.feed == "static" else None
        self.model = keras.Sequential(
            [
                keras.layers.Input((time,), dtype="int32"),
                keras.layers.Embedding(
                    point.vocabulary, point.embedding, mask_zero=point.masked
                ),
                layer(point.units, return_sequences=True),
                layer(point.units),
                keras.layers.Dense(1),
            ]
        )
        self.model.set_weights(data.model_weights(point))
        self.model.compile(
            "adam", "mse", jit_compile=True if contestant.jit else "auto"
        )
        if point.masked:
            self.feed = {"x": bucketed_dataset(point)}
        else:
            tokens, _, targets = data.fit_rows(point)
            self.feed = {"x": tokens, "y": targets, "batch_size": point.batch}
        self.loss: float | None = None

    def run(self) -> None:
        history = self.model.fit(**self.feed, shuffle=False, verbose=0)
        self.loss = history.history["loss"][0]

    def check(self) -> list[float]:
        """Loss of the epoch that ran last."""
        return [float(self.loss)]


def bucketed_dataset(point: FitPoint) -> Any:
    """A tf.data pipeline of rows, bucketed by length and padded to the bucket's end."""
    import tensorflow as tf

    tokens, lengths, targets = data.fit_rows(point)
    return (
        tf.data.Dataset.from_tensor_slices((tokens, lengths, targets))
        .map(lambda row, length, target: (row[:length], target))
        .bucket_by_sequence_length(
            lambda row, _: tf.shape(row)[0],
            bucket_boundaries=[end + 1 for end in point.bucket_ends],
            bucket_batch_sizes=[point.batch] * (len(point.bucket_ends) + 1),
            pad_to_bucket_boundary=True,
        )
        .prefetch(tf.data.AUTOTUNE)
    )

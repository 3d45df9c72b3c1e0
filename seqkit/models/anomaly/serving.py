"""A detector as a SavedModel: a series, or a reading with the state before it."""

import os
from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf

from seqkit.export import Signature, export_saved_model

if TYPE_CHECKING:
    from seqkit.models.anomaly.detector import AnomalyDetector

_PROBED = 32  # readings with a score, on which both are compared

Tensors = dict[str, tf.Tensor]


def export_detector(detector: "AnomalyDetector", folder: str | os.PathLike) -> None:
    """Write the SavedModel that `AnomalyDetector.export` describes.

    Args:
        detector: A trained one.
        folder: Where to.

    Raises:
        ExportError: The answers differ; nothing was written.
        InputError: `folder` holds something else.
    """
    graph, normal = detector.graph, detector.forecaster.normal
    count, start = detector.features.channels, graph.first
    one, many, state, number = (
        tf.TensorSpec(shape, tf.float64)
        for shape in ([count], [None, count], [len(start)], [])
    )
    scaler, network = detector.features.scaler, detector.forecaster.network
    shape = (detector.warm_up + _PROBED, count)
    probe = np.random.default_rng(0).normal(scaler.center, scaler.scale, shape)
    hidden = np.where(np.arange(len(probe))[:, None] % 7 == 3, np.nan, probe)
    later = (normal.origin or 0.0) + 7 * (normal.seconds or 1.0)
    names = tf.constant(detector.channels, tf.string)
    through = tf.function(graph.run, input_signature=[many, state], autograph=False)

    def serve(values: tf.Tensor) -> Tensors:
        scores, flags, _ = through(values, tf.constant(start))
        return {"score": scores, "is_anomaly": flags}

    def run(values: tf.Tensor, state: tf.Tensor) -> Tensors:
        scores, flags, state = through(values, state)
        return {"score": scores, "is_anomaly": flags, "state": state}

    def step(value: tf.Tensor, state: tf.Tensor) -> Tensors:
        found, state = graph.step(value, state)
        return {"score": found.score, "is_anomaly": found.is_anomaly, "state": state}

    export_saved_model(
        folder,
        {
            "serving_default": Signature(
                serve, {"values": many}, [{"values": probe}, {"values": hidden}]
            ),
            "run": Signature(
                run, {"values": many, "state": state},
                [{"values": hidden, "state": graph.begin(7).numpy()}],
            ),
            "step": Signature(
                step, {"value": one, "state": state},
                [{"value": probe[0], "state": start}],
            ),
            "start": Signature(lambda: {"state": tf.constant(start)}, probes=[{}]),
            "start_at": Signature(
                lambda first: {"state": graph.begin(first)}, {"first": number},
                [{"first": np.array(later)}],
            ),
            "channels": Signature(lambda: {"channels": names}, probes=[{}]),
        },
        [variable.value for variable in network.variables] if network else [],
    )  # fmt: skip

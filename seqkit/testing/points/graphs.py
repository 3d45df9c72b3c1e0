"""Point 4: eager, a graph with unknown batch and time, and `fit` agree."""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.testing.points.compare import different, same
from seqkit.testing.points.gradients import OPTIONS, differentiated
from seqkit.testing.subject import FULL, Subject, arrays, plain_loop, tensors

SHAPES = ((3, 5), (1, 4), (6, 1))
LONG = (9, 70)


def check_unknown_shape(subject: Subject) -> None:
    """One graph with unknown batch and time serves every shape, as eager code does."""
    layer = subject.layer(**FULL)
    signature = [tf.TensorSpec((None, None, subject.features), "float32")]
    signature += [
        tf.TensorSpec((None, s.shape[1]), "float32") for s in subject.states()
    ]

    @tf.function(input_signature=signature)
    def graph(x: Any, *initial: Any) -> Any:
        return layer(x, initial_state=list(initial))

    for shape in SHAPES:
        x, initial = subject.inputs(*shape), subject.states(shape[0])
        expected = arrays(plain_loop(layer)(x, initial_state=initial))
        same(graph(x, *initial), expected, f"a graph of unknown shape at {shape}")
        same(layer(x, initial_state=initial), expected, f"eager code at {shape}")


def check_long_sequences(subject: Subject) -> None:
    """A graph of unknown shape has the plain loop's gradients at larger sizes too.

    There the loop may cut time into chunks and the batch into parts.
    """
    layer = subject.layer(**OPTIONS)
    weights = layer.trainable_weights
    x, states = subject.inputs(*LONG, "float64"), subject.states(LONG[0], "float64")
    mask = np.random.default_rng(1).random(LONG) < 0.7
    mask[1:, -20:] = False  # as where rows have several lengths
    compute = differentiated(layer, weights)

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, None, subject.features), "float64"),
            [tf.TensorSpec((None, s.shape[1]), "float64") for s in states],
            tf.TensorSpec((None, None), "bool"),
        ],
        autograph=False,
    )
    def graph(x: Any, initial: list[Any], mask: Any) -> list[Any]:
        return compute(x, initial, mask, training=True)

    point = tensors((x, states, mask))
    same(
        graph(*point),
        differentiated(plain_loop(layer), weights)(*point, training=True),
        f"the loss and its gradients at {LONG}, in a graph of unknown shape",
    )


def check_fit(subject: Subject) -> None:
    """`model.fit` over batches of many shapes trains as the plain loop does."""
    expected = _weights_after_fit(subject, plain_loop)
    found = _weights_after_fit(subject, lambda layer: layer)
    same(found, expected, "the weights after fit, against the plain loop's")


def _weights_after_fit(
    subject: Subject, network: Callable[[Any], Callable[..., Any]]
) -> list[np.ndarray]:
    def batches() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for shape in SHAPES:
            x = subject.inputs(*shape)
            yield x, x[:, -1, :1]

    specs = (
        tf.TensorSpec((None, None, subject.features), "float32"),
        tf.TensorSpec((None, 1), "float32"),
    )
    dataset = tf.data.Dataset.from_generator(batches, output_signature=specs)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(len(SHAPES)))
    layer = subject.fresh()
    inputs = keras.Input((None, subject.features))
    outputs = keras.tree.flatten(network(layer)(inputs))
    joined = keras.ops.concatenate(outputs, axis=-1)
    model = keras.Model(inputs, keras.ops.mean(joined, axis=-1, keepdims=True))
    model.compile(keras.optimizers.SGD(0.1), "mse")
    before = layer.get_weights()
    model.fit(dataset, epochs=2, shuffle=False, verbose=0)
    different(layer.get_weights(), before, "the weights after fit")
    return layer.get_weights()

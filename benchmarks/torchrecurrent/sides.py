"""What the two processes run: a network built from the same arrays, and trained."""

from __future__ import annotations

import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from benchmarks.torchrecurrent.pairs import PAIRS, random_state

Size = tuple[int, int, int, int]  # batch, time, features, units


def inputs(size: Size) -> np.ndarray:
    """The same sequences for both."""
    return np.random.default_rng(1).normal(size=size[:3]).astype("float32")


def their_layer(network: str, features: int, units: int, dtype: Any = None) -> Any:
    """The layer of torchrecurrent, with random weights, and these as arrays."""
    import torch
    import torchrecurrent

    pair = PAIRS[network]
    make = getattr(torchrecurrent, network)
    layer = make(features, units, batch_first=True, **pair.theirs)
    layer = layer.to(dtype or torch.float32)
    parameters = {
        name.removeprefix("cells.0."): value for name, value in layer.named_parameters()
    }
    state = random_state(pair, {n: tuple(p.shape) for n, p in parameters.items()})
    with torch.no_grad():
        for name, array in state.items():
            parameters[name].copy_(torch.from_numpy(array))
    return layer, state


def our_layer(network: str, size: Size, state: dict, **options: Any) -> Any:
    """The layer of seqkit, with those arrays."""
    from seqkit import layers

    pair = PAIRS[network]
    layer = layers.get(
        network, size[3], return_sequences=True, **{**pair.ours, **options}
    )
    layer.build((None, None, size[2]))
    layer.set_weights(pair.weights(state))
    return layer


def ours(connection: Connection, threads: int) -> None:
    """Serve seqkit."""
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")  # one function a network is no retracing
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    _serve(connection, _our_network)


def theirs(connection: Connection, threads: int) -> None:
    """Serve torchrecurrent."""
    import torch

    torch.set_num_threads(threads)
    _serve(connection, _their_network)


def _serve(connection: Connection, build: Callable) -> None:
    step: Callable[[], Any] | None = None
    while True:
        try:
            what, *arguments = connection.recv()
        except EOFError:
            return
        try:
            if what == "build":
                answer, step = build(*arguments)
                connection.send(answer)
            else:
                started = time.perf_counter()
                for _ in range(arguments[0]):
                    step()
                connection.send(time.perf_counter() - started)
        except Exception as error:  # the parent says it and ends
            connection.send(f"{build.__name__}: {type(error).__name__}: {error}")


def _our_network(network: str, size: Size, state: dict) -> tuple[tuple, Callable]:
    import keras
    import tensorflow as tf

    layer, x = our_layer(network, size, state), tf.constant(inputs(size))
    optimizer = keras.optimizers.Adam()
    optimizer.build(layer.trainable_variables)

    @tf.function
    def step() -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(layer(x, training=True)))
        variables = layer.trainable_variables
        optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)

    return (tf.function(lambda: layer(x))().numpy(), state), step


def _their_network(network: str, size: Size) -> tuple[tuple, Callable]:
    import torch

    layer, state = their_layer(network, size[2], size[3])
    x = torch.from_numpy(inputs(size))
    optimizer = torch.optim.Adam(layer.parameters())

    def step() -> None:
        optimizer.zero_grad()
        layer(x)[0].square().mean().backward()
        optimizer.step()

    with torch.inference_mode():
        outputs = layer(x)[0].numpy()
    return (outputs, state), step

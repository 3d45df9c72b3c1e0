"""The same arrays, rows and weights for every contestant, in NumPy.

Weights are in Keras's layout and gate order; the PyTorch tasks convert them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import numpy as np

from benchmarks.points import FitPoint, LayerPoint

GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}


def generator(label: object) -> np.random.Generator:
    """A generator whose numbers depend on `label` alone, in any process."""
    return np.random.default_rng(zlib.crc32(str(label).encode()))


def layer_arrays(point: LayerPoint) -> tuple[np.ndarray, np.ndarray]:
    """Inputs, and the gradient that arrives from above at every output."""
    rng = generator(point)
    inputs = rng.standard_normal((point.batch, point.time, point.features))
    upstream = rng.standard_normal((point.batch, point.time, point.units))
    return inputs.astype("float32"), upstream.astype("float32")


def layer_weights(network: str, features: int, units: int, label: object) -> list:
    """Kernel, recurrent kernel and bias, as the named Keras layer takes them."""
    rng, width = generator((network, label)), GATES[network] * units
    kernel = rng.uniform(-1, 1, (features, width)) * np.sqrt(6 / (features + width))
    square = np.linalg.qr(rng.standard_normal((units, units)))[0]
    recurrent_kernel = np.concatenate([square] * GATES[network], axis=1)
    bias_shape = (2, width) if network == "GRU" else (width,)
    bias = 0.1 * rng.standard_normal(bias_shape)
    return [array.astype("float32") for array in (kernel, recurrent_kernel, bias)]


def model_weights(point: FitPoint) -> list:
    """Weights of the text model, in the order of its layers."""
    rng, network, units = generator(point.network), point.network, point.units
    embedding = rng.uniform(-0.05, 0.05, (point.vocabulary, point.embedding))
    dense = rng.uniform(-1, 1, (units, 1)) * np.sqrt(6 / (units + 1))
    return [
        embedding.astype("float32"),
        *layer_weights(network, point.embedding, units, "first"),
        *layer_weights(network, units, units, "second"),
        dense.astype("float32"),
        np.zeros(1, "float32"),
    ]


def fit_rows(point: FitPoint) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Token ids `(rows, time)`, padded with 0 on the right, lengths and targets.

    Rows have full length, or in the bucketed feed a uniformly random one.
    """
    rng = generator((point.time, point.feed, point.rows))
    tokens = rng.integers(1, point.vocabulary, (point.rows, point.time))
    lengths = np.full(point.rows, point.time)
    if point.masked:
        lengths = rng.integers(1, point.time + 1, point.rows)
    tokens = np.where(np.arange(point.time) < lengths[:, None], tokens, 0)
    targets = rng.standard_normal((point.rows, 1))
    return tokens.astype("int32"), lengths, targets.astype("float32")


def bucketed_batches(point: FitPoint) -> Iterator[tuple[np.ndarray, ...]]:
    """The batches of the bucketed feed: tokens, lengths, targets of each.

    The same rows meet in the same batches as in `Dataset.bucket_by_sequence_length`:
    a batch leaves when its bucket is full, and what remains leaves at the end.
    """
    tokens, lengths, targets = fit_rows(point)
    waiting: dict[int, list[int]] = {end: [] for end in point.bucket_ends}

    def batch(end: int) -> tuple[np.ndarray, ...]:
        rows, waiting[end] = waiting[end], []
        return tokens[rows, :end], lengths[rows], targets[rows]

    for row, length in enumerate(lengths):
        end = next(end for end in waiting if length <= end)
        waiting[end].append(row)
        if len(waiting[end]) == point.batch:
            yield batch(end)
    for end in waiting:
        if waiting[end]:
            yield batch(end)


def batch_shapes(point: FitPoint) -> list[tuple[int, ...]]:
    """Shape of the tokens of every batch in one epoch."""
    if not point.masked:
        return [(point.batch, point.time)] * point.steps
    return [tokens.shape for tokens, *_ in bucketed_batches(point)]

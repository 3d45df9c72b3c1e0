"""Sizes: how a batch is cut into parts, time into chunks, and shapes rounded up."""

import math
from typing import Any

import tensorflow as tf

from seqkit.recurrence.devices import has_gpu
from seqkit.recurrence.equations import Equations

ROWS_OF_A_CHUNK = 2048  # rows of one product over a chunk of time steps
LEAST_CAPACITY = 64
CHUNKS_OF_A_CAPACITY = 8  # at least, on a CPU: a chunk may be partly unused
STEPS_OF_A_CHUNK = 32  # the most in a capacity
SMALLEST_SPLIT_BATCH = 8
LARGEST_SPLIT_KERNEL = 2**19  # with more weights, one product keeps all cores busy


def n_parts(cell: Equations, batch: int | None) -> int:
    """Return into how many parts a batch is cut, whose loops run side by side.

    One on a GPU, which runs one loop after the other.
    """
    if has_gpu():
        return 1
    if batch is not None and batch < SMALLEST_SPLIT_BATCH:
        return 1
    sizes = [weight.shape.num_elements() for weight in cell.weights]
    return 1 if max(sizes, default=0) > LARGEST_SPLIT_KERNEL else 2


def steps_of_an_iteration(unroll: bool | int) -> bool | int:
    """Return how many steps an iteration of a loop takes, where a layer says `unroll`.

    A layer that does not say takes one. On a GPU it takes two, since the end of a loop
    whose length the compiler does not know is tested by the processor.
    """
    return unroll or (2 if has_gpu() else 1)


def rows_to_add(parts: int, batch: int | None, n_rows: Any) -> Any:
    """Return how many rows make a batch of equal parts, a size that few batches have.

    No part is empty: the compiler divides by the number of rows.

    Only where the batch size is fixed is the answer a Python number.
    """
    if batch is not None:
        return -batch % parts if batch else parts
    rows_of_part = tf.maximum((n_rows + parts - 1) // parts, 1)
    return parts * round_up(rows_of_part) - n_rows


def round_up(n: Any) -> Any:
    """Return the least of 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, … that is ≥ n.

    Four sizes an octave: at most a quarter is added, and few shapes occur.

    Args:
        n: a Python number, or a tensor of one.

    Example:
    >>> [round_up(n) for n in (1, 7, 9, 16, 17, 33)]
    [1, 7, 10, 16, 20, 40]
    >>> int(round_up(tf.constant(33)))
    40
    """
    grain = power_of_two((n + 7) // 8)
    return (n + grain - 1) // grain * grain


def power_of_two(n: Any) -> Any:
    """Return the least power of two that is ≥ n, for n ≥ 1, a number or a tensor."""
    if isinstance(n, int):
        return 1 << (n - 1).bit_length()
    exponent = tf.math.log(tf.cast(n, "float64")) / math.log(2)
    return tf.cast(2 ** tf.math.ceil(exponent - 1e-9), "int32")


def capacity(n_steps: Any) -> Any:
    """Return the number of steps to compile for, where it is not fixed.

    Only the steps that are there are run, so that a large capacity costs memory alone.
    """
    return tf.maximum(power_of_two(tf.maximum(n_steps, 1)), LEAST_CAPACITY)


def chunk_size(batch: Any, length: Any, unroll: bool | int, exact: bool) -> Any:
    """Return the number of time steps of a chunk.

    On a GPU a chunk is as long as it may be: each step of its loop costs more where the
    compiler does not know how many there are. So where all sizes are known, chunks are
    as equal as they can be: then most often none is partly unused.

    Args:
        batch: number of rows.
        length: number of steps to compile for.
        unroll: True makes one chunk of all steps.
        exact: whether all steps of the length are there.

    Example:
    >>> [int(chunk_size(16, capacity, False, exact=False)) for capacity in (64, 4096)]
    [8, 32]
    """
    if unroll is True or (exact and has_gpu()):
        return length
    if isinstance(batch, int) and isinstance(length, int) and exact:
        most = max(ROWS_OF_A_CHUNK // max(batch, 1), 1)
        return -(-length // -(-length // most))
    size = tf.maximum(ROWS_OF_A_CHUNK // tf.maximum(batch, 1), 1)
    if exact:
        return tf.minimum(size, length)
    if not has_gpu():
        size = tf.minimum(size, length // CHUNKS_OF_A_CAPACITY)
    return tf.minimum(size, STEPS_OF_A_CHUNK)

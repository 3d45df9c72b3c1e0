"""The time steps of a tensor, read and written one by one.

They are lists of tensors, `tf.TensorArray`. TensorFlow Lite has such lists only where
batch and time are fixed: for it, they are read by `tf.gather` and written by
`tf.tensor_scatter_nd_update`, which elsewhere would copy all at every step.
"""

from typing import Any

import tensorflow as tf

from seqkit.recurrence.choice import for_lite


def _in_lists() -> bool:
    return not (tf.inside_function() and for_lite())


class _Slices:
    """Reads a tensor's slices without making a list of them."""

    def __init__(self, stacked: Any):
        self.stacked = stacked

    def read(self, t: Any) -> Any:
        """Return the slice at a place."""
        return tf.gather(self.stacked, t)


def slices_of(stacked: Any, size: Any) -> Any:
    """Return what reads a tensor's slices, again and again, by `read(t)`."""
    return read_from(stacked, size) if _in_lists() else _Slices(stacked)


def read_from(stacked: Any, size: Any) -> Any:
    """Return a TensorArray of a tensor's slices that can be read again and again."""
    array = tf.TensorArray(
        stacked.dtype, size, element_shape=stacked.shape[1:], clear_after_read=False
    )
    return array.unstack(stacked)


def room_for(like: Any, size: Any) -> Any:
    """Return room for that many tensors like this one, to be written by `write`.

    Where as many may be none, there is room for one more.
    """
    if _in_lists():
        room = tf.TensorArray(like.dtype, size, element_shape=like.shape)
        if isinstance(size, int) and size:
            return room
        room = tf.TensorArray(like.dtype, tf.maximum(size, 1), element_shape=like.shape)
        return room.write(0, tf.zeros_like(like))  # a list of none has no shape
    return tf.zeros(tf.concat([[size], tf.shape(like)], 0), like.dtype)


def write(room: Any, t: Any, value: Any) -> Any:
    """Return the room with a value at a place."""
    if isinstance(room, tf.TensorArray):
        return room.write(t, value)
    return tf.tensor_scatter_nd_update(room, [[t]], value[None])


def stacked(room: Any, size: Any) -> Any:
    """Return that many tensors that were written, one below the other."""
    written = room.stack() if isinstance(room, tf.TensorArray) else room
    return written if isinstance(size, int) else written[:size]

"""What devices there are to run on."""

import tensorflow as tf


def has_gpu() -> bool:
    """Return whether TensorFlow sees a GPU."""
    return bool(tf.config.list_logical_devices("GPU"))

"""Tests on a card need one, and compute as exactly as it can."""

import pytest
import tensorflow as tf


@pytest.fixture(autouse=True)
def exact():
    """Products of float32, not of TF32."""
    before = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    yield
    tf.config.experimental.enable_tensor_float_32_execution(before)

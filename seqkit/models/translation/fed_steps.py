"""The loop over the steps of a decoder whose attention feeds its next step."""

from typing import Any

import tensorflow as tf


def fed_steps(
    decoder: Any, vectors: Any, states: list, encoded: Any, noise: Any, training: bool
) -> Any:
    raise NotImplementedError

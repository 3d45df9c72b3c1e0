"""Numbers that come from NumPy."""

from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """Return a NumPy scalar as a number of Python, anything else as it is.

    Example:
    >>> plain(np.float32(0.5)), plain(np.array(3)), plain("three")
    (0.5, 3, 'three')
    """
    if isinstance(value, (np.generic, np.ndarray)) and value.ndim == 0:
        return value.item()
    return value

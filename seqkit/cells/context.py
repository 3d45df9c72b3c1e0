"""Context units: what a network remembers of a vector, with or without decay."""

from typing import Any

import keras
import numpy as np
from keras import ops

from seqkit.cells import checks

# What the SNNS simulator and the R package RSNNS fix in their recurrent networks.
RSNNS = {"activation": "sigmoid", "output_activation": "linear", "decay": 0.3}
RSNNS_START = 0.5


def decay_rate(value: Any, size: int) -> Any:
    """Return a decay that is None, a number in [0, 1), or one for each context unit."""
    if value is None:
        return None
    numbers = np.asarray(value)
    if numbers.dtype.kind not in "if" or not np.all((numbers >= 0) & (numbers < 1)):
        raise ValueError(f"`decay` must be None or lie in [0, 1), got {value!r}.")
    if numbers.ndim == 0:
        return float(numbers)
    if numbers.shape != (size,):
        raise ValueError(
            f"`decay` must be a number or hold one for each of the {size} context "
            f"units, got {value!r}."
        )
    return [float(number) for number in numbers]


def with_preset(cell: str, preset: str | None, defaults: dict, given: dict) -> dict:
    """Return the given arguments, with those that the preset fixes in their place.

    Raises:
        ValueError: the preset is unknown, or an argument that it fixes came with a
            value that is neither the cell's default nor the preset's.
    """
    if checks.one_of("preset", preset, (None, "rsnns")) is None:
        return given
    for name, value in RSNNS.items():
        allowed = [_comparable(v) for v in (defaults[name], value)]
        if _comparable(given[name]) not in allowed:
            raise ValueError(
                f'{cell}: preset="rsnns" fixes `{name}` at {value!r}, '
                f"got {given[name]!r}."
            )
    return dict(RSNNS)


def _comparable(value: Any) -> Any:
    return keras.activations.get(value) if isinstance(value, (str, dict)) else value


def first_context(batch_size: Any, size: int, preset: str | None, dtype: str) -> Any:
    """Return the context before the first step: zeros, or 0.5 for the preset."""
    return ops.full((batch_size, size), RSNNS_START if preset else 0.0, dtype=dtype)


def next_context(context: Any, vector: Any, decay: Any, normalized: bool) -> Any:
    """Return s_{t+1}: v, or α s + v, or where normalized α s + (1 − α) v."""
    if decay is None:
        return vector
    decay = ops.convert_to_tensor(decay, dtype=vector.dtype)
    return decay * context + ((1 - decay) * vector if normalized else vector)

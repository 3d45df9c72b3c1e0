"""A training run on disk, from which it goes on as if it had not been stopped."""

import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import keras
import numpy as np

from seqkit.errors import InputError

CHECKPOINT_FILE = "checkpoint.npz"
_STATE = "state"


def write_checkpoint(
    folder: str | os.PathLike, state: Mapping[str, Any], arrays: Mapping[str, Any]
) -> None:
    """Write a checkpoint, in the place of an earlier one only when it is complete.

    Args:
        folder: The folder, which is made where it is missing.
        state: What JSON can hold.
        arrays: Lists of arrays by name.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    named: dict[str, Any] = {
        f"{name}/{number}": np.asarray(array)
        for name, listed in arrays.items()
        for number, array in enumerate(listed)
    }
    named[_STATE] = np.frombuffer(json.dumps(state).encode(), np.uint8)
    partial = Path(folder, f".{CHECKPOINT_FILE}.partial")
    try:
        with partial.open("wb") as file:
            np.savez(file, allow_pickle=False, **named)  # type: ignore[arg-type]
        partial.replace(Path(folder, CHECKPOINT_FILE))
    except BaseException:  # the one before stays as it was
        partial.unlink(missing_ok=True)
        with suppress(OSError):  # unless there is one
            partial.parent.rmdir()
        raise


def has_checkpoint(folder: str | os.PathLike | None) -> bool:
    """Say whether there is something in a folder to go on from."""
    return folder is not None and Path(folder, CHECKPOINT_FILE).exists()


def read_checkpoint(
    folder: str | os.PathLike,
) -> tuple[dict[str, Any], dict[str, list[np.ndarray]]] | None:
    """Read what `write_checkpoint` wrote; None where there is nothing.

    Raises:
        InputError: The file cannot be read.
    """
    path = Path(folder, CHECKPOINT_FILE)
    if not path.exists():
        return None
    try:
        with np.load(path) as stored:
            state = json.loads(stored[_STATE].tobytes())
            arrays: dict[str, list[np.ndarray]] = {}
            for key in stored.files:
                if key != _STATE:
                    arrays.setdefault(key.split("/")[0], []).append(stored[key])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: cannot be read as a checkpoint: {error}") from error
    return state, arrays


def values(variables: Sequence[keras.Variable]) -> list[np.ndarray]:
    """Give the values of variables, as arrays that do not change with them."""
    return [np.array(keras.ops.convert_to_numpy(each)) for each in variables]


def assign(variables: Sequence[keras.Variable], arrays: Sequence[np.ndarray]) -> None:
    """Give variables the values of arrays."""
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)

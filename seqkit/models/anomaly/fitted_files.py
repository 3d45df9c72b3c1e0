"""What was fitted, in a folder: small things in config.json, large arrays beside it."""

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from seqkit.errors import InputError
from seqkit.series import Fitted

ARRAYS_FILE = "fitted.npz"


def write_fitted(fitted: Fitted, folder: str | os.PathLike) -> dict[str, Any]:
    """Write large arrays into a folder; give the rest, for config.json."""
    large: dict[str, np.ndarray] = {}
    saved = fitted.to_dict(large)
    if large:
        arrays: dict[str, Any] = dict(large)
        np.savez_compressed(Path(folder, ARRAYS_FILE), **arrays)
    return saved


def read_fitted(saved: dict[str, Any], folder: str | os.PathLike) -> Any:
    """Read what `write_fitted` wrote.

    Raises:
        InputError: The arrays cannot be read.
    """
    path = Path(folder, ARRAYS_FILE)
    try:
        large = dict(np.load(path)) if path.is_file() else {}
        return Fitted.from_dict(saved, large)
    except (
        OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile,
    ) as error:  # fmt: skip
        raise InputError(f"{path}: cannot be read: {error!r}") from error

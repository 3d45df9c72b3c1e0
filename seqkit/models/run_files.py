"""The files of a run: where each is, and errors in one line when it cannot be read."""

import json
import os
from pathlib import Path
from typing import Any

from seqkit.errors import InputError

MODEL_FILE, CONFIG_FILE, METRICS_FILE = "model.keras", "config.json", "metrics.json"
PLOTS_FOLDER, SAVED_MODEL_FOLDER = "plots", "1"


def write_json(path: Path, content: Any) -> None:
    """Write readable JSON."""
    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def is_run(folder: Path) -> bool:
    """Return whether a folder holds a run of seqkit.

    Example:
        >>> is_run(Path("/"))
        False
    """
    try:
        read_config(folder)
    except InputError:
        return False
    return True


def read_config(folder: str | os.PathLike) -> dict[str, Any]:
    """Read the config.json of a run.

    Raises:
        InputError: The folder or the file is missing, or it is no run's.
    """
    path = Path(folder, CONFIG_FILE)
    if not path.parent.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{folder}: not a model folder: no {CONFIG_FILE}") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    if not isinstance(config, dict) or "seqkit" not in config:
        raise InputError(f"{path}: not written by seqkit")
    return config


def read_network(folder: str | os.PathLike, name: str = MODEL_FILE) -> Any:
    """Read the network of a run.

    Args:
        folder: The run's.
        name: Of the file in it.

    Raises:
        InputError: It is missing or cannot be read.
    """
    import keras

    import seqkit.layers
    import seqkit.models.classification.pooling  # noqa: F401  Keras finds classes by name

    path = Path(folder, name)
    if not path.is_file():
        raise InputError(f"{folder}: not a model folder: no {name}")
    try:
        return keras.models.load_model(path, compile=False)
    except Exception as error:  # whatever a damaged archive makes Keras raise
        reason = (str(error).strip() or repr(error)).splitlines()[0]
        raise InputError(f"{path}: cannot be read as a model: {reason}") from error

"""The files of a run: where each is, and errors in one line when it cannot be read."""

import json
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from seqkit.errors import InputError
from seqkit.version import __version__

MODEL_FILE, CONFIG_FILE, METRICS_FILE = "model.keras", "config.json", "metrics.json"
PLOTS_FOLDER, SAVED_MODEL_FOLDER = "plots", "1"


def write_json(path: Path, content: Any) -> None:
    """Write readable JSON, in which names of files that are not UTF-8 are escaped."""
    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")


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


def read_config(folder: str | os.PathLike, task: str | None = None) -> dict[str, Any]:
    """Read the config.json of a run.

    Args:
        folder: The run's.
        task: What it must be a run of, where it says so; None for any.

    Raises:
        InputError: The folder or the file is missing, or it is no run's, or one of
            another task.
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
    if task is not None and config.get("task", task) != task:
        raise InputError(
            f"{folder}: must be a run of {task}; it is one of {config['task']}"
        )
    return config


@contextmanager
def config_of(folder: str | os.PathLike, kind: str) -> Iterator[dict[str, Any]]:
    """Read the config.json of a run; what is made of it inside must be there.

    Args:
        folder: The run's.
        kind: Of model, for the message.

    Raises:
        InputError: As `read_config`, or the file is not of this kind.
    """
    config = read_config(folder)
    try:
        yield config
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{Path(folder, CONFIG_FILE)}: not the configuration of a {kind}, as "
            f"seqkit {__version__} writes it: {error!r}"
        ) from error


def write_config(
    folder: str | os.PathLike,
    settings: Any,
    notes: Mapping[str, Any] | None,
    **content: Any,
) -> None:
    """Write the config.json of a run.

    Args:
        folder: The run's.
        settings: A dataclass.
        notes: What the caller wants to keep.
        **content: What the model is made of again.
    """
    config = {"seqkit": __version__, **(notes or {}), "settings": asdict(settings)}
    write_json(Path(folder, CONFIG_FILE), config | content)


def read_network(
    folder: str | os.PathLike,
    name: str = MODEL_FILE,
    fits: Callable[[Any], bool] = lambda network: True,
) -> Any:
    """Read the network of a run.

    Args:
        folder: The run's.
        name: Of the file in it.
        fits: Whether it is one that the run's configuration is of.

    Raises:
        InputError: It is missing, cannot be read, or does not fit.
    """
    import keras

    import seqkit.layers  # noqa: F401  Keras finds classes by name

    path = Path(folder, name)
    if not path.is_file():
        raise InputError(f"{folder}: not a model folder: no {name}")
    if not zipfile.is_zipfile(path):
        raise InputError(f"{path}: cannot be read as a model: it is damaged")
    try:
        network = keras.models.load_model(path, compile=False)
    except Exception as error:  # whatever a damaged archive makes Keras raise
        reason = (str(error).strip() or repr(error)).splitlines()[0]
        raise InputError(f"{path}: cannot be read as a model: {reason}") from error
    if not fits(network):
        raise InputError(f"{path}: is not the network that {CONFIG_FILE} is of")
    return network


def write_arrays(folder: str | os.PathLike, name: str, arrays: dict[str, Any]) -> None:
    """Write arrays of a run."""
    np.savez(Path(folder, name), **arrays)


def read_arrays(
    folder: str | os.PathLike, name: str, arrays: Sequence[str]
) -> dict[str, np.ndarray]:
    """Read arrays of a run.

    Args:
        folder: The run's.
        name: Of the file in it.
        arrays: Their names.

    Raises:
        InputError: The file is missing or cannot be read.
    """
    path = Path(folder, name)
    try:
        with np.load(path) as stored:
            return {each: stored[each] for each in arrays}
    except FileNotFoundError as error:
        raise InputError(f"{folder}: not a model folder: no {name}") from error
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error

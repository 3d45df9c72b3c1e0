"""What was compiled, kept in a folder for the next process.

TensorFlow reads the setting when it is first imported: a program calls
`keep_compilations` before. Importing this module imports no TensorFlow.
"""

import hashlib
import importlib.metadata
import os
import platform
import sys
from pathlib import Path

VARIABLE = "SEQKIT_COMPILATION_CACHE"
LARGEST = 512 * 2**20  # bytes
FLAG = "--tf_xla_persistent_cache_directory"


def keep_compilations() -> Path | None:
    """Have TensorFlow keep what it compiles, from process to process.

    The folder is one of the user's caches, `~/.cache/seqkit` on Linux, for this
    processor and version of TensorFlow; the environment variable
    `SEQKIT_COMPILATION_CACHE` names another, or is "off". It is kept below 512 MB: what
    was used least lately is removed.

    Returns:
        The folder; None where nothing is kept: because the variable says so, the folder
        cannot be written, or TensorFlow is there already.
    """
    asked = os.environ.get(VARIABLE, "")
    flags = os.environ.get("TF_XLA_FLAGS", "")
    if asked == "off" or "tensorflow" in sys.modules or FLAG in flags:
        return None
    folder = (Path(asked) if asked else _user_cache() / "seqkit") / _machine()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trim(folder, LARGEST)
    except OSError:
        return None
    if not os.access(folder, os.W_OK):
        return None
    os.environ["TF_XLA_FLAGS"] = f"{flags} {FLAG}={folder}".strip()
    return folder


def trim(folder: Path, largest: int) -> None:
    """Remove files, those used least lately first, until the rest is no larger.

    Args:
        folder: Where they are.
        largest: How many bytes may stay.
    """
    found = [(path, path.stat()) for path in folder.iterdir() if path.is_file()]
    found.sort(key=lambda item: max(item[1].st_atime, item[1].st_mtime))
    size = sum(status.st_size for _, status in found)
    for path, status in found:
        if size <= largest:
            return
        path.unlink(missing_ok=True)
        size -= status.st_size


def _user_cache() -> Path:
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local"))
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _machine() -> str:
    """Return a name for the processor and the version of TensorFlow.

    Compiled code runs on the kind of processor for which it was compiled.
    """
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = "".join(
            sorted({x for x in lines if x.startswith(("model name", "flags"))})
        )
    except OSError:
        processor = platform.processor()
    version = importlib.metadata.version("tensorflow")
    return hashlib.sha256(f"{processor} {version}".encode()).hexdigest()[:12]

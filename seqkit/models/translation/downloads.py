"""Files from the network: checked by their SHA-256, kept in a cache."""

import hashlib
import http.client
import os
import urllib.error
import urllib.request
from pathlib import Path

from tqdm import tqdm

from seqkit.errors import InputError
from seqkit.version import __version__

_TIMEOUT = 30  # seconds without a piece of the answer
_PIECE = 1 << 16  # bytes
_INSTEAD = "a file that you have already can be given instead"
_BROKEN = (
    urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError,
)  # fmt: skip


def cache_folder() -> Path:
    """Give the folder of all downloads: seqkit in $XDG_CACHE_HOME, else in ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "seqkit")


def fetch(url: str, folder: Path, sha256: str | None = None) -> Path:
    """Give a file of the network; from the folder, if it was downloaded before.

    The file must have the checksum `sha256`. Where none is known, that of the first
    download is written beside it, and from then on the file must agree with it: that
    finds a file damaged later, and cannot vouch for the first download.

    Args:
        url: Its address.
        folder: Where to keep it.
        sha256: Its checksum in hexadecimal digits, where it is known.

    Raises:
        InputError: It cannot be downloaded or kept, or has another checksum.
    """
    path = folder / url.rsplit("/", 1)[-1]
    recorded = path.with_name(path.name + ".sha256")
    try:
        if not path.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            found = _download(url, path, sha256)
            if sha256 is None:
                recorded.write_text(f"{found}  {path.name}\n", encoding="ascii")
        elif _sha256(path) != (sha256 or recorded.read_text("ascii").split()[0]):
            raise InputError(
                f"{path}: is not as it was downloaded (its SHA-256 is another); "
                "remove it to have it downloaded again"
            )
    except OSError as error:
        raise InputError(f"{path}: cannot be kept: {error.strerror}") from error
    return path


def _download(url: str, path: Path, sha256: str | None) -> str:
    """Download a file that is there as a whole and right, or not at all."""
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        _write(url, partial)
        found = _sha256(partial)
        if found != (sha256 or found):
            raise InputError(
                f"{url}: is another file than expected: its SHA-256 is {found}, not "
                f"{sha256}; {_INSTEAD}"
            )
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return found


def _write(url: str, path: Path) -> None:
    agent = {"User-Agent": f"seqkit/{__version__}"}
    request = urllib.request.Request(url, headers=agent)
    try:
        with (
            urllib.request.urlopen(request, timeout=_TIMEOUT) as answer,
            open(path, "wb") as file,
        ):
            size = int(answer.headers["Content-Length"] or 0)
            progress = tqdm(
                desc=url, total=size or None, unit="B", unit_scale=True, leave=False
            )
            with progress:
                while piece := answer.read(_PIECE):
                    progress.update(file.write(piece))
    except _BROKEN as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # it holds the connection
        raise InputError(f"{url}: cannot be downloaded: {error}; {_INSTEAD}") from error
    if size and progress.n != size:
        raise InputError(
            f"{url}: cannot be downloaded: only {progress.n} of {size} bytes came; "
            + _INSTEAD
        )


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()

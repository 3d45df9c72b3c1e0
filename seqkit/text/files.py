"""Lines of text files in UTF-8, plain or gzipped."""

import gzip
import zlib
from pathlib import Path

from seqkit.errors import InputError


def text_lines(path: Path) -> list[str]:
    """Read the lines of a file in UTF-8, gzipped if it ends in .gz.

    Lines end with a line feed, or a carriage return and one. A byte order mark counts
    for nothing.

    Raises:
        InputError: The file is missing, empty, cannot be read, or is not UTF-8; the
            message names the line.
    """
    lines = read_bytes(path).split(b"\n")
    if lines[-1] == b"":
        del lines[-1]
    return [_decoded(path, number, line) for number, line in enumerate(lines, start=1)]


def read_bytes(path: Path) -> bytes:
    """Read a file, gzipped if it ends in .gz, without its byte order mark.

    Raises:
        InputError: The file is missing, empty or cannot be read.
    """
    try:
        raw = path.read_bytes()
        if path.suffix.lower() == ".gz":
            raw = gzip.decompress(raw)
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file") from error
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read: {reason}") from error
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if not raw:
        raise InputError(f"{path}: is empty")
    return raw


def _decoded(path: Path, number: int, line: bytes) -> str:
    try:
        return line.decode("utf-8").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}, line {number}: is not UTF-8 (byte 0x{line[error.start]:02x}); "
            "convert it, for example with iconv"
        ) from error

"""Lines of text files in UTF-8, plain or gzipped."""

import gzip
import zlib
from pathlib import Path

from seqkit.errors import InputError


def text_lines(path: Path) -> list[str]:
    """Read the lines of a file in UTF-8, gzipped if it ends in .gz.

    Lines end as in `read_bytes`. A byte order mark counts for nothing.

    Raises:
        InputError: The file is missing, empty, cannot be read, or is not UTF-8; the
            message names the line.
    """
    return lines_of_bytes(read_bytes(path), path)


def lines_of_bytes(raw: bytes, name: object) -> list[str]:
    """Give the lines of what `name` was read from.

    Raises:
        InputError: As `text_lines`.

    Example:
        >>> lines_of_bytes(b"one\\n\\ntwo\\n", "standard input")
        ['one', '', 'two']
    """
    lines = _plain(raw, name).split(b"\n")
    if lines[-1] == b"":
        del lines[-1]
    return [_decoded(name, number, line) for number, line in enumerate(lines, start=1)]


def read_bytes(path: Path) -> bytes:
    """Read a file, gzipped if it ends in .gz, without its byte order mark.

    Lines end with a line feed, or a carriage return and one; in a file without any line
    feed with a carriage return, which is replaced.

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
    return _plain(raw, path)


def _plain(raw: bytes, name: object) -> bytes:
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if not raw:
        raise InputError(f"{name}: is empty")
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def _decoded(name: object, number: int, line: bytes) -> str:
    try:
        return line.decode("utf-8").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name}, line {number}: is not UTF-8 (byte 0x{line[error.start]:02x}); "
            "convert it, for example with iconv"
        ) from error

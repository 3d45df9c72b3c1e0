"""Lines of text files in UTF-8, plain or gzipped."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seqkit.errors import InputError


def text_lines(path: Path) -> list[str]:
    """Read the lines of a file in UTF-8, gzipped if it ends in .gz.

    Lines end as in `read_bytes`. A byte order mark counts for nothing.

    Raises:
        InputError: The file is missing, empty, no text, cannot be read, or is not
            UTF-8; the message names the line.
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
    return [
        decoded(line, name, number).removesuffix("\r")
        for number, line in enumerate(lines, start=1)
    ]


def read_bytes(path: Path) -> bytes:
    """Read a file, gzipped if it ends in .gz, without its byte order mark.

    Lines end with a line feed, or a carriage return and one; in a file without any line
    feed with a carriage return, which is replaced.

    Raises:
        InputError: The file is missing, empty, no text or cannot be read.
    """
    with _opened(path) as file:
        raw = file.read()
    return _plain(raw, path)


def each_line(path: Path) -> Iterator[bytes]:
    """Give the lines of a file, gzipped if it ends in .gz, one after the other.

    Raises:
        InputError: The file is missing, empty or cannot be read.
    """
    with _opened(path) as file:
        first = file.readline()
        if not first:
            raise InputError(f"{path}: is empty")
        yield first
        yield from file


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a file to read bytes; what goes wrong with it meanwhile is said."""
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else open(path, "rb") as f:
            yield f
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file") from error
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read: {reason}") from error


def _plain(raw: bytes, name: object) -> bytes:
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if not raw:
        raise InputError(f"{name}: is empty")
    if raw.startswith(b"\x1f\x8b"):
        raise InputError(f"{name}: is gzipped; its name must end in .gz")
    if raw.startswith(b"PK\x03\x04"):
        raise InputError(f"{name}: is a zip archive, not text; as .xlsx files are")
    for form, zeros in (("UTF-16LE", raw[1:4:2]), ("UTF-16BE", raw[:4:2])):
        if zeros == b"\0\0":
            raise InputError(
                f"{name}: is not UTF-8 (byte 0x00); convert it, for example with "
                f"iconv -f {form} -t UTF-8"
            )
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def decoded(raw: bytes, name: object, line: int = 1) -> str:
    """Read UTF-8.

    Args:
        raw: What to read.
        name: What it was read from.
        line: Number of the first line in it.

    Raises:
        InputError: It is not UTF-8; the message names the line.
    """
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line += raw[: error.start].count(b"\n")
        utf_16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        form = "UTF-16" if utf_16 else "LATIN1"
        raise InputError(
            f"{name}, line {line}: is not UTF-8 (byte 0x{raw[error.start]:02x}); "
            f"convert it, for example with iconv -f {form} -t UTF-8"
        ) from error

"""Folders and files that are there complete or not at all."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from seqkit.errors import InputError


@contextmanager
def complete_folder(
    folder: str | os.PathLike, replaceable: Callable[[Path], bool]
) -> Iterator[Path]:
    """Write a folder under another name, and rename it when it is complete.

    What is written goes to a hidden folder beside `folder`. When the block ends well
    that one takes the place of `folder`; when it raises it is removed, and whatever
    was at `folder` stays as it was.

    Args:
        folder: The folder to be.
        replaceable: Whether an existing folder that holds something may be replaced.

    Yields:
        The path to write to.

    Raises:
        InputError: `folder` is a file, or a folder that may not be replaced, or
            nothing can be written beside it.

    Example:
        >>> import tempfile
        >>> target = Path(tempfile.mkdtemp()) / "run"
        >>> with complete_folder(target, replaceable=lambda folder: False) as partial:
        ...     _ = (partial / "a.txt").write_text("a")
        ...     target.exists()
        False
        >>> [file.name for file in target.iterdir()]
        ['a.txt']
    """
    folder = Path(folder).resolve()  # what a link names, not the link
    if folder.exists():
        if not folder.is_dir():
            raise InputError(f"{folder}: is a file; a folder is to be written there")
        if any(folder.iterdir()) and not replaceable(folder):
            raise InputError(
                f"{folder}: holds something else than this program writes; name "
                "another folder, or move that one away"
            )
    partial = folder.with_name(f".{folder.name}.partial-{os.getpid()}")
    former = folder.with_name(f".{folder.name}.former-{os.getpid()}")
    try:
        partial.mkdir(parents=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror}") from error
    try:
        yield partial
        if folder.exists():
            folder.rename(former)
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        if former.exists():
            former.rename(folder)
        raise
    shutil.rmtree(former, ignore_errors=True)


def write_file(path: str | os.PathLike, text: str) -> None:
    """Write a text file in UTF-8, under another name until it is complete.

    What is no ordinary file, such as a device, is written to as it is.

    Args:
        path: The file to be.
        text: What it is to hold.

    Example:
        >>> import tempfile
        >>> page = Path(tempfile.mkdtemp()) / "page.html"
        >>> write_file(page, "a page")
        >>> page.read_text(), [file.name for file in page.parent.iterdir()]
        ('a page', ['page.html'])
    """
    path = Path(path)
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")
        return
    path = path.resolve()  # what a link names, not the link
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)

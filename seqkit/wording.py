"""Words that follow numbers, and values in messages of one line."""

from typing import Any


def counted(number: int, noun: str) -> str:
    """Give a number and its noun, in the plural unless it is one.

    Example:
        >>> counted(1, "reading"), counted(2, "reading"), counted(0, "gap")
        ('1 reading', '2 readings', '0 gaps')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def briefly(value: Any) -> str:
    """Write a value for a message: on one line, the middle of a long one left out.

    Example:
        >>> briefly("three"), briefly([[1, 2]] * 40)
        ("'three'", '[[1, 2], [1, 2], [1, 2], [1, 2 … , [1, 2], [1, 2], [1, 2]]')
    """
    line = " ".join(repr(value).split())
    return line if len(line) <= 60 else f"{line[:30]} … {line[-25:]}"

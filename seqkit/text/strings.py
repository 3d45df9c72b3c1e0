"""Texts as people give them: lists of strings."""

from collections.abc import Iterable

from seqkit.errors import InputError
from seqkit.wording import briefly


def checked_strings(texts: Iterable[str], name: str) -> list[str]:
    """Give texts as a list.

    Args:
        texts: The texts.
        name: What to call them.

    Raises:
        InputError: It is one string, which is a list of letters too, or no list, or one
            of them is no string, or has half a character that UTF-8 cannot write.

    Example:
        >>> checked_strings(("a", "b"), "texts")
        ['a', 'b']
    """
    if isinstance(texts, (str, bytes)) or not isinstance(texts, Iterable):
        raise InputError(f"{name} must be a list of strings; got {briefly(texts)}")
    found = list(texts)
    for number, text in enumerate(found):
        if not isinstance(text, str):
            raise InputError(
                f"{name} must be strings; got {briefly(text)} at position {number}"
            )
        if not is_utf8(text):
            raise InputError(
                f"{name} must be texts that UTF-8 can write; got {briefly(text)} at "
                f"position {number}"
            )
    return list(map(str, found))


def is_utf8(text: str) -> bool:
    r"""Return whether UTF-8 can write a text.

    Example:
        >>> is_utf8("caf\u00e9"), is_utf8("caf\udce9")
        (True, False)
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

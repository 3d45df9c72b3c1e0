"""Docstrings that say everything: what a class takes from others is added to its own.

A docstring is prose, then sections such as `Args:`. What is written once, in a base or
in the cell of a layer, is put into the docstring of each class that takes it, so that
`help` shows it.
"""

import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Any

NAMED = ("Args", "Call arguments")  # sections with an entry for each argument
INHERITED = ("Returns", "Raises")
INDENTED = (*NAMED, *INHERITED, "Attributes")
_TITLE = re.compile(
    r"(Args|Call arguments|Returns|Yields|Raises|Attributes|Example|Reference):"
)
_STARS: dict[Any, str] = {
    inspect.Parameter.VAR_POSITIONAL: "*",
    inspect.Parameter.VAR_KEYWORD: "**",
}
_ENTRY = re.compile(r"    (\S.*?): ")


def sections(doc: str | None) -> dict[str, str]:
    """Return the parts of a docstring by title, its prose as "".

    Example:
    >>> sections("A sum.\\n\\nArgs:\\n    x: a number.\\n\\nReference: Euclid.")
    {'': 'A sum.', 'Args': '    x: a number.', 'Reference': 'Reference: Euclid.'}
    """
    title = ""
    found: dict[str, list[str]] = {"": []}
    for line in inspect.cleandoc(doc or "").splitlines():
        start = _TITLE.match(line)
        if start:
            title = start[1]
            found[title] = [] if title in INDENTED else [line]
            continue
        if title in INDENTED and line and not line.startswith(" "):
            title = ""  # prose that goes on after a section
        found[title].append(line)
    return {title: "\n".join(lines).strip("\n") for title, lines in found.items()}


def entries(doc: str | None, title: str = "Args") -> dict[str, str]:
    """Return the entries of a section, as they are written, by the names of arguments.

    Example:
    >>> entries("A sum.\\n\\nArgs:\\n    x: a number.\\n    **more: options.")
    {'x': '    x: a number.', '**more': '    **more: options.'}
    """
    name, found = "", {"": ""}
    for line in sections(doc).get(title, "").splitlines():
        start = _ENTRY.match(line)
        if start:
            name = start[1]
            found[name] = line
        else:
            found[name] += "\n" + line
    del found[""]
    return found


def _joined(parts: dict[str, str]) -> str:
    """Return the docstring with these parts."""
    order = ("", *INDENTED, *(t for t in parts if t not in ("", *INDENTED)))
    given = [(title, parts[title]) for title in order if parts.get(title)]
    return "\n\n".join(f"{t}:\n{text}" if t in INDENTED else text for t, text in given)


def with_entries(doc: str | None, lines: Iterable[str]) -> str | None:
    """Return a docstring whose section of arguments is these lines, broken to fit.

    Example:
    >>> with_entries("A sum.", ["x: a number."])
    'A sum.\\n\\nArgs:\\n    x: a number.'
    """
    if doc is None:
        return None
    wrapped = [
        textwrap.fill(
            line, 84, initial_indent=" " * 4, subsequent_indent=" " * 8,
            break_long_words=False, break_on_hyphens=False,
        )
        for line in lines
    ]  # fmt: skip
    return _joined({**sections(doc), "Args": "\n".join(wrapped)})


def _described(
    title: str, signature: inspect.Signature, docs: Iterable[str | None]
) -> str:
    """Return a section with an entry for each argument, from the first that has it."""
    known = [entries(doc, title) for doc in docs]
    found = []
    for name, parameter in signature.parameters.items():
        name = _STARS.get(parameter.kind, "") + name
        found += [each[name] for each in known if name in each][:1]
    return "\n".join(found)


def complete(cls: type, line: Sequence[type]) -> str | None:
    """Return the docstring of a class with what it takes from its bases and its cell.

    Args:
        cls: a class. One without a docstring of its own is left without.
        line: the class and its bases.
    """
    own = vars(cls).get("__doc__")
    if own is None:
        return None
    docs = [vars(each).get("__doc__") for each in line]
    parts = sections(own)
    cell = vars(cls).get("cell_class")
    if cell is not None:
        docs.append(cell.__doc__)
        _, _, equations = sections(cell.__doc__)[""].partition("\n\n")
        package = cell.__module__.rpartition(".")[0]
        parts[""] += f"\n\nIts cell, `{package}.{cell.__name__}`:\n\n{equations}"
    for title in INHERITED:
        given = [sections(doc).get(title, "") for doc in docs]
        parts[title] = next(filter(None, given), "")
    parts["Args"] = _described("Args", inspect.signature(cls), docs)
    call = inspect.signature(cls.call)  # type: ignore
    parts["Call arguments"] = _described("Call arguments", call, docs)
    return _joined(parts)


def described_as(*others: Callable) -> Callable[[Callable], Any]:
    """Return a decorator that describes arguments as other functions describe theirs.

    Example:
    >>> def double(x: int) -> int:
    ...     '''Return 2 x.
    ...
    ...     Args:
    ...         x: a number.
    ...     '''
    >>> @described_as(double)
    ... def triple(x: int) -> int:
    ...     '''Return 3 x.'''
    >>> print(triple.__doc__)
    Return 3 x.
    <BLANKLINE>
    Args:
        x: a number.
    """

    def described(function: Any) -> Any:
        if function.__doc__ is not None:
            docs = [function.__doc__, *(each.__doc__ for each in others)]
            args = _described("Args", inspect.signature(function), docs)
            function.__doc__ = _joined({**sections(function.__doc__), "Args": args})
        return function

    return described

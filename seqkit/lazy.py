"""Packages whose names are imported when they are first used."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_names(
    package: str, modules: Mapping[str, str | None]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return a package's `__getattr__` and `__dir__` for names imported on first use.

    Args:
        package: its `__name__`.
        modules: by each public name the module that has it, from the package on; None
            where it is a module itself.

    Example:
    >>> get, names = lazy_names("seqkit", {"cells": None, "LEVELS": "text.rules"})
    >>> names()
    ['LEVELS', 'cells']
    >>> get("LEVELS")
    ('bpe', 'word', 'char')
    """

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = modules[name]
        if module is None:
            return import_module(f"{package}.{name}")
        return getattr(import_module(f"{package}.{module}"), name)

    return get, lambda: sorted(modules)

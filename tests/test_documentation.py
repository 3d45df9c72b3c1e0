"""The examples in docstrings and in the README run, and print what they say."""

import contextlib
import doctest
import importlib
import io
import pathlib
import pkgutil
import re

import numpy as np
import pytest

import seqkit

ROOT = pathlib.Path(__file__).parents[1]
MODULES = [
    module.name
    for module in pkgutil.walk_packages(seqkit.__path__, "seqkit.")
    if not module.name.startswith("seqkit.testing")
]


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name):
    module = importlib.import_module(name)
    result = doctest.testmod(module, extraglobs={"np": np})
    assert result.failed == 0


def python_blocks(text):
    """Return the Python blocks of a Markdown text, each with the output below it."""
    pattern = r"```python\n(.*?)```\n+```text\n(.*?)```"
    return re.findall(pattern, text, re.DOTALL)


PAGES = [
    "README.md",
    pytest.param("docs/anomaly.md", marks=pytest.mark.slow),
]


@pytest.mark.parametrize("page", PAGES)
def test_pages(page):
    blocks = python_blocks((ROOT / page).read_text())
    assert blocks
    names: dict = {}  # a block goes on from those before it
    for code, expected in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, page, "exec"), names)
        assert printed.getvalue() == expected

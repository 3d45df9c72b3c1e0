"""The examples in the docstrings of `seqkit.testing` run."""

import doctest
import importlib
import pkgutil

import numpy as np
import pytest

import seqkit.testing

MODULES = [
    module.name
    for module in pkgutil.walk_packages(seqkit.testing.__path__, "seqkit.testing.")
]


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name):
    result = doctest.testmod(importlib.import_module(name), extraglobs={"np": np})
    assert result.failed == 0

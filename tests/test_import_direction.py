"""Imports point one way: apps -> models -> layers -> cells, recurrence.

`text`, `series` and `decoding` import none of these, `export` takes any model, and only
tests import `testing`. What TensorFlow alone has stays out of the cells.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "seqkit"

# What each part of seqkit may import of the others. A part that is missing here fails.
HELPERS = {
    "version",
    "signature",
    "docstrings",
    "lazy",
    "keras_internals",
    "tensorflow_internals",
    "errors",
    "folders",
    "wording",
    "scalars",
    "compilation_cache",
}
BELOW_MODELS = {"layers", "cells", "recurrence", "text", "series", "decoding"}
ALLOWED = {
    "__init__": HELPERS,
    **dict.fromkeys(HELPERS, HELPERS),
    "fresh_process": set(),
    **dict.fromkeys(("cells", "text", "series", "decoding", "plots", "tasks"), HELPERS),
    "recurrence": {"cells", *HELPERS},
    "layers": {"cells", "recurrence", *HELPERS},
    "learning": {"layers", "cells", "recurrence", *HELPERS},
    "convert": {"layers", "cells", *HELPERS},
    "inspect": {"layers", "cells", "recurrence", "decoding", "plots", *HELPERS},
    "export": {"fresh_process", "recurrence", *HELPERS},
    "models": {*BELOW_MODELS, "export", "plots", *HELPERS},
    "apps": {*BELOW_MODELS, "models", "export", "plots", "inspect", *HELPERS},
}


def imported(source, package=("seqkit",), inside_functions=True):
    """The names that a module imports, in full: `seqkit.cells.checks.rate`."""
    nodes, found = [ast.parse(source)], set()
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = [*base, *([node.module] if node.module else [])]
            found |= {".".join([*module, alias.name]) for alias in node.names}
        if inside_functions or not isinstance(node, ast.FunctionDef):
            nodes += ast.iter_child_nodes(node)
    return found


def imported_by(path, **options):
    package = path.relative_to(ROOT).parts[:-1]
    return imported(path.read_text(encoding="utf-8"), package, **options)


def parts(names):
    """The parts of seqkit among imported names."""
    return {n.split(".")[1] for n in names if n.startswith("seqkit.")} - {"__version__"}


def part_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def of_tensorflow(names):
    return {n for n in names if n.split(".")[0] in ("tensorflow", "tf_keras")}


def files(*folder):
    return sorted(ROOT.joinpath(*folder).rglob("*.py"))


def name_of(path):
    return str(path.relative_to(ROOT))


def modules_of(names):
    """The files of the modules of seqkit that are named, or hold what is named."""
    for name in names:
        path = ROOT.joinpath(*name.split("."))
        for stem in (path, path.parent):
            for file in (stem.with_suffix(".py"), stem / "__init__.py"):
                if name.startswith("seqkit.") and file.is_file():
                    yield file


SOURCES = [p for p in files("seqkit") if part_of(p) != "testing"]


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_direction(path):
    part, names = part_of(path), imported_by(path)
    assert part in ALLOWED, f"say in {__file__} what seqkit.{part} may import"
    assert parts(names) <= ALLOWED[part] | {part}
    assert not {n for n in names if n.split(".")[0] in ("tests", "benchmarks")}


@pytest.mark.parametrize("path", files("benchmarks"), ids=name_of)
def test_only_tests_import_testing(path):
    assert "testing" not in parts(imported_by(path))


@pytest.mark.parametrize("path", files("seqkit", "apps"), ids=name_of)
def test_apps_use_public_names(path):
    ours = [n for n in imported_by(path) if n.startswith("seqkit")]
    assert not [n for n in ours if any(p.startswith("_") for p in n.split("."))]


@pytest.mark.parametrize("path", files("seqkit", "cells"), ids=name_of)
def test_cells_import_nothing_of_tensorflow(path):
    assert not of_tensorflow(imported_by(path))


def test_importing_the_cells_imports_nothing_of_tensorflow():
    """Nor does any module of seqkit that comes with them."""
    todo, done = set(files("seqkit", "cells")), set()
    while todo:
        path = todo.pop()
        done.add(path)
        names = imported_by(path, inside_functions=False)
        assert not of_tensorflow(names), path
        todo |= set(modules_of(names)) - done
    assert PACKAGE / "keras_internals.py" in done


def test_imports_are_seen():
    source = """
import tensorflow.io
from seqkit import layers
from ..models import classifier
from . import checks
def f():
    from seqkit.testing.contract import check_layer
"""
    everywhere = imported(source, ("seqkit", "cells"))
    assert parts(everywhere) == {"layers", "models", "cells", "testing"}
    assert of_tensorflow(everywhere) == {"tensorflow.io"}
    at_the_top = imported(source, ("seqkit", "cells"), inside_functions=False)
    assert parts(at_the_top) == {"layers", "models", "cells"}

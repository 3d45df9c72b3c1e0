"""Private names of Keras and TensorFlow are in one module each."""

import ast
import re
from pathlib import Path

import seqkit
from seqkit import keras_internals, tensorflow_internals

PACKAGE = Path(seqkit.__file__).parent
HOMES = [Path(m.__file__) for m in (keras_internals, tensorflow_internals)]
MODULES = list(PACKAGE.rglob("*.py"))
OF_PYTHON = {"_replace", "_asdict", "_fields", "_make", "_getframe"}


def private(name):
    return name.startswith("_") and not name.startswith("__")


def defined(tree):
    """The private names that a module gives to something."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value  # as a key of `vars(thing)`


def used(tree):
    """The attributes that a module reads, and the modules that it imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield f"{node.module}."
        elif isinstance(node, ast.Import):
            yield from (f"{alias.name}." for alias in node.names)


def test_private_names_are_in_one_module():
    trees = {path: ast.parse(path.read_text("utf-8")) for path in MODULES}
    own = {name for tree in trees.values() for name in defined(tree)}
    own |= OF_PYTHON
    found = [
        f"{path.relative_to(PACKAGE.parent)}: {name}"
        for path, tree in trees.items()
        if path not in HOMES
        for name in used(tree)
        if (private(name) and name not in own)
        or re.match(r"keras\.src\.|tensorflow\.python\.", name)
    ]
    assert found == []


def test_every_private_name_is_explained():
    tree = ast.parse(HOMES[0].read_text("utf-8"))
    names = {name for name in used(tree) if private(name)}
    names |= {*keras_internals.__all__}
    assert set(keras_internals.__all__) < set(dir(keras_internals))
    assert [n for n in sorted(names) if f"`{n}`" not in keras_internals.__doc__] == []

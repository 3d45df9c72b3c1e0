"""What `help`, `dir` and a plain `import seqkit` show."""

import importlib
import inspect
import subprocess
import sys

import pytest

import seqkit
from seqkit.docstrings import entries

PACKAGES = [f"seqkit.{name}" for name in seqkit.__all__ if name != "__version__"]
PACKAGES += [
    "seqkit.inspect.pictures",
    "seqkit.series.metrics",
    "seqkit.testing.contract",
]


def public_names(package):
    """What a package lists by name, or what a module defines."""
    module = importlib.import_module(package)
    own = [n for n, v in vars(module).items() if inspect.getmodule(v) is module]
    names = getattr(module, "__all__", [n for n in own if not n.startswith("_")])
    return {name: getattr(module, name) for name in names}


CALLABLES = {
    f"{package}.{name}": thing
    for package in PACKAGES
    if package != "seqkit.apps"
    for name, thing in public_names(package).items()
    if inspect.isfunction(thing) or inspect.isclass(thing)
}


def spelled(parameter):
    stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}
    return stars.get(parameter.kind, "") + parameter.name


@pytest.mark.parametrize("thing", CALLABLES.values(), ids=CALLABLES)
def test_every_argument_is_described(thing):
    if inspect.isclass(thing) and issubclass(thing, Exception):
        return
    taken = [spelled(p) for p in inspect.signature(thing).parameters.values()]
    described = list(entries(thing.__doc__))
    if set(described) != set(taken):
        described = list(entries(thing.__doc__, "Attributes"))
    assert sorted(described) == sorted(taken)


def test_help_shows_inherited_arguments_once_and_in_order():
    from seqkit.layers import LSTM

    described = entries(LSTM.__doc__)
    assert list(described) == [
        spelled(p) for p in inspect.signature(LSTM).parameters.values()
    ]
    assert LSTM.__doc__.count("    recompute: ") == 1
    assert "h_t = o_t ⊙ tanh(c_t)" in LSTM.__doc__.split("Args:")[0]
    assert list(entries(LSTM.__doc__, "Call arguments")) == [
        "sequences",
        "initial_state",
        "mask",
        "training",
    ]


def test_a_subclass_adds_to_its_docstring_what_it_inherits():
    from seqkit.layers import GRU

    class Tall(GRU):
        """A layer.

        Args:
            height: how tall.
            units: as ever.

        What else is to be said.
        """

        def __init__(self, units, height=1, **kwargs):
            super().__init__(units, **kwargs)

    class Silent(Tall):
        pass

    assert Tall.__doc__.startswith("A layer.\n\nWhat else is to be said.")
    described = entries(Tall.__doc__)
    assert described["height"] == "    height: how tall."
    assert described["units"] == "    units: as ever."
    assert described["dropout"] == entries(GRU.__doc__)["dropout"]
    assert Silent.__doc__ is None


IN_A_NEW_PROCESS = """
import sys
import seqkit
heavy = {"keras", "tensorflow", "numpy", "matplotlib"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
assert set(dir(seqkit)) == set(seqkit.__all__) - {"__version__"}, dir(seqkit)
assert not heavy & set(sys.modules)
assert "Translator" in dir(seqkit.models) and "TextCodec" in dir(seqkit.text)
assert "tensorflow" not in sys.modules
assert seqkit.layers.LSTM(3).units == 3
try:
    seqkit.layer
except AttributeError as error:
    assert str(error) == "module 'seqkit' has no attribute 'layer'"
else:
    raise AssertionError
"""


def test_importing_seqkit_is_light_and_shows_its_packages():
    done = subprocess.run(
        [sys.executable, "-c", IN_A_NEW_PROCESS], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("package", PACKAGES)
def test_dir_lists_every_public_name(package):
    assert set(public_names(package)) <= set(dir(importlib.import_module(package)))

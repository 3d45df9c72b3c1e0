"""Every public layer keeps the contract."""

import sys
import types

import keras
import pytest

from seqkit import layers
from seqkit.testing import contract
from seqkit.testing.discovery import public_layers
from seqkit.testing.points import (
    dropout,
    exports,
    gradients,
    graphs,
    masking,
    sequences,
)
from seqkit.testing.subject import Subject
from tests.testing import broken_layers
from tests.testing.cases import CASES, PLAIN, VARIANTS

# In a graph every shape has to be compiled, which is what takes the time: here each
# layer runs the compiled loop once outside training, and once in training under masks.
# `test_everything_in_graphs` does the other checks.
#
# These stand for all layers where shapes are unknown: they have one state or two, a
# readout or none, two directions.
UNKNOWN_SHAPES = ("SimpleRNN", "LSTM", "GRU", "Elman", "Jordan", "Bidirectional")
# For the variants of a layer: the equations, their gradients, and the config.
QUICK_FOR_VARIANTS = (
    sequences.check_cell_loop,
    sequences.check_plain_loop,
    masking.check_shortened,
    gradients.check_masked_autodiff,
    gradients.check_finite_differences,
)
EXPORT = (exports.check_export,)  # all layers at once, in `test_exported`


def by_name(case):
    return case.name


def hold(case, **options):
    contract.check_layer(case, truncated=case.truncated, leave_out=EXPORT, **options)


def test_every_public_layer_has_a_case():
    public = public_layers()
    assert set(CASES) == set(public)
    assert all(c.layer is public[n] for n, cases in CASES.items() for c in cases)


def test_a_new_layer_is_found():
    module = types.ModuleType("more_layers")
    module.__all__ = ["GRU", "LSTM", "RecurrentLayer", "cell"]
    module.GRU, module.LSTM = layers.GRU, keras.layers.LSTM
    module.RecurrentLayer, module.cell = layers.RecurrentLayer, layers.GRU(2)
    sys.modules["more_layers"] = module
    try:
        assert set(public_layers("more_layers")) == {"GRU", "LSTM"}
    finally:
        del sys.modules["more_layers"]


@pytest.mark.parametrize("case", PLAIN, ids=by_name)
def test_eager(case):
    points = tuple(p for p in contract.POINTS if p != "graph")
    hold(case, points=points, modes=("eager",))


@pytest.mark.parametrize("case", PLAIN, ids=by_name)
def test_in_graphs(case):
    subject = Subject(case, truncated=case.truncated, graph=True)
    sequences.check_plain_loop(subject)
    if case.layer.__name__ not in UNKNOWN_SHAPES:  # which train there
        gradients.check_masked_autodiff(subject)


@pytest.mark.parametrize("case", VARIANTS, ids=by_name)
def test_variants(case):
    subject = Subject(case, truncated=case.truncated)
    for check in QUICK_FOR_VARIANTS:
        check(subject)


def test_exported():
    """One SavedModel of all layers gives the same in a fresh process."""
    cases = {case.layer.__name__: case for case in PLAIN}
    problems = exports.export_problems({n: Subject(c) for n, c in cases.items()})
    assert not problems


def test_compiled_functions_are_noticed_in_an_export(tmp_path):
    inputs = keras.Input((None, 3))
    model = keras.Model(inputs, broken_layers.ExportsCompiled(4)(inputs))
    model.export(tmp_path, verbose=False)
    assert exports.compiled_functions(tmp_path)


@pytest.mark.parametrize("name", UNKNOWN_SHAPES)
def test_unknown_shapes(name):
    case = CASES[name][0]
    graphs.check_long_sequences(Subject(case, truncated=case.truncated))
    if case.inner is None:
        graphs.check_unknown_shape(Subject(case))


def test_fit():
    """One layer here; `test_everything_in_graphs` fits the others."""
    graphs.check_fit(Subject(PLAIN[0]))


@pytest.mark.slow
@pytest.mark.parametrize("case", PLAIN, ids=by_name)
def test_everything_in_graphs(case):
    hold(case, modes=("graph",))
    hold(case, points=("graph",), modes=("eager",))


@pytest.mark.slow
@pytest.mark.parametrize("case", VARIANTS, ids=by_name)
def test_everything_for_variants(case):
    # A mask is read off the derivative at inputs of zero, where relu has none.
    flat = case.arguments.get("activation") == "relu"
    left_out = (dropout.check_one_mask,) if flat else ()
    contract.check_layer(case, truncated=case.truncated, leave_out=left_out)

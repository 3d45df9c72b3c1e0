"""Every public layer keeps the contract."""

import sys
import types

import keras
import pytest

from seqkit import layers
from seqkit.testing import contract
from seqkit.testing.discovery import public_layers
from seqkit.testing.points import (
    bad_input,
    causality,
    configs,
    dropout,
    exports,
    gradients,
    graphs,
    inside,
    masking,
    precision,
    sequences,
)
from tests.testing import broken_layers
from tests.testing.cases import CASES, PLAIN, VARIANTS

# On these every check is tried here: they stand for all layers, with one state or two,
# a readout or none, two directions. `test_everything` tries every check on the others.
STANDING_FOR_ALL = ("SimpleRNN", "LSTM", "GRU", "Elman", "Jordan", "Bidirectional")
# For the others, and for variants: what depends on the network.
QUICK_FOR_VARIANTS = (
    sequences.check_cell_loop,
    sequences.check_plain_loop,
    masking.check_shortened,
    gradients.check_masked_autodiff,
    gradients.check_finite_differences,
)
QUICK = (
    *QUICK_FOR_VARIANTS,
    sequences.check_options,
    configs.check_arguments,
    configs.check_other_values,
    precision.check_mixed_precision,
    causality.check_values,
    bad_input.check_arguments,
    bad_input.check_call,
    dropout.check_inference,
    inside.check_trace,
    inside.check_names,
)


STANDING = [case for case in PLAIN if case.layer.__name__ in STANDING_FOR_ALL]
OTHERS = [case for case in PLAIN if case not in STANDING]


def by_name(case):
    return case.name


def left_in(checks, case):
    return [check for check in checks if check not in case.leave_out]


def hold(case, variant=False, **options):
    """Hold a case to the contract.

    All layers are exported at once elsewhere. The arguments of a variant need not go
    with the values that are tried for the others.
    """
    left_out = (configs.check_other_values if variant else exports.check_export,)
    # A mask is read off the derivative at inputs of zero.
    left_out += (dropout.check_one_mask,) if case.flat else ()
    left_out += case.leave_out
    contract.check_layer(
        case,
        truncated=case.truncated,
        positive_states=case.positive_states,
        leave_out=left_out,
        **options,
    )


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


@pytest.mark.parametrize("case", STANDING, ids=by_name)
def test_eager(case):
    points = tuple(p for p in contract.POINTS if p != "graph")
    hold(case, points=points, modes=("eager",))


@pytest.mark.parametrize("case", STANDING, ids=by_name)
def test_in_graphs(case):
    """In a graph each shape has to be compiled: forward alone, and with gradients."""
    sequences.check_plain_loop(case.subject(graph=True))
    graphs.check_long_sequences(case.subject())


@pytest.mark.parametrize("case", STANDING, ids=by_name)
def test_unknown_shapes(case):
    if case.inner is None:
        graphs.check_unknown_shape(case.subject())


@pytest.mark.parametrize("case", OTHERS, ids=by_name)
def test_others(case):
    subject = case.subject()
    for check in left_in(QUICK, case):
        check(subject)
    gradients.check_masked_autodiff(case.subject(graph=True))


@pytest.mark.parametrize("case", VARIANTS, ids=by_name)
def test_variants(case):
    subject = case.subject()
    for check in left_in(QUICK_FOR_VARIANTS, case):
        check(subject)


def problems_in_export(cases):
    """What one SavedModel of several layers gives otherwise in a fresh process."""
    return exports.export_problems({c.layer.__name__: c.subject() for c in cases})


def test_exported():
    assert not problems_in_export(STANDING)


@pytest.mark.slow
def test_all_exported():
    assert not problems_in_export(PLAIN)


def test_compiled_functions_are_noticed_in_an_export(tmp_path):
    inputs = keras.Input((None, 3))
    model = keras.Model(inputs, broken_layers.ExportsCompiled(4)(inputs))
    model.export(tmp_path, verbose=False)
    assert exports.compiled_functions(tmp_path)


def test_fit():
    """One layer here; `test_everything` fits the others."""
    graphs.check_fit(PLAIN[0].subject())


@pytest.mark.slow
@pytest.mark.parametrize("case", PLAIN, ids=by_name)
def test_everything(case):
    hold(case)


@pytest.mark.slow
@pytest.mark.parametrize("case", VARIANTS, ids=by_name)
def test_everything_for_variants(case):
    hold(case, variant=True)

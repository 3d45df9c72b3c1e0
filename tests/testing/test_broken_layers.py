"""The contract rejects broken layers, each by the check that is meant for it.

Each is a SimpleRNN but for what is wrong with it; `test_contract.py` shows that the
same checks let the sound SimpleRNN pass.
"""

import pytest

from seqkit.testing import contract
from seqkit.testing.points import (
    bad_input,
    causality,
    configs,
    dropout,
    gradients,
    graphs,
    inside,
    masking,
    precision,
    sequences,
    states,
)
from seqkit.testing.subject import Subject
from tests.testing import broken_layers as broken

# An initializer that half precision has, for the layer that keeps its weights in it.
ARGUMENTS = {"units": 4, "recurrent_initializer": "glorot_uniform"}

REJECTIONS = [
    (broken.DropsMask, masking.check_plain_loop, "outputs differs|differs by"),
    (broken.DropsMask, masking.check_shortened, "without its masked steps"),
    (broken.DropsMask, masking.check_garbage, "nan under the mask"),
    (broken.TakesMaskedRowsToZero, masking.check_shortened, "row 4"),
    (broken.LeaksNaN, gradients.check_garbage, "nan under the mask"),
    (broken.LosesMask, masking.check_propagation, "the next layer"),
    (broken.LosesMask, masking.check_propagation_without_keras, "the next layer"),
    (
        broken.LeavesMaskToKeras,
        masking.check_propagation_without_keras,
        "the next layer",
    ),
    (broken.LosesMask, masking.check_declared, "have a mask"),
    (broken.CutsMask, bad_input.check_call, "mask of shape .* raised no error"),
    (broken.CutsMask, masking.check_forms, "with the mask given as"),
    (broken.ForgetsOneState, sequences.check_one_state, "states of one row"),
    (broken.PeeksAhead, causality.check_values, "outputs before step 1"),
    (broken.PeeksAhead, causality.check_jacobian, "output 0 .* later input 1"),
    (broken.PeeksAhead, sequences.check_plain_loop, "keras.layers.RNN"),
    (
        broken.IgnoresPast,
        causality.check_values,
        "output 2 did not change with the inputs at step 1",
    ),
    (broken.IgnoresPast, causality.check_jacobian, "no derivative by the input 0"),
    (broken.IgnoresPast, sequences.check_cell_loop, "the cell step by step"),
    (broken.StepsOtherwise, sequences.check_cell_loop, "the cell step by step"),
    (broken.BeginsOtherwise, sequences.check_cell_loop, "from `initial_state`"),
    (broken.ForgetsArgument, configs.check_arguments, "recurrent_initializer"),
    (broken.ForgetsValue, configs.check_other_values, "seed=11"),
    (broken.StopsGradient, gradients.check_finite_differences, "derivative by inputs"),
    (broken.ScalesGradient, gradients.check_autodiff, "loss and its gradients"),
    (broken.ScalesGradient, gradients.check_finite_differences, "by inputs"),
    (broken.ClampsDropout, bad_input.check_arguments, "dropout=1.7 raised no error"),
    (broken.NeverDrops, dropout.check_inference, "dropout in training"),
    (broken.DropsEachStep, dropout.check_one_mask, "the mask at every step"),
    (
        broken.DropsEachStepOfState,
        dropout.check_one_recurrent_mask,
        "one for all steps",
    ),
    (broken.LosesState, states.check_stateful, "stateful calls"),
    (broken.LosesState, states.check_reset_state, "second call"),
    (broken.ResetsToZero, states.check_reset_state, "after reset_state\\(states\\)"),
    (broken.IgnoresDirection, sequences.check_backwards, "'go_backwards': True"),
    (broken.LeavesOutRemainder, sequences.check_unroll, "'unroll': 3"),
    (broken.DiffersInGraphs, graphs.check_unknown_shape, "unknown shape at \\(3, 5\\)"),
    (broken.KnowsOneShape, graphs.check_unknown_shape, "has shape \\(3, 4, 4\\)"),
    (broken.HalvesWeights, precision.check_mixed_precision, "weights under"),
    (broken.StaysWide, precision.check_mixed_precision, "results under"),
    (broken.LeavesOutAName, inside.check_names, "does not name {'z'}"),
    (broken.ComparesRows, inside.check_trace, "z of the gates"),
]


@pytest.mark.parametrize(
    ("layer", "check", "message"),
    REJECTIONS,
    ids=[f"{r[0].__name__}-{r[1].__name__}" for r in REJECTIONS],
)
def test_rejected(layer, check, message):
    subject = Subject(lambda **options: layer(**{**ARGUMENTS, **options}))
    with pytest.raises(AssertionError, match=message):
        check(subject)


@pytest.mark.slow
def test_rejected_in_fit():
    subject = Subject(lambda **options: broken.DiffersInFit(**{**ARGUMENTS, **options}))
    with pytest.raises(AssertionError, match="the weights after fit, against"):
        graphs.check_fit(subject)


def test_the_points_are_named():
    def make_layer(**options):
        return broken.PeeksAhead(**{"units": 4, **options})

    found = contract.violations(make_layer, ("causality", "precision"), ("eager",))
    assert set(found) == {"causality"}
    with pytest.raises(contract.ContractError, match=r"causality: .*later input"):
        contract.check_layer(make_layer, points=("causality",), modes=("eager",))


def test_a_layer_that_raises_is_rejected_by_name():
    def make_layer(**options):
        raise RuntimeError("no such layer")

    found = contract.violations(make_layer, ("precision",), ("eager",))
    assert "RuntimeError: no such layer" in found["precision"][0]


@pytest.mark.parametrize("arguments", [{"point": "speed"}, {"mode": "fast"}])
def test_an_unknown_point_or_mode_is_named(arguments):
    (name,) = arguments
    with pytest.raises(ValueError, match=f"`{name}` must be one of"):
        contract.checks_of(**{"point": "masks", **arguments})

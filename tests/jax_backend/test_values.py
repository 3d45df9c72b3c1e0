"""The layers on Keras's JAX backend, through Keras's own loop: `make test-jax`."""

import keras
import numpy as np
import pytest

if keras.backend.backend() != "jax":
    pytest.skip("needs KERAS_BACKEND=jax", allow_module_level=True)

from seqkit.testing import contract, reference
from seqkit.testing.points import masking, precision
from seqkit.testing.subject import FULL, arrays, masks
from tests.outside.test_equations import NETWORKS, by_name, with_biases
from tests.testing.cases import CASES

POINTS = [p for p in contract.POINTS if contract.checks_of(p, values_only=True)]
LEFT_OUT = (
    precision.check_double_precision,  # JAX has to be told to have it
    # They compare with keras.layers.RNN, which on JAX repeats the first state under a
    # mask; the last test here says what our layers do there.
    masking.check_plain_loop,
    masking.check_plain_loop_with_options,
)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("name", ["SimpleRNN", "Bidirectional"])
def test_contract_of_values(name, point):
    contract.check_layer(
        CASES[name][0],
        points=(point,),
        modes=("eager",),
        values_only=True,
        leave_out=LEFT_OUT,
    )


@pytest.mark.parametrize("case", NETWORKS, ids=by_name)
def test_layers_follow_the_equations(case):
    subject = case.subject()
    layer, mask = subject.layer(**FULL), masks()
    x, states = subject.inputs(), subject.states()
    weights = tuple(np.float64(w) for w in with_biases(case, layer)[0])
    run = reference.sequence_forward(
        case.reference(), np.float64(x), tuple(map(np.float64, states)), weights, mask
    )
    outputs, *last = arrays(layer(x, initial_state=states, mask=mask))
    np.testing.assert_allclose(outputs[mask], run.outputs[mask], rtol=1e-4, atol=1e-5)
    for a, b in zip(last, run.states, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize("case", NETWORKS, ids=by_name)
def test_outputs_under_the_mask_are_those_before(case, unroll):
    layer = case.subject().fresh(return_sequences=True, unroll=unroll)
    x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    mask = np.array([[0, 1, 0, 1, 0], [1, 1, 0, 0, 1]], bool)
    outputs = arrays(layer(x, mask=mask))[0]
    assert not outputs[0, 0].any()
    for row, time in [(0, 2), (0, 4), (1, 2), (1, 3)]:
        np.testing.assert_array_equal(outputs[row, time], outputs[row, time - 1])
    assert outputs[0, 1].any()

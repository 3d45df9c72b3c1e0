"""The layers on Keras's JAX backend, through Keras's own loop: `make test-jax`."""

import keras
import numpy as np
import pytest

if keras.backend.backend() != "jax":
    pytest.skip("needs KERAS_BACKEND=jax", allow_module_level=True)

from seqkit.testing import contract, reference
from seqkit.testing.points import precision
from seqkit.testing.subject import FULL, Subject, arrays, masks
from tests.outside.test_equations import NETWORKS
from tests.testing.cases import CASES

POINTS = [p for p in contract.POINTS if contract.checks_of(p, values_only=True)]
WITHOUT_FLOAT64 = (precision.check_double_precision,)  # JAX has to be told to have it


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("name", ["SimpleRNN", "Bidirectional"])
def test_contract_of_values(name, point):
    contract.check_layer(
        CASES[name][0],
        points=(point,),
        modes=("eager",),
        values_only=True,
        leave_out=WITHOUT_FLOAT64,
    )


@pytest.mark.parametrize("name", NETWORKS)
def test_layers_follow_the_equations(name):
    layer_class, arguments, network = NETWORKS[name]
    subject = Subject(
        lambda **options: layer_class(**{"units": 4, **arguments, **options})
    )
    layer, mask = subject.layer(**FULL), masks()
    x, states = subject.inputs(), subject.states()
    weights = tuple(np.float64(w) for w in layer.get_weights())
    run = reference.sequence_forward(
        network, np.float64(x), tuple(map(np.float64, states)), weights, mask
    )
    outputs, *last = arrays(layer(x, initial_state=states, mask=mask))
    np.testing.assert_allclose(outputs[mask], run.outputs[mask], rtol=1e-4, atol=1e-5)
    for a, b in zip(last, run.states, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)

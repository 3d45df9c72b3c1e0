"""Point 6: mixed precision."""

import keras

from seqkit.testing.points.compare import require, same
from seqkit.testing.subject import FULL, Subject, arrays

# Half precision has 8 (bfloat16) or 11 (float16) bits; a few steps lose a few more.
POLICIES = {"mixed_bfloat16": 0.06, "mixed_float16": 0.01}


def check_mixed_precision(subject: Subject) -> None:
    """Weights stay float32, results have the declared dtype and are near float32's."""
    x, states = subject.inputs(), subject.states()
    expected = arrays(subject.layer(**FULL)(x, initial_state=states))
    for policy, tolerance in POLICIES.items():
        layer = subject.layer(**FULL, dtype=policy)
        dtypes = {w.dtype for w in layer.weights}
        require(dtypes == {"float32"}, f"weights under {policy} are {dtypes}")
        found = keras.tree.flatten(subject.run(layer, x, initial_state=states))
        wrong = {keras.backend.standardize_dtype(t.dtype) for t in found}
        wrong -= {layer.compute_dtype}
        require(not wrong, f"results under {policy} are {wrong}")
        same(found, expected, f"results under {policy}", tolerance)


def check_double_precision(subject: Subject) -> None:
    """In float64 everything is float64, and agrees with float32."""
    layer = subject.layer(**FULL, dtype="float64")
    x, states = subject.inputs(dtype="float64"), subject.states(dtype="float64")
    found = arrays(subject.run(layer, x, initial_state=states))
    dtypes = {a.dtype.name for a in found} | {w.dtype for w in layer.weights}
    require(dtypes == {"float64"}, f"weights and results in float64 are {dtypes}")
    expected = subject.layer(**FULL)(x.astype("float32"), initial_state=states)
    same(found, expected, "results in float64 against float32")

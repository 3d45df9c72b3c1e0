"""State that a layer keeps between calls."""

import numpy as np

from seqkit.testing.points.compare import different, same
from seqkit.testing.points.sequences import CUT
from seqkit.testing.subject import FULL, Subject, arrays, is_bidirectional


def check_stateful(subject: Subject) -> None:
    """A stateful layer carries its state from call to call, training or not."""
    layer, x = subject.layer(**FULL, stateful=True), subject.inputs()
    if is_bidirectional(layer):
        return
    whole = subject.layer(**FULL)(x)
    for training in (False, True):
        layer.reset_state()
        first = arrays(subject.run(layer, x[:, :CUT], training=training))
        second = arrays(subject.run(layer, x[:, CUT:], training=training))
        joined = np.concatenate([first[0], second[0]], axis=1)
        same([joined, *second[1:]], whole, f"stateful calls, training={training}")


def check_reset_state(subject: Subject) -> None:
    """`reset_state` goes to the initial state, or to one that is given."""
    layer = subject.layer(**FULL, stateful=True)
    x, given = subject.inputs(), subject.states()
    stateless = subject.layer(**FULL)
    layer.reset_state()
    first = arrays(subject.run(layer, x))
    same(first, stateless(x), "the first call of a stateful layer")
    different(subject.run(layer, x), first, "a second call of a stateful layer")
    layer.reset_state()
    same(subject.run(layer, x), first, "a call after reset_state()")
    layer.reset_state(states=given)
    expected = stateless(x, initial_state=given)
    same(subject.run(layer, x), expected, "a call after reset_state(states)")

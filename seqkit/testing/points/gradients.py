"""Point 2: gradients, in float64.

They are measured against automatic differentiation of the plain loop, and against
finite differences of the layer's own values.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.testing.points.compare import require, same
from seqkit.testing.subject import (
    FULL,
    TIME,
    Subject,
    arrays,
    cells,
    is_bidirectional,
    masks,
    plain_loop,
    tensors,
)

OPTIONS = {**FULL, "dtype": "float64"}


def weighted_sum(result: Any) -> tf.Tensor:
    """Return Σ_i Σ_k cos(k + i) y_ik over the values k of every output and state i."""
    total = tf.zeros((), "float64")
    for i, value in enumerate(tf.nest.flatten(result)):
        flat = tf.cast(tf.reshape(value, [-1]), "float64")
        weights = tf.cos(tf.range(tf.size(flat), dtype="float64") + i)
        total += tf.reduce_sum(weights * flat)
    return total


def differentiated(
    call: Callable[..., Any], weights: Sequence[Any]
) -> Callable[..., list[Any]]:
    """Return a function that gives a loss of a layer, and all the gradients of it.

    Args:
        call: A layer, or a function with its call arguments.
        weights: The weights.

    Returns:
        A function of inputs, initial states, mask and training that gives the loss and
        its gradients by the inputs, each state and each weight; zeros for those that
        do not exist.
    """
    variables = [w.value for w in weights]

    def compute(x: Any, states: list[Any], mask: Any, training: bool) -> list[Any]:
        with tf.GradientTape() as tape:
            tape.watch([x, *states])
            result = call(x, initial_state=states, mask=mask, training=training)
            loss = weighted_sum(result)
        zeros = tf.UnconnectedGradients.ZERO
        sources = [x, *states, *variables]
        return [loss, *tape.gradient(loss, sources, unconnected_gradients=zeros)]

    return compute


def gradients(
    subject: Subject, layer: Any, x: np.ndarray, mask: Any, training: bool
) -> list[np.ndarray]:
    """Return the loss of a layer and its gradients at inputs x."""
    states = subject.states(len(x), "float64")
    compute = subject.in_mode(
        ("gradients", id(layer)), differentiated(layer, layer.trainable_weights)
    )
    return arrays(compute(*tensors((x, states, mask)), training))


def _check_against_plain_loop(
    subject: Subject, masked: bool = False, training: bool = False, **options: Any
) -> None:
    layer = subject.layer(**OPTIONS, **options)
    x, states = subject.inputs(dtype="float64"), subject.states(dtype="float64")
    mask = masks() if masked else None
    found = gradients(subject, layer, x, mask, training)
    plain = differentiated(plain_loop(layer), layer.trainable_weights)
    expected = plain(*tensors((x, states, mask)), training)
    what = f"{options}, masked={masked}, training={training}"
    same(found, expected, f"the loss and its gradients with {what}")
    exempt = [2 + place for place in _states_without_gradient(layer)]
    # Learned first states, where others are given.
    names = [w.name for w in layer.trainable_weights]
    learned = [i for i, name in enumerate(names) if name.startswith("first_state")]
    exempt += [2 + len(states) + place for place in learned]
    for i, gradient in enumerate([] if subject.truncated else found):
        require(
            i in exempt or np.any(gradient),
            f"value {i} of the loss and its gradients with {what} is all zeros",
        )


def _states_without_gradient(layer: Any) -> list[int]:
    """Return the places of the states that cells declare to have no gradient."""
    places, start = [], 0
    for cell in cells(layer):
        declared = getattr(cell, "states_without_gradient", ())
        places += [start + place for place in declared]
        start += len(np.ravel(cell.state_size))
    return places


def check_autodiff(subject: Subject) -> None:
    """In training, gradients are those of the plain loop."""
    _check_against_plain_loop(subject, training=True)


def check_autodiff_outside_training(subject: Subject) -> None:
    """Outside training too, under a mask and with zeros for masked outputs."""
    _check_against_plain_loop(subject, masked=True, zero_output_for_mask=True)


def check_masked_autodiff(subject: Subject) -> None:
    """Under masks of every kind too, whose outputs repeat the last one."""
    _check_against_plain_loop(subject, masked=True, training=True)


def check_backwards_autodiff(subject: Subject) -> None:
    """Read backwards too, under masks."""
    if not is_bidirectional(subject.layer(**OPTIONS)):
        _check_against_plain_loop(
            subject, masked=True, training=True, go_backwards=True
        )


def check_unrolled_autodiff(subject: Subject) -> None:
    """Unrolled by a factor too, under masks."""
    _check_against_plain_loop(subject, masked=True, training=True, unroll=3)


def check_recomputed_autodiff(subject: Subject) -> None:
    """Where steps are run once more for the gradient too, under masks."""
    if not is_bidirectional(subject.layer(**OPTIONS)):
        _check_against_plain_loop(subject, masked=True, training=True, recompute=2)


def check_garbage(subject: Subject) -> None:
    """NaN, infinity and huge values under the mask change no gradient."""
    mask, x = masks(), subject.inputs(dtype="float64")
    layer = subject.layer(**OPTIONS)
    expected = gradients(subject, layer, x, mask, training=True)
    require(not expected[1][~mask].any(), "a masked input has a gradient")
    for garbage in (np.nan, np.inf, 1e30):
        spoiled = np.where(mask[:, :, None], x, garbage)
        found = gradients(subject, layer, spoiled, mask, training=True)
        same(found, expected, f"loss and gradients with {garbage} under the mask")


def check_finite_differences(subject: Subject) -> None:
    """Gradients are the derivative of the layer's own values.

    Along a random direction d of each input, state and weight,
    g · d = (f(p + ε d) − f(p − ε d)) / 2ε. Where no gradient passes the states by
    declaration, this holds for a single step, by the inputs and weights alone.
    """
    layer = subject.layer(**OPTIONS)
    weights = layer.trainable_weights
    x = subject.inputs(time=1 if subject.truncated else TIME, dtype="float64")
    states = subject.states(dtype="float64")
    _, *found = gradients(subject, layer, x, None, training=True)
    kept = [w.numpy() for w in weights]
    point = [x, *states, *kept]
    names = ["inputs", *(f"state {k}" for k in range(len(states)))]
    names += [w.path for w in weights]

    def value(moved: Sequence[np.ndarray]) -> float:
        for weight, new in zip(weights, moved[1 + len(states) :], strict=True):
            weight.assign(new)
        initial = list(moved[1 : 1 + len(states)])
        return float(weighted_sum(subject.run(layer, moved[0], initial_state=initial)))

    def slope(i: int, direction: np.ndarray, step: float = 1e-5) -> float:
        ends = []
        for sign in (1, -1):
            moved = list(point)
            moved[i] = point[i] + sign * step * direction
            ends.append(value(moved))
        return (ends[0] - ends[1]) / (2 * step)

    rng = np.random.default_rng(5)
    try:
        for i, gradient in enumerate(found):
            if subject.truncated and names[i].startswith("state "):
                continue
            direction = rng.normal(size=gradient.shape)
            same(
                np.sum(gradient * direction),
                np.float64(slope(i, direction)),
                f"derivative by {names[i]} against finite differences",
                1e-6,
            )
    finally:
        for weight, old in zip(weights, kept, strict=True):
            weight.assign(old)

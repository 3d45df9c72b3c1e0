"""States at which a network stands still."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from seqkit.inspect.record import LayerTrace, Trace
from seqkit.layers.base import LayerOverCell
from seqkit.wording import briefly


@dataclass(frozen=True)
class FixedPoints:
    """States that a step under a constant input does not change.

    Attributes:
        states: `(points, sizes)`, all states of a network one after the other.
        residuals: `(points,)`, the largest |F(s, x) − s| that is left.
        eigenvalues: complex `(points, sizes)`, of the Jacobian ∂F/∂s, the largest
            modulus first.
    """

    states: np.ndarray
    residuals: np.ndarray
    eigenvalues: np.ndarray

    @property
    def stable(self) -> np.ndarray:
        """Whether what is near comes nearer: all |λ| < 1, `(points,)`."""
        return np.abs(self.eigenvalues).max(axis=-1, initial=0) < 1

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.states)


def fixed_points(
    layer: LayerOverCell,
    trace: Trace | LayerTrace,
    x: Any = None,
    starts: int = 32,
    tolerance: float = 1e-5,
    seed: int = 0,
) -> FixedPoints:
    """Look for the states s that a constant input x leaves as they are.

        s* = F(s*, x)      found as a minimum of |F(s, x) − s|² with |F(s, x) − s| ≈ 0

    The search begins at states that the network was in, drawn from a trace, and goes
    on by least squares with the Jacobian of the step. Other points may exist.

    Args:
        layer: a recurrent layer that is built.
        trace: its trace, from whose states the search begins; or that of a call in
            which no other layer ran.
        x: the input `(features,)`; zeros where it is None.
        starts: from how many states to begin.
        tolerance: the largest |F(s, x) − s| of what is taken for a fixed point; points
            are one where no two numbers differ by more than 100 times that.
        seed: of the choice of states to begin from.

    Returns:
        What was found, the smallest largest |λ| first; maybe none.

    Raises:
        ValueError: an argument is out of its range.

    Example: a unit that is drawn to one of two states, away from zero.
    >>> import keras
    >>> from seqkit.inspect import trace
    >>> from seqkit.layers import SimpleRNN
    >>> two = keras.initializers.Constant(2.0)
    >>> layer = SimpleRNN(1, kernel_initializer=two, recurrent_initializer=two)
    >>> x = np.linspace(-1, 1, 9, dtype="float32").reshape(9, 1, 1)
    >>> found = fixed_points(layer, trace(layer, x))
    >>> [f"{abs(s):.3f}" for s in found.states[:, 0]], found.stable.tolist()
    (['0.958', '0.958', '0.000'], [True, True, False])

    Reference: D. Sussillo, O. Barak, "Opening the black box: low-dimensional dynamics
    in high-dimensional recurrent neural networks", Neural Computation 25, 2013.
    """
    if not isinstance(layer, LayerOverCell) or not layer.built:
        raise ValueError(
            "`layer` must be a recurrent layer of seqkit that is built, got "
            f"{briefly(layer)}."
        )
    if isinstance(starts, bool) or not hasattr(starts, "__index__") or starts < 1:
        raise ValueError(f"`starts` must be a positive integer, got {briefly(starts)}.")
    if isinstance(trace, Trace) and len(trace.layers) == 1:
        trace = trace.layers[0]
    if not isinstance(trace, LayerTrace) or not trace.states:
        raise ValueError(
            f"`trace` must be that of a layer with states, got {briefly(trace)}."
        )
    if not tolerance > 0:
        raise ValueError(f"`tolerance` must be above 0, got {briefly(tolerance)}.")
    features = trace.inputs.shape[-1]
    x = np.zeros(features) if x is None else np.asarray(x, "float64")
    if x.shape != (features,):
        raise ValueError(f"`x` must have the shape ({features},), got {x.shape}.")
    visited = all_states(trace)
    sizes = sum(state.shape[-1] for state in layer.initial_state(1))
    if visited.shape[1] != sizes:
        raise ValueError(
            f"`trace` must be that of the layer, with {sizes} numbers in its states, "
            f"got {visited.shape[1]}."
        )
    if not (np.isfinite(visited).all() and np.isfinite(x).all()):
        raise ValueError("`trace` and `x` must have finite numbers, got others.")
    chosen = np.random.default_rng(seed).permutation(len(visited))[:starts]
    move, derivative = _functions(layer, x)
    found: list[np.ndarray] = []
    for start in visited[np.sort(chosen)]:
        point = least_squares(
            lambda s: move(s) - s,
            start,
            lambda s: derivative(s) - np.eye(len(s)),
            method="lm",
            max_nfev=200,
        ).x
        if not np.abs(move(point) - point).max() <= tolerance:
            continue
        if all(np.abs(point - other).max() > 100 * tolerance for other in found):
            found.append(point)
    size = visited.shape[1]
    states = np.array(found).reshape(len(found), size)
    eigenvalues = np.empty(states.shape, complex)
    for place, point in enumerate(states):
        values = np.linalg.eigvals(derivative(point))
        eigenvalues[place] = values[np.argsort(-np.abs(values), kind="stable")]
    residuals = np.array([np.abs(move(s) - s).max() for s in states])
    order = np.argsort(np.abs(eigenvalues).max(axis=1, initial=0), kind="stable")
    return FixedPoints(states[order], residuals[order], eigenvalues[order])


def all_states(trace: LayerTrace) -> np.ndarray:
    """Return the states after every step that was taken, `(steps, sizes)`."""
    states = np.concatenate(list(trace.states.values()), axis=-1, dtype="float64")
    taken = np.ones(states.shape[:2], bool) if trace.valid is None else trace.valid
    return states[taken]


def _functions(layer: LayerOverCell, x: np.ndarray) -> tuple[Callable, Callable]:
    """Return F(s, x) and ∂F/∂s of a layer, as functions of s `(sizes,)`."""
    import tensorflow as tf  # TensorFlow only from here on

    inputs = tf.constant(x[None], layer.compute_dtype)
    sizes = [state.shape[-1] for state in layer.initial_state(1)]

    def after(state: Any) -> Any:
        _, new = layer.step(inputs, tf.split(state, sizes, axis=-1))
        return tf.concat(new, axis=-1)

    @tf.function(autograph=False)
    def jacobian(state: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(state)
            new = after(state)
        zero = tf.UnconnectedGradients.ZERO
        return tape.jacobian(new, state, unconnected_gradients=zero)[0, :, 0]

    def by_numpy(function: Callable) -> Callable:
        def of_state(state: np.ndarray) -> np.ndarray:
            tensor = tf.constant(state[None], layer.compute_dtype)
            return np.asarray(function(tensor), "float64")

        return of_state

    move = by_numpy(tf.function(after, autograph=False))
    return lambda state: move(state)[0], by_numpy(jacobian)

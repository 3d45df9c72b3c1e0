"""Hopfield networks: the classical one of binary units, and the modern one, a layer."""

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from seqkit.cells import checks
from seqkit.layers import arguments


class HopfieldNetwork:
    """Hopfield's network of N binary units, −1 or 1, which recalls what it stored.

        W = Σ p pᵀ / N over the stored patterns p, with a diagonal of zeros
        s_i ← sign(Σ_j W_ij s_j), one unit after the other; at zero s_i stays
        E(s) = −½ sᵀ W s

    No update raises E, so that recall ends. Patterns that are not alike are recalled,
    from states with some units wrong, while there are no more than about 0.138 N.

    Args:
        units: N, a positive integer.

    Raises:
        ValueError: an argument is out of its range.

    Example: with one pattern stored, a state is drawn to it or to its opposite.
    >>> network = HopfieldNetwork(5)
    >>> network.store([[1, -1, 1, -1, 1]])
    >>> network.recall([[1, -1, 1, 1, 1], [-1, 1, -1, -1, -1]])
    array([[ 1, -1,  1, -1,  1],
           [-1,  1, -1,  1, -1]])

    Reference: J. J. Hopfield, "Neural networks and physical systems with emergent
    collective computational abilities", PNAS 79, 1982.
    """

    def __init__(self, units: int):
        self.units = checks.positive_integer("units", units)
        self.weights = np.zeros((self.units, self.units))

    def store(self, patterns: Any) -> None:
        """Add patterns, `(n, units)` of −1 and 1, to those that are stored."""
        p = self._states("patterns", patterns)
        self.weights += p.T @ p / self.units
        np.fill_diagonal(self.weights, 0.0)

    def recall(self, states: Any, seed: int | None = None) -> np.ndarray:
        """Update the units in random order, again and again, until none changes.

        Args:
            states: `(n, units)` of −1 and 1; left as they are.
            seed: integer from 0 on that fixes the order of the units.

        Returns:
            The states that were reached, `(n, units)` of −1 and 1.
        """
        s = self._states("states", states).copy()
        if seed is not None:
            seed = checks.natural_number("seed", seed)
        rng = np.random.default_rng(seed)
        changed = True
        while changed:
            before = s.copy()
            for i in rng.permutation(self.units):
                field = s @ self.weights[i]
                s[:, i] = np.where(field == 0.0, s[:, i], np.sign(field))
            changed = not np.array_equal(s, before)
        return s.astype(int)

    def energy(self, states: Any) -> np.ndarray:
        """Return E of each state, `(n,)`, for states `(n, units)` of −1 and 1."""
        s = self._states("states", states)
        return -0.5 * np.einsum("ni,ij,nj->n", s, self.weights, s)

    def _states(self, name: str, values: Any) -> np.ndarray:
        array = checks.array(name, values, None)
        if array.ndim != 2 or array.shape[1] != self.units:
            raise ValueError(
                f"`{name}` must have the shape (n, {self.units}), got {array.shape}."
            )
        others = array[~np.isin(array, (-1, 1))]
        if others.size:
            raise ValueError(f"`{name}` must hold -1 and 1 alone, got {others[0]:g}.")
        return array


@keras.saving.register_keras_serializable("seqkit")
class Hopfield(keras.layers.Layer):
    """Modern Hopfield network: a state moves to the stored patterns that it is like.

        ξ ← X softmax(β Xᵀ ξ)
        E(ξ) = −1/β log Σ_i exp(β x_iᵀ ξ) + ½ ξᵀ ξ + 1/β log N + ½ max_i ‖x_i‖²

    where the columns x_i of X are N stored patterns of real numbers. No update raises
    E. One update is attention, with the states as queries and the patterns as keys and
    values; and one is mostly enough where the patterns lie apart.

    Weight: `patterns` `(N, features)` (Xᵀ), trained, or set by `store`.

    Args:
        n_patterns: N, a positive integer.
        beta: β, a positive number, how sharply the patterns are told apart; `None` for
            1 / sqrt(features), as attention has it.
        steps: number of updates, a positive integer.
        initializer: initializer of the patterns.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    Call arguments:
        states: tensor `(..., features)`.

    Returns:
        The states after the updates, `(..., features)`.

    Raises:
        ValueError: an argument is out of its range.

    Example:
    >>> layer = Hopfield(2, beta=8.0)
    >>> layer.store([[1.0, 1.0, 0.0], [0.0, -1.0, 1.0]])
    >>> np.asarray(layer(np.array([[0.6, 0.9, 0.1]]))).round(2)
    array([[1., 1., 0.]], dtype=float32)

    Reference: H. Ramsauer et al., "Hopfield networks is all you need", ICLR 2021 (arXiv
    2008.02217).
    """

    def __init__(
        self,
        n_patterns: int,
        beta: float | None = None,
        steps: int = 1,
        initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.n_patterns = checks.positive_integer("n_patterns", n_patterns)
        self.beta = beta if beta is None else checks.positive("beta", beta)
        self.steps = checks.positive_integer("steps", steps)
        self.initializer = checks.initializer("initializer", initializer)

    def build(self, states_shape: tuple) -> None:
        """Create the patterns for states `(..., features)`."""
        axes = {-1: states_shape[-1]}
        self.input_spec = keras.layers.InputSpec(min_ndim=1, axes=axes)
        self.patterns = self.add_weight(
            shape=(self.n_patterns, states_shape[-1]),
            name="patterns",
            initializer=self.initializer,
        )

    def store(self, patterns: Any) -> None:
        """Set the patterns to an array `(n_patterns, features)`."""
        array = checks.array("patterns", patterns, None)
        features = self.patterns.shape[1] if self.built else None
        if not arguments.fits(array.shape, (self.n_patterns, features)):
            features = features or "features"
            raise ValueError(
                f"`patterns` must have the shape ({self.n_patterns}, {features}), got "
                f"{array.shape}."
            )
        if not self.built:
            self.build(array.shape)
        self.patterns.assign(array)

    def call(self, states: Any) -> Any:
        """Return the states after `steps` updates."""
        states = arguments.real(self.name, "states", states, self.compute_dtype)
        for _ in range(self.steps):
            alike = self._beta * ops.matmul(states, ops.transpose(self.patterns))
            states = ops.matmul(ops.softmax(alike, axis=-1), self.patterns)
        return states

    def energy(self, states: Any) -> Any:
        """Return E of states `(..., features)`, `(...)`."""
        if not self.built:
            raise ValueError(
                f"{self.name!r} has no patterns before its first call, `build` or "
                "`store`."
            )
        states = arguments.real(self.name, "states", states, self.compute_dtype)
        patterns = ops.convert_to_tensor(self.patterns, self.compute_dtype)
        alike = self._beta * ops.matmul(states, ops.transpose(patterns))
        largest = ops.max(ops.sum(patterns**2, axis=-1))
        return (
            (math.log(self.n_patterns) - ops.logsumexp(alike, axis=-1)) / self._beta
            + 0.5 * ops.sum(states**2, axis=-1)
            + 0.5 * largest
        )

    @property
    def _beta(self) -> float:
        return self.beta or 1 / math.sqrt(self.patterns.shape[-1])

    def compute_output_shape(self, states_shape: tuple) -> tuple:
        """Return the shape of the states."""
        return tuple(states_shape)

    def get_config(self) -> dict:
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "n_patterns": self.n_patterns,
            "beta": self.beta,
            "steps": self.steps,
            "initializer": keras.initializers.serialize(self.initializer),
        }

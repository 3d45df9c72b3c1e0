"""The time loop, forward and backward, over any network written as one step.

A masked step does nothing: it keeps the states, and repeats the last output (zeros
before there is one) or gives zeros. Backward, the gradient passes it untouched.
"""

from typing import Any, NamedTuple, Protocol

import numpy as np

Arrays = tuple[np.ndarray, ...]


class Network(Protocol):
    """One time step of a network, forward and backward.

    Weights and states are tuples, in the order of the Keras layer.
    """

    def forward(
        self, x: np.ndarray, states: Arrays, weights: Arrays
    ) -> tuple[np.ndarray, Arrays, Any]:
        """Give the output, the states after the step, and a memory for `backward`."""

    def backward(
        self, d_output: np.ndarray, d_states: Arrays, memory: Any, weights: Arrays
    ) -> tuple[np.ndarray, Arrays, Arrays]:
        """Give the gradients of the input, the states before, and the weights.

        `d_states` is what arrives from the steps after; `d_output` from the output.
        """


class Run(NamedTuple):
    """A sequence gone through: outputs (batch, time, units), last states, memories."""

    outputs: np.ndarray
    states: Arrays
    memories: list[Any]


class Gradients(NamedTuple):
    """Gradients by the inputs, the initial states and the weights."""

    inputs: np.ndarray
    states: Arrays
    weights: Arrays


def _valid_steps(mask: np.ndarray | None, batch: int, steps: int) -> np.ndarray:
    full = np.ones((batch, steps), bool) if mask is None else np.asarray(mask, bool)
    return full[:, :, np.newaxis]


def sequence_forward(
    network: Network,
    inputs: np.ndarray,
    states: Arrays,
    weights: Arrays,
    mask: np.ndarray | None = None,
    zero_output_for_mask: bool = False,
) -> Run:
    """Run a network over a sequence.

    Args:
        network: One step of the network.
        inputs: (batch, time, features).
        states: The states before the first step, each (batch, size).
        weights: The weights, in the order of the Keras layer.
        mask: (batch, time), false where a step is to be left out.
        zero_output_for_mask: Whether a masked step gives zeros, not the last output.

    Returns:
        Outputs, states after the last step, and what `sequence_backward` needs.

    Example:
        >>> from seqkit.testing.reference import SimpleRNN
        >>> ones = tuple(np.ones(shape) for shape in ((1, 1), (1, 1), 1))
        >>> x = np.zeros((1, 3, 1))
        >>> run = sequence_forward(SimpleRNN("linear"), x, (np.zeros((1, 1)),), ones)
        >>> run.outputs.ravel()
        array([1., 2., 3.])
    """
    valid = _valid_steps(mask, *inputs.shape[:2])
    outputs: list[np.ndarray] = []
    memories: list[Any] = []
    for t in range(inputs.shape[1]):
        now = valid[:, t]
        output, new_states, memory = network.forward(inputs[:, t], states, weights)
        held = outputs[-1] if outputs and not zero_output_for_mask else 0.0
        outputs.append(np.where(now, output, held))
        states = tuple(
            np.where(now, new, old) for new, old in zip(new_states, states, strict=True)
        )
        memories.append(memory)
    return Run(np.stack(outputs, axis=1), states, memories)


def sequence_backward(
    network: Network,
    d_outputs: np.ndarray,
    d_states: Arrays,
    memories: list[Any],
    weights: Arrays,
    mask: np.ndarray | None = None,
    zero_output_for_mask: bool = False,
) -> Gradients:
    """Back-propagate through time.

    Args:
        network: One step of the network.
        d_outputs: Gradient by the outputs, (batch, time, units).
        d_states: Gradient by the states after the last step, each (batch, size).
        memories: What `sequence_forward` left.
        weights: The weights, in the order of the Keras layer.
        mask: As given to `sequence_forward`.
        zero_output_for_mask: As given to `sequence_forward`.

    Returns:
        The gradients by the inputs, the initial states and the weights.

    Example:
        >>> from seqkit.testing.reference import SimpleRNN
        >>> ones = tuple(np.ones(shape) for shape in ((1, 1), (1, 1), 1))
        >>> x, zero = np.zeros((1, 3, 1)), np.zeros((1, 1))
        >>> network = SimpleRNN("linear")
        >>> run = sequence_forward(network, x, (zero,), ones)
        >>> d = sequence_backward(network, np.ones_like(x), (zero,), run.memories, ones)
        >>> d.inputs.ravel()
        array([3., 2., 1.])
    """
    valid = _valid_steps(mask, *d_outputs.shape[:2])
    d_inputs, d_held = [], np.zeros_like(d_outputs[:, 0])
    totals = tuple(np.zeros_like(w) for w in weights)
    for t in reversed(range(d_outputs.shape[1])):
        now = valid[:, t]
        d_output = d_outputs[:, t] + d_held
        d_x, d_before, parts = network.backward(
            np.where(now, d_output, 0.0),
            tuple(np.where(now, d, 0.0) for d in d_states),
            memories[t],
            weights,
        )
        d_held = np.where(now | zero_output_for_mask, 0.0, d_output)
        d_states = tuple(
            np.where(now, before, after)
            for before, after in zip(d_before, d_states, strict=True)
        )
        totals = tuple(a + b for a, b in zip(totals, parts, strict=True))
        d_inputs.append(d_x)
    return Gradients(np.stack(d_inputs[::-1], axis=1), d_states, totals)

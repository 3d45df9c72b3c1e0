"""A recurrent network and back-propagation through time, by hand, in NumPy.

The network reads a sequence x_1 … x_T, keeps a hidden state h_t, and gives at each
time step a probability for every class:

    a_t = x_t W + h_{t-1} U + b        what the unit receives
    h_t = tanh(a_t)                    hidden state
    z_t = h_t V + c                    logits
    y_t = softmax(z_t)                 probabilities
    L   = − Σ_t Σ_k target_tk log y_tk cross-entropy, summed over rows and time

A batch is a matrix with one sequence a row, so vectors multiply matrices from the
left, as in Keras. Read the four functions in order: one step forward, one step
backward, the sequence forward, the sequence backward. The whole of back-propagation
through time is in the second: a hidden state is used twice, by its own output and by
the next hidden state, so its gradient has two terms,

    δh_t = δz_t V^T + (the gradient that arrives from step t + 1)
    δa_t = δh_t ⊙ (1 − h_t²)
    (the gradient that goes on to step t − 1) = δa_t U^T

and since every step uses the same W, U, b, V, c, their gradients are sums over time.
Across k steps the gradient is multiplied k times by U^T and by slopes below one: it
vanishes or explodes with the spectrum of U.

Reference: P. J. Werbos, "Backpropagation through time: what it does and how to do
it", Proceedings of the IEEE 78(10), 1990.
"""

from typing import NamedTuple

import numpy as np


class RNNWeights(NamedTuple):
    """The weights of the network, or the gradient of the loss by each of them.

    Shapes: kernel W (features, units), recurrent_kernel U (units, units), bias b
    (units,), output_kernel V (units, classes), output_bias c (classes,).
    """

    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray
    output_kernel: np.ndarray
    output_bias: np.ndarray


class StepMemory(NamedTuple):
    """What one step forward leaves behind for its step backward."""

    x: np.ndarray
    h_before: np.ndarray
    h: np.ndarray


def softmax(logits: np.ndarray) -> np.ndarray:
    """Turn logits into probabilities: y_k = exp z_k / Σ_j exp z_j.

    Args:
        logits: (..., classes).

    Returns:
        (..., classes): positive, with sum one over the last axis.

    Example:
        >>> softmax(np.log([[1.0, 3.0]]))
        array([[0.25, 0.75]])
    """
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))  # no overflow
    return powers / powers.sum(axis=-1, keepdims=True)


def cross_entropy(probabilities: np.ndarray, targets: np.ndarray) -> float:
    """Sum −Σ_k target_k log y_k over rows and time.

    Args:
        probabilities: y, (batch, time, classes).
        targets: (batch, time, classes): one-hot, or any probabilities.

    Returns:
        The loss L.

    Example:
        >>> round(cross_entropy(np.array([[[0.5, 0.5]]]), np.array([[[0.0, 1.0]]])), 4)
        0.6931
    """
    return float(-np.sum(targets * np.log(probabilities)))


def rnn_cell_forward(
    x: np.ndarray, h_before: np.ndarray, weights: RNNWeights
) -> tuple[np.ndarray, np.ndarray, StepMemory]:
    """Do one step forward.

    Args:
        x: The input of this step, (batch, features).
        h_before: The hidden state before it, (batch, units).
        weights: The weights.

    Returns:
        h (batch, units), y (batch, classes), and what the step backward needs.

    Example:
        >>> w = RNNWeights(*(np.ones((1, 1)) for _ in range(5)))
        >>> h, y, _ = rnn_cell_forward(np.zeros((1, 1)), np.zeros((1, 1)), w)
        >>> round(h.item(), 4), y.item()
        (0.7616, 1.0)
    """
    h = np.tanh(x @ weights.kernel + h_before @ weights.recurrent_kernel + weights.bias)
    y = softmax(h @ weights.output_kernel + weights.output_bias)
    return h, y, StepMemory(x, h_before, h)


def rnn_cell_backward(
    d_logits: np.ndarray, d_h_next: np.ndarray, memory: StepMemory, weights: RNNWeights
) -> tuple[np.ndarray, np.ndarray, RNNWeights]:
    """Do one step backward: the chain rule through the equations of the cell.

    Args:
        d_logits: ∂L_t/∂z_t, (batch, classes): y_t − target_t for the cross-entropy.
        d_h_next: ∂L/∂h_t by way of the steps after t, (batch, units).
        memory: What the step forward left.
        weights: The weights.

    Returns:
        ∂L/∂x_t (batch, features), ∂L/∂h_{t-1} (batch, units), and this step's part
        of the gradient of every weight.

    Example:
        >>> w = RNNWeights(*(np.ones((1, 1)) for _ in range(5)))
        >>> one = np.ones((1, 1))
        >>> memory = StepMemory(x=one, h_before=one, h=0 * one)
        >>> d_x, d_h_before, gradients = rnn_cell_backward(one, 2 * one, memory, w)
        >>> d_x.item(), gradients.kernel.item(), gradients.output_kernel.item()
        (3.0, 3.0, 0.0)
    """
    d_h = d_logits @ weights.output_kernel.T + d_h_next
    d_a = d_h * (1.0 - memory.h**2)
    gradients = RNNWeights(
        kernel=memory.x.T @ d_a,
        recurrent_kernel=memory.h_before.T @ d_a,
        bias=d_a.sum(axis=0),
        output_kernel=memory.h.T @ d_logits,
        output_bias=d_logits.sum(axis=0),
    )
    return d_a @ weights.kernel.T, d_a @ weights.recurrent_kernel.T, gradients


def rnn_forward(
    x: np.ndarray, h_0: np.ndarray, weights: RNNWeights
) -> tuple[np.ndarray, np.ndarray, list[StepMemory]]:
    """Run the network over a sequence: the same cell at every time step.

    Args:
        x: (batch, time, features).
        h_0: The hidden state before the first step, (batch, units).
        weights: The weights.

    Returns:
        h (batch, time, units), y (batch, time, classes), and a memory per step.

    Example:
        >>> w = RNNWeights(*(np.ones((1, 1)) for _ in range(5)))
        >>> h, y, memories = rnn_forward(np.zeros((2, 7, 1)), np.zeros((2, 1)), w)
        >>> h.shape, y.shape, len(memories)
        ((2, 7, 1), (2, 7, 1), 7)
    """
    h, hidden, probabilities, memories = h_0, [], [], []
    for t in range(x.shape[1]):
        h, y, memory = rnn_cell_forward(x[:, t], h, weights)
        hidden.append(h)
        probabilities.append(y)
        memories.append(memory)
    return np.stack(hidden, axis=1), np.stack(probabilities, axis=1), memories


def rnn_backward(
    d_logits: np.ndarray, memories: list[StepMemory], weights: RNNWeights
) -> tuple[np.ndarray, np.ndarray, RNNWeights]:
    """Back-propagate through time, from the last step to the first.

    Args:
        d_logits: ∂L/∂z, (batch, time, classes): y − target for the cross-entropy.
        memories: What `rnn_forward` left.
        weights: The weights.

    Returns:
        ∂L/∂x (batch, time, features), ∂L/∂h_0 (batch, units), and ∂L by every weight.

    Example:
        >>> w = RNNWeights(*(np.ones((1, 1)) for _ in range(5)))
        >>> h, y, memories = rnn_forward(np.zeros((2, 7, 1)), np.zeros((2, 1)), w)
        >>> d_x, d_h_0, gradients = rnn_backward(y - 1.0, memories, w)
        >>> d_x.shape, d_h_0.shape, float(np.abs(gradients.kernel).max())
        ((2, 7, 1), (2, 1), 0.0)
    """
    d_x, d_h = [], np.zeros_like(memories[-1].h)
    gradients = RNNWeights(*(np.zeros_like(w) for w in weights))
    for t in reversed(range(len(memories))):
        d_x_t, d_h, parts = rnn_cell_backward(d_logits[:, t], d_h, memories[t], weights)
        d_x.append(d_x_t)
        gradients = RNNWeights(*(g + p for g, p in zip(gradients, parts, strict=True)))
    return np.stack(d_x[::-1], axis=1), d_h, gradients

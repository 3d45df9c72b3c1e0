"""SimpleRNN, Elman and Jordan: one step forward, one step backward.

The three share the hidden layer h = f(x W + m U + b); what they remember, m, differs:
the hidden layer itself, a context fed by the hidden layer, state units fed by the
output.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from seqkit.testing.reference.activations import activation_named
from seqkit.testing.reference.sequence import Arrays


class Memory(NamedTuple):
    """What a step leaves for its backward step."""

    x: np.ndarray
    remembered: np.ndarray
    h: np.ndarray
    y: np.ndarray


def _hidden_backward(
    d_h: np.ndarray, activation: str, memory: Memory, weights: Arrays
) -> tuple[np.ndarray, np.ndarray, Arrays]:
    kernel, recurrent_kernel = weights[:2]
    d_a = d_h * activation_named(activation).slope(memory.h)
    d_weights = (memory.x.T @ d_a, memory.remembered.T @ d_a, d_a.sum(axis=0))
    return d_a @ kernel.T, d_a @ recurrent_kernel.T, d_weights


@dataclass(frozen=True)
class SimpleRNN:
    """h_t = f(x_t W + h_{t-1} U + b); the output is h_t.

    Weights: kernel (features, units), recurrent_kernel (units, units), bias (units,).
    """

    activation: str = "tanh"

    def forward(
        self, x: np.ndarray, states: Arrays, weights: Arrays
    ) -> tuple[np.ndarray, Arrays, Memory]:
        """Give h, (h,) and the memory of the step."""
        (h,), (kernel, recurrent_kernel, bias) = states, weights
        f = activation_named(self.activation)
        h_new = f.value(x @ kernel + h @ recurrent_kernel + bias)
        return h_new, (h_new,), Memory(x, h, h_new, h_new)

    def backward(
        self, d_output: np.ndarray, d_states: Arrays, memory: Memory, weights: Arrays
    ) -> tuple[np.ndarray, Arrays, Arrays]:
        """Give the gradients by x, (h,) before, and the three weights."""
        d_x, d_h, d_weights = _hidden_backward(
            d_output + d_states[0], self.activation, memory, weights
        )
        return d_x, (d_h,), d_weights


@dataclass(frozen=True)
class Context:
    """How a memory m takes in the value v of a step.

        decay None:  m' = v
        decay α:     m' = α m + v,   or normalized  m' = α m + (1 − α) v

    With `trainable_decay` the layer's last weight is the logit of α, α = σ(logit), and
    `decay` is only where it starts. With `truncated` no gradient passes the memory.
    """

    decay: float | tuple[float, ...] | None = None
    normalized: bool = False
    trainable_decay: bool = False
    truncated: bool = False

    def coefficients(self, weights: Arrays) -> tuple[np.ndarray, np.ndarray]:
        """Return what multiplies m and what multiplies v."""
        if self.trainable_decay:
            kept = activation_named("sigmoid").value(weights[-1])
        else:
            kept = np.asarray(0.0 if self.decay is None else self.decay, np.float64)
        return kept, 1.0 - kept if self.normalized else np.ones_like(kept)

    def forward(self, m: np.ndarray, v: np.ndarray, weights: Arrays) -> np.ndarray:
        """Return m'."""
        kept, taken = self.coefficients(weights)
        return kept * m + taken * v

    def backward(
        self, d_new: np.ndarray, m: np.ndarray, v: np.ndarray, weights: Arrays
    ) -> tuple[np.ndarray, np.ndarray, Arrays]:
        """Return the gradients by m, by v, and by the decay logit if there is one."""
        kept, taken = self.coefficients(weights)
        d_logit: Arrays = ()
        if self.trainable_decay:
            d_kept = d_new * (m - v if self.normalized else m)
            d_kept = d_kept.sum(axis=0) if kept.ndim else d_kept.sum()
            d_logit = (d_kept * activation_named("sigmoid").slope(kept),)
        d_m = np.zeros_like(d_new) if self.truncated else d_new * kept
        return d_m, d_new * taken, d_logit


@dataclass(frozen=True)
class Elman:
    """Elman's network: contexts copy the hidden layer, an output layer reads it.

        h_t = f(x_t W + c_t U + b)      y_t = g(h_t V + d)
        c_{t+1} = context(c_t, h_t)

    Weights: kernel (features, units), recurrent_kernel (units, units), bias (units,),
    output_kernel (units, output_units), output_bias (output_units,).

    Reference: J. L. Elman, "Finding structure in time", Cognitive Science 14, 1990.
    """

    activation: str = "tanh"
    output_activation: str = "linear"
    context: Context = Context()

    def fed_back(self, memory: Memory) -> np.ndarray:
        """Return what the context takes in: the hidden layer."""
        return memory.h

    def forward(
        self, x: np.ndarray, states: Arrays, weights: Arrays
    ) -> tuple[np.ndarray, Arrays, Memory]:
        """Give y, the context after the step, and the memory of the step."""
        (m,) = states
        kernel, recurrent_kernel, bias, output_kernel, output_bias = weights[:5]
        f = activation_named(self.activation)
        g = activation_named(self.output_activation)
        h = f.value(x @ kernel + m @ recurrent_kernel + bias)
        y = g.value(h @ output_kernel + output_bias)
        memory = Memory(x, m, h, y)
        return y, (self.context.forward(m, self.fed_back(memory), weights),), memory

    def backward(
        self, d_output: np.ndarray, d_states: Arrays, memory: Memory, weights: Arrays
    ) -> tuple[np.ndarray, Arrays, Arrays]:
        """Give the gradients by x, the context before, and the weights."""
        d_kept, d_fed, d_logit = self.context.backward(
            d_states[0], memory.remembered, self.fed_back(memory), weights
        )
        d_y, d_h = self.split_fed(d_output, d_fed)
        d_z = d_y * activation_named(self.output_activation).slope(memory.y)
        d_h = d_h + d_z @ weights[3].T
        d_x, d_m, d_hidden = _hidden_backward(d_h, self.activation, memory, weights)
        if self.context.truncated:
            d_m = np.zeros_like(d_m)
        d_readout = (memory.h.T @ d_z, d_z.sum(axis=0))
        return d_x, (d_kept + d_m,), (*d_hidden, *d_readout, *d_logit)

    def split_fed(
        self, d_output: np.ndarray, d_fed: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray | float]:
        """Return the gradients that reach y and h, given that of what was fed back."""
        return d_output, d_fed


@dataclass(frozen=True)
class Jordan(Elman):
    """Jordan's network: state units take in the output.

        h_t = f(x_t W + s_t U + b)      y_t = g(h_t V + d)
        s_{t+1} = context(s_t, y_t)

    With no decay this is plain output feedback, s_t = y_{t-1}. Weights as for `Elman`,
    but recurrent_kernel is (output_units, units), and a trainable decay comes last.

    Reference: M. I. Jordan, "Serial order: a parallel distributed processing
    approach", ICS report 8604, 1986.
    """

    output_activation: str = "tanh"

    def fed_back(self, memory: Memory) -> np.ndarray:
        """Return what the state units take in: the output."""
        return memory.y

    def split_fed(
        self, d_output: np.ndarray, d_fed: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray | float]:
        """Return the gradients that reach y and h, given that of what was fed back."""
        return d_output + d_fed, 0.0

"""LSTM and GRU: one step forward, one step backward, from the equations.

A product a = x W gives two gradients: ∂L/∂W = x^T δa and ∂L/∂x = δa W^T. The
rest is the chain rule, gate by gate.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from seqkit.testing.reference.activations import activation_named
from seqkit.testing.reference.sequence import Arrays


class LSTMMemory(NamedTuple):
    """What a step of the LSTM leaves for its backward step."""

    x: np.ndarray
    h: np.ndarray
    c: np.ndarray
    gates: Arrays
    squashed: np.ndarray


@dataclass(frozen=True)
class LSTM:
    """Long short-term memory; states h and c, gates in the order i, f, g, o.

        i, f, o = σ(x W + h_{t-1} U + b)      g = tanh(x W + h_{t-1} U + b)
        c_t = f ⊙ c_{t-1} + i ⊙ g             h_t = o ⊙ tanh(c_t)

    Weights: kernel (features, 4 units), recurrent_kernel (units, 4 units), bias
    (4 units,).

    Reference: S. Hochreiter, J. Schmidhuber, "Long short-term memory", 1997, with the
    forget gate of F. Gers, J. Schmidhuber, F. Cummins, "Learning to forget", 2000.
    """

    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"

    def forward(
        self, x: np.ndarray, states: Arrays, weights: Arrays
    ) -> tuple[np.ndarray, Arrays, LSTMMemory]:
        """Give h, (h, c) and the memory of the step."""
        (h, c), (kernel, recurrent_kernel, bias) = states, weights
        f_state = activation_named(self.activation)
        f_gate = activation_named(self.recurrent_activation)
        i, f, g, o = np.split(x @ kernel + h @ recurrent_kernel + bias, 4, axis=1)
        i, f, g, o = f_gate.value(i), f_gate.value(f), f_state.value(g), f_gate.value(o)
        c_new = f * c + i * g
        squashed = f_state.value(c_new)
        h_new = o * squashed
        return h_new, (h_new, c_new), LSTMMemory(x, h, c, (i, f, g, o), squashed)

    def backward(
        self,
        d_output: np.ndarray,
        d_states: Arrays,
        memory: LSTMMemory,
        weights: Arrays,
    ) -> tuple[np.ndarray, Arrays, Arrays]:
        """Give the gradients by x, (h, c) before, and the three weights."""
        kernel, recurrent_kernel, _ = weights
        f_state = activation_named(self.activation)
        f_gate = activation_named(self.recurrent_activation)
        i, f, g, o = memory.gates
        d_h = d_output + d_states[0]
        d_c = d_states[1] + d_h * o * f_state.slope(memory.squashed)
        d_a = np.concatenate(
            [
                d_c * g * f_gate.slope(i),
                d_c * memory.c * f_gate.slope(f),
                d_c * i * f_state.slope(g),
                d_h * memory.squashed * f_gate.slope(o),
            ],
            axis=1,
        )
        d_weights = (memory.x.T @ d_a, memory.h.T @ d_a, d_a.sum(axis=0))
        return d_a @ kernel.T, (d_a @ recurrent_kernel.T, d_c * f), d_weights


class GRUMemory(NamedTuple):
    """What a step of the GRU leaves for its backward step."""

    x: np.ndarray
    h: np.ndarray
    z: np.ndarray
    r: np.ndarray
    candidate: np.ndarray
    product: np.ndarray


@dataclass(frozen=True)
class GRU:
    """Gated recurrent unit; gates in the order z, r, candidate.

        z, r = σ(x W + h_{t-1} U + b)
        reset_after:      ĥ = tanh(x W_h + b_h + r ⊙ (h_{t-1} U_h + b'_h))
        not reset_after:  ĥ = tanh(x W_h + b_h + (r ⊙ h_{t-1}) U_h)
        h_t = z ⊙ h_{t-1} + (1 − z) ⊙ ĥ

    Weights: kernel (features, 3 units), recurrent_kernel (units, 3 units), bias
    (2, 3 units) with `reset_after`: of the input product, of the recurrent product;
    (3 units,) without.

    Reference: K. Cho et al., "Learning phrase representations using RNN
    encoder-decoder for statistical machine translation", 2014, versions 3 (reset
    before the product) and 1 (after it).
    """

    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    reset_after: bool = True

    def forward(
        self, x: np.ndarray, states: Arrays, weights: Arrays
    ) -> tuple[np.ndarray, Arrays, GRUMemory]:
        """Give h, (h,) and the memory of the step."""
        (h,), (kernel, recurrent_kernel, bias) = states, weights
        f_state = activation_named(self.activation)
        f_gate = activation_named(self.recurrent_activation)
        input_bias, recurrent_bias = (
            bias if self.reset_after else (bias, np.zeros_like(bias))
        )
        units = h.shape[1]
        xz, xr, xh = np.split(x @ kernel + input_bias, 3, axis=1)
        gates = h @ recurrent_kernel[:, : 2 * units] + recurrent_bias[: 2 * units]
        hz, hr = np.split(gates, 2, axis=1)
        z, r = f_gate.value(xz + hz), f_gate.value(xr + hr)
        u_h = recurrent_kernel[:, 2 * units :]
        if self.reset_after:
            product = h @ u_h + recurrent_bias[2 * units :]
            candidate = f_state.value(xh + r * product)
        else:
            product = (r * h) @ u_h
            candidate = f_state.value(xh + product)
        h_new = z * h + (1.0 - z) * candidate
        return h_new, (h_new,), GRUMemory(x, h, z, r, candidate, product)

    def backward(
        self, d_output: np.ndarray, d_states: Arrays, memory: GRUMemory, weights: Arrays
    ) -> tuple[np.ndarray, Arrays, Arrays]:
        """Give the gradients by x, (h,) before, and the three weights."""
        kernel, recurrent_kernel, _ = weights
        f_state = activation_named(self.activation)
        f_gate = activation_named(self.recurrent_activation)
        x, h, z, r, candidate, product = memory
        units = h.shape[1]
        u_gates, u_h = np.split(recurrent_kernel, [2 * units], axis=1)

        d_h = d_output + d_states[0]
        d_candidate = d_h * (1.0 - z) * f_state.slope(candidate)
        if self.reset_after:
            d_product = d_candidate * r
            d_r = d_candidate * product
            d_h_before = d_product @ u_h.T
            d_u_h = h.T @ d_product
        else:
            d_product = d_candidate
            d_reset = d_product @ u_h.T  # by r ⊙ h
            d_r = d_reset * h
            d_h_before = d_reset * r
            d_u_h = (r * h).T @ d_product
        d_gates = np.concatenate(
            [d_h * (h - candidate) * f_gate.slope(z), d_r * f_gate.slope(r)], axis=1
        )
        d_h_before = d_h_before + d_h * z + d_gates @ u_gates.T

        d_input = np.concatenate([d_gates, d_candidate], axis=1)
        d_recurrent_kernel = np.concatenate([h.T @ d_gates, d_u_h], axis=1)
        d_bias = d_input.sum(axis=0)
        if self.reset_after:
            d_recurrent = np.concatenate([d_gates, d_product], axis=1)
            d_bias = np.stack([d_bias, d_recurrent.sum(axis=0)])
        d_weights = (x.T @ d_input, d_recurrent_kernel, d_bias)
        return d_input @ kernel.T, (d_h_before,), d_weights

"""Simple recurrent networks after the classical ones, from their equations."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seqkit.testing.reference.autodiff import (
    Equations,
    Value,
    activated,
    concatenate,
    sigmoid,
    tanh,
    where,
)

Step = tuple[Value, list[Value]]


@dataclass(frozen=True)
class IndRNN(Equations):
    """Li et al. 2018, equation 2: h_t = f(W x_t + u ⊙ h_{t-1} + b).

    Weights: kernel (features, units), recurrent_kernel (units,), bias (units,).
    """

    activation: str = "relu"

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h,)."""
        (h,), (kernel, u, bias) = states, weights
        h = activated(self.activation, x @ kernel + u * h + bias)
        return h, [h]


@dataclass(frozen=True)
class Clockwork(Equations):
    """Koutník et al. 2014: group g acts where T_g divides t; it hears groups k ≥ g.

    Weights: kernel (features, units); recurrent_kernel, of each group a row for every
    unit of its own and of slower groups, one group below the other; bias (units,).
    States: h, and t modulo each period.
    """

    periods: Sequence[int] = (1, 2, 4, 8)

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h, and h and t + 1 modulo each period."""
        (h, clocks), (kernel, recurrent_kernel, bias) = states, weights
        clock = np.round(clocks.array)
        from_input = x @ kernel + bias
        size = h.array.shape[1] // len(self.periods)
        groups, row = [], 0
        for g in range(len(self.periods)):
            own, heard = slice(g * size, (g + 1) * size), h[:, g * size :]
            rows = recurrent_kernel[row : row + heard.array.shape[1]]
            row += heard.array.shape[1]
            acts = clock[:, g : g + 1] == 0
            new = tanh(from_input[:, own] + heard @ rows)
            groups.append(where(acts, new, h[:, own]))
        h = concatenate(groups)
        return h, [h, Value((clock + 1) % np.asarray(self.periods))]


@dataclass(frozen=True)
class MinimalRNN(Equations):
    """Chen 2017: h = u ⊙ h + (1 − u) ⊙ z, z = f(W x + b), u = σ(U_h h + U_z z + c).

    Weights: kernel, bias, latent_kernel (U_z), recurrent_kernel (U_h), gate_bias (c).
    """

    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h,)."""
        (h,), (kernel, bias, latent_kernel, recurrent_kernel, c) = states, weights
        z = activated(self.activation, x @ kernel + bias)
        gate = h @ recurrent_kernel + z @ latent_kernel + c
        u = activated(self.recurrent_activation, gate)
        h = u * h + (1.0 - u) * z
        return h, [h]


@dataclass(frozen=True)
class CoRNN(Equations):
    """Rusch & Mishra 2021, equation 3, with the damping of the step before.

    Weights: kernel, recurrent_kernel of y, velocity_kernel of z, bias. States: y, z.
    """

    time_step: float = 0.042
    frequency: float = 2.7
    damping: float = 4.7

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return y and (y, z)."""
        (y, z), (kernel, recurrent_kernel, velocity_kernel, bias) = states, weights
        force = tanh(y @ recurrent_kernel + z @ velocity_kernel + x @ kernel + bias)
        dt = self.time_step
        z = z + dt * force - dt * self.frequency * y - dt * self.damping * z
        y = y + dt * z
        return y, [y, z]


@dataclass(frozen=True)
class LEM(Equations):
    """Rusch et al. 2022, equation 3.

    Weights: kernel and bias for a, c, z, y; recurrent_kernel of y for a, c, z;
    memory_kernel of the new z for y. States: y, z.
    """

    time_step: float = 1.0

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return y and (y, z)."""
        (y, z), (kernel, bias, recurrent_kernel, memory_kernel) = states, weights
        x_a, x_c, x_z, x_y = (x @ kernel + bias).split(4)
        y_a, y_c, y_z = (y @ recurrent_kernel).split(3)
        a = self.time_step * sigmoid(x_a + y_a)
        c = self.time_step * sigmoid(x_c + y_c)
        z = (1.0 - a) * z + a * tanh(x_z + y_z)
        y = (1.0 - c) * y + c * tanh(x_y + z @ memory_kernel)
        return y, [y, z]


@dataclass(frozen=True)
class MultiRecurrent(Equations):
    """h_t = f(W x_t + R c_t + U s_t + b), y_t = g(V h_t + d).

    c is made of banks: c^j_{t+1} = α_j c^j_t + (1 − α_j) h_t, with the rates 0, 1/B,
    2/B and so on; s of y likewise.

    Weights: kernel, recurrent_kernel (R), feedback_kernel (U), bias, output_kernel (V),
    output_bias (d). States: c, s.
    """

    activation: str = "tanh"
    output_activation: str = "tanh"
    banks: int = 1

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return y and (c, s)."""
        c, s = states
        kernel, recurrent_kernel, feedback_kernel, bias, output_kernel, d = weights
        a = x @ kernel + c @ recurrent_kernel + s @ feedback_kernel + bias
        h = activated(self.activation, a)
        y = activated(self.output_activation, h @ output_kernel + d)
        return y, [self._banks(c, h), self._banks(s, y)]

    def _banks(self, before: Value, new: Value) -> Value:
        banks = []
        for j, bank in enumerate(before.split(self.banks)):
            rate = j / self.banks
            banks.append(rate * bank + (1.0 - rate) * new)
        return concatenate(banks)


@dataclass(frozen=True)
class EchoState(Equations):
    """Lukoševičius 2012, equations 2 to 4: h = (1 − a) h + a tanh(W x + U h + b).

    Weights, of the readout first, where there is one: output_kernel of h, then x, and
    output_bias; then kernel, recurrent_kernel and bias.
    """

    output_units: int | None = None
    leak: float = 1.0

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return y, or h without a readout, and (h,)."""
        (h,), (*readout, kernel, recurrent_kernel, bias) = states, weights
        new = tanh(x @ kernel + h @ recurrent_kernel + bias)
        h = (1.0 - self.leak) * h + self.leak * new
        if self.output_units is None:
            return h, [h]
        return concatenate([h, x]) @ readout[0] + readout[1], [h]

"""Variants of long short-term memory, from their equations.

Gates lie side by side in the order i, f, g, o; states are h and c, unless a class says
otherwise.
"""

from dataclasses import dataclass

from seqkit.testing.reference.autodiff import (
    Equations,
    Value,
    activated,
    concatenate,
    exp,
    log,
    maximum,
    sigmoid,
)

Step = tuple[Value, list[Value]]


@dataclass(frozen=True)
class LSTMEquations(Equations):
    """The two activations, f of the cell and σ of the gates."""

    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"

    def f(self, a: Value) -> Value:
        """Return the activation of a candidate or a cell."""
        return activated(self.activation, a)

    def gate(self, a: Value) -> Value:
        """Return the activation of a gate."""
        return activated(self.recurrent_activation, a)


@dataclass(frozen=True)
class PeepholeLSTM(LSTMEquations):
    """Gers & Schmidhuber 2000: gates see the cell, the output gate the new one.

    Weights: kernel (features, 4 units), recurrent_kernel (units, 4 units), bias
    (4 units,), peephole_kernel (3, units) for i, f, o.
    """

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h, c)."""
        (h, c), (kernel, recurrent_kernel, bias, peepholes) = states, weights
        a_i, a_f, a_g, a_o = (x @ kernel + h @ recurrent_kernel + bias).split(4)
        i = self.gate(a_i + peepholes[0] * c)
        f = self.gate(a_f + peepholes[1] * c)
        c_new = f * c + i * self.f(a_g)
        o = self.gate(a_o + peepholes[2] * c_new)
        h_new = o * self.f(c_new)
        return h_new, [h_new, c_new]


@dataclass(frozen=True)
class CoupledLSTM(LSTMEquations):
    """Greff et al. 2015, CIFG: f = 1 − i, and peepholes from c to i, from c_new to o.

    Weights: kernel (features, 3 units), recurrent_kernel (units, 3 units), bias
    (3 units,), in the order i, g, o; with peepholes a kernel (2, units) for i, o.
    """

    peepholes: bool = True

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h, c)."""
        (h, c), (kernel, recurrent_kernel, bias, *peepholes) = states, weights
        a_i, a_g, a_o = (x @ kernel + h @ recurrent_kernel + bias).split(3)
        i = self.gate(a_i + peepholes[0][0] * c if self.peepholes else a_i)
        c_new = c - i * c + i * self.f(a_g)
        o = self.gate(a_o + peepholes[0][1] * c_new if self.peepholes else a_o)
        h_new = o * self.f(c_new)
        return h_new, [h_new, c_new]


@dataclass(frozen=True)
class ProjectedLSTM(LSTMEquations):
    """Sak et al. 2014: r = (o ⊙ tanh(c)) V is the output and what is fed back.

    Weights: kernel (features, 4 units), recurrent_kernel (projection, 4 units), bias
    (4 units,), projection_kernel (units, projection), and with peepholes, from c to i
    and f and from c_new to o, a kernel (3, units) for i, f, o. States r and c.
    """

    peepholes: bool = True

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return r and (r, c)."""
        (r, c), (kernel, recurrent_kernel, bias, projection, *rest) = states, weights
        i, f, g, o = (x @ kernel + r @ recurrent_kernel + bias).split(4)
        if self.peepholes:
            i, f = i + rest[0][0] * c, f + rest[0][1] * c
        c_new = self.gate(f) * c + self.gate(i) * self.f(g)
        if self.peepholes:
            o = o + rest[0][2] * c_new
        r_new = (self.gate(o) * self.f(c_new)) @ projection
        return r_new, [r_new, c_new]


def layer_norm(a: Value, gain: Value, offset: Value, epsilon: float) -> Value:
    """Return gain ⊙ (a − μ) / sqrt(σ² + ε) + offset, over the last axis."""
    centred = a - a.mean()
    variance = (centred * centred).mean()
    return gain * (centred / (variance + epsilon) ** 0.5) + offset


@dataclass(frozen=True)
class LayerNormLSTM(LSTMEquations):
    """Ba et al. 2016: the two products and the cell before its tanh are normalized.

    Weights: those of the LSTM, then a gain and an offset for the input's product, for
    the recurrent product, each (4 units,), and for the cell, (units,).
    """

    norm_epsilon: float = 1e-5

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h, c)."""
        (h, c), (kernel, recurrent_kernel, bias, *norms) = states, weights
        epsilon = self.norm_epsilon
        a = layer_norm(x @ kernel, norms[0], norms[1], epsilon)
        a = a + layer_norm(h @ recurrent_kernel, norms[2], norms[3], epsilon) + bias
        i, f, g, o = a.split(4)
        c_new = self.gate(f) * c + self.gate(i) * self.f(g)
        h_new = self.gate(o) * self.f(layer_norm(c_new, norms[4], norms[5], epsilon))
        return h_new, [h_new, c_new]


@dataclass(frozen=True)
class DepthGatedLSTM(LSTMEquations):
    """Yao et al. 2015: a gate k lets the cell of the layer below into that above.

    Weights of the first layer: kernel (features, 5 units) in the order i, f, g, o, k,
    recurrent_kernel (units, 4 units), bias (5 units,), peepholes (4, units) from the
    layer's own cell to i, f, o and k, or (1, units) to k alone; then those of the next
    layers, whose peepholes have one more row, from the cell below to k. At last the
    input_kernel (features, units), which gives the first layer its cell below. States
    h, c of the first layer, h, c of the next, …
    """

    peepholes: bool = True

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return the last layer's h, and all h and c."""
        inputs, new = x, []
        c_below = x @ weights[-1]
        for layer in range(len(states) // 2):
            h, c = states[2 * layer], states[2 * layer + 1]
            own = weights[4 * layer : 4 * layer + 4]
            kernel, recurrent_kernel, bias, vectors = own
            to_k = 3 if self.peepholes else 0
            *gates, a_k = (inputs @ kernel + bias).split(5)
            recurrent = (h @ recurrent_kernel).split(4)
            a_i, a_f, a_g, a_o = (a + b for a, b in zip(gates, recurrent, strict=True))
            a_k = a_k + vectors[to_k] * c
            if layer > 0:
                a_k = a_k + vectors[to_k + 1] * c_below
            if self.peepholes:
                a_i, a_f = a_i + vectors[0] * c, a_f + vectors[1] * c
            c_new = self.gate(a_k) * c_below
            c_new = c_new + self.gate(a_f) * c + self.gate(a_i) * self.f(a_g)
            if self.peepholes:
                a_o = a_o + vectors[2] * c_new
            h_new = self.gate(a_o) * self.f(c_new)
            new += [h_new, c_new]
            inputs, c_below = h_new, c_new
        return inputs, new


@dataclass(frozen=True)
class SLSTM(LSTMEquations):
    """Beck et al. 2024, with its stabilizer m.

    Weights: kernel (features, 4 units), recurrent_kernel (units, 4 units / heads),
    whose rows of a head have the four blocks of that head, bias (4 units,). States h,
    c, n, m.
    """

    heads: int = 1
    forget_gate: str = "sigmoid"

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h, c, n, m)."""
        (h, c, n, m), _ = states, weights
        i, f, g, o = self.sums(x, h, weights)
        log_f = log(sigmoid(f)) if self.forget_gate == "sigmoid" else f
        m_new = maximum(log_f + m, i)
        i, f = exp(i - m_new), exp(log_f + m - m_new)
        c_new = f * c + i * self.f(g)
        n_new = f * n + i
        h_new = self.gate(o) * c_new / n_new
        return h_new, [h_new, c_new, n_new, m_new]

    def sums(self, x: Value, h: Value, weights: list[Value]) -> list[Value]:
        """Return ĩ, f̃, g̃ and õ, head by head."""
        kernel, recurrent_kernel, bias = weights
        of_heads = []
        size = recurrent_kernel.array.shape[0] // self.heads
        for head in range(self.heads):
            own = slice(head * size, (head + 1) * size)
            of_heads.append((h[:, own] @ recurrent_kernel[own]).split(4))
        blocks = [concatenate(block) for block in zip(*of_heads, strict=True)]
        inputs = (x @ kernel + bias).split(4)
        return [a + b for a, b in zip(inputs, blocks, strict=True)]


@dataclass(frozen=True)
class UnstabilizedSLSTM(SLSTM):
    """The same network with its gates as they are: exp overflows. States h, c, n."""

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h, c, n)."""
        h, c, n = states
        i, f, g, o = self.sums(x, h, weights)
        f = sigmoid(f) if self.forget_gate == "sigmoid" else exp(f)
        c_new = f * c + exp(i) * self.f(g)
        n_new = f * n + exp(i)
        h_new = self.gate(o) * c_new / n_new
        return h_new, [h_new, c_new, n_new]

"""Gated networks with one state or with a structure of their own, from the equations.

Gates and candidates lie side by side in the order in which a class names them. The
state is h, unless a class says otherwise.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from seqkit.testing.reference.autodiff import Value, activated, concatenate, relu
from seqkit.testing.reference.lstm_family import LSTMEquations, Step, layer_norm


@dataclass(frozen=True)
class LayerNormGRU(LSTMEquations):
    """Ba et al. 2016: z, r, n; the gates are normalized together, n by itself.

    Weights: kernel (features, 3 units), recurrent_kernel (units, 3 units), then gain
    and offset of the input's products, gain and offset of the recurrent products.
    """

    norm_epsilon: float = 1e-5

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h,)."""
        (h,), (kernel, recurrent_kernel, *norms) = states, weights
        gates, n = slice(0, 2 * h.array.shape[1]), slice(2 * h.array.shape[1], None)

        def of_x(part: slice) -> Value:
            product, gain, offset = (x @ kernel)[:, part], norms[0], norms[1]
            return layer_norm(product, gain[part], offset[part], self.norm_epsilon)

        def of_h(part: slice) -> Value:
            product, gain, offset = (h @ recurrent_kernel)[:, part], norms[2], norms[3]
            return layer_norm(product, gain[part], offset[part], self.norm_epsilon)

        z, r = self.gate(of_x(gates) + of_h(gates)).split(2)
        new = self.f(of_x(n) + r * of_h(n))
        h_new = (1.0 - z) * h + z * new
        return h_new, [h_new]


@dataclass(frozen=True)
class MGU(LSTMEquations):
    """Zhou et al. 2016: f, n; f is the share that is renewed.

    With `gate_keeps`, f is what is kept. With `reset_after`, the last weight is n's
    recurrent bias.
    """

    reset_after: bool = False
    gate_keeps: bool = False

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h,)."""
        (h,), (kernel, recurrent_kernel, bias, *recurrent_bias) = states, weights
        x_f, x_n = (x @ kernel + bias).split(2)
        u_f, u_n = recurrent_kernel.split(2)
        f = self.gate(x_f + h @ u_f)
        if self.reset_after:
            n = self.f(x_n + f * (h @ u_n + recurrent_bias[0]))
        else:
            n = self.f(x_n + (f * h) @ u_n)
        kept = f if self.gate_keeps else 1.0 - f
        h_new = kept * h + (1.0 - kept) * n
        return h_new, [h_new]


@dataclass(frozen=True)
class UGRNN(LSTMEquations):
    """Collins et al. 2016: n, g. h = g ⊙ h + (1 − g) ⊙ n."""

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h,)."""
        (h,), (kernel, recurrent_kernel, bias) = states, weights
        n, g = (x @ kernel + h @ recurrent_kernel + bias).split(2)
        h_new = self.gate(g) * h + (1.0 - self.gate(g)) * self.f(n)
        return h_new, [h_new]


@dataclass(frozen=True)
class JANET(LSTMEquations):
    """Van der Westhuizen & Lasenby 2018: f, n. What is taken in is shifted by β."""

    beta: float = 1.0

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h,)."""
        (h,), (kernel, recurrent_kernel, bias) = states, weights
        s, n = (x @ kernel + h @ recurrent_kernel + bias).split(2)
        h_new = self.gate(s) * h + (1.0 - self.gate(s - self.beta)) * self.f(n)
        return h_new, [h_new]


@dataclass(frozen=True)
class LiGRU(LSTMEquations):
    """Ravanelli et al. 2018, without batch normalization: z, n."""

    activation: str = "relu"

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h,)."""
        (h,), (kernel, recurrent_kernel, bias) = states, weights
        z, n = (x @ kernel + h @ recurrent_kernel + bias).split(2)
        h_new = self.gate(z) * h + (1.0 - self.gate(z)) * self.f(n)
        return h_new, [h_new]


@dataclass(frozen=True)
class MUT1(LSTMEquations):
    """Jozefowicz et al. 2015: z, r, n; the recurrent kernel has r and n.

    Without `input_projection` x itself stands for its product in n.
    """

    input_projection: bool = True

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h,)."""
        (h,), (kernel, recurrent_kernel, bias) = states, weights
        x_z, x_r, x_n = self.products(x, kernel, own=2)
        (b_z, b_r, b_n), (u_r, u_n) = bias.split(3), recurrent_kernel.split(2)
        z = self.gate(x_z + b_z)
        r = self.gate(x_r + h @ u_r + b_r)
        n = self.f((r * h) @ u_n + self.f(x_n) + b_n)
        h_new = n * z + h * (1.0 - z)
        return h_new, [h_new]

    def products(self, x: Value, kernel: Value, own: int) -> list[Value]:
        """Return the three products, x itself for one where it is not projected."""
        if self.input_projection:
            return (x @ kernel).split(3)
        products = (x @ kernel).split(2)
        return [*products[:own], x, *products[own:]]


@dataclass(frozen=True)
class MUT2(MUT1):
    """Jozefowicz et al. 2015: z, r, n. Without `input_projection` x itself is in r."""

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h,)."""
        (h,), (kernel, recurrent_kernel, bias) = states, weights
        x_z, x_r, x_n = self.products(x, kernel, own=1)
        (b_z, b_r, b_n), (u_z, u_r, u_n) = bias.split(3), recurrent_kernel.split(3)
        z = self.gate(x_z + h @ u_z + b_z)
        r = self.gate(x_r + h @ u_r + b_r)
        n = self.f((r * h) @ u_n + x_n + b_n)
        h_new = n * z + h * (1.0 - z)
        return h_new, [h_new]


@dataclass(frozen=True)
class MUT3(LSTMEquations):
    """Jozefowicz et al. 2015: z, r, n; z sees tanh(h)."""

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h,)."""
        (h,), (kernel, recurrent_kernel, bias) = states, weights
        x_z, x_r, x_n = (x @ kernel + bias).split(3)
        u_z, u_r, u_n = recurrent_kernel.split(3)
        z = self.gate(x_z + self.f(h) @ u_z)
        r = self.gate(x_r + h @ u_r)
        n = self.f((r * h) @ u_n + x_n)
        h_new = n * z + h * (1.0 - z)
        return h_new, [h_new]


@dataclass(frozen=True)
class NAS(LSTMEquations):
    """Zoph & Le 2017, the cell of TensorFlow Addons. States h and c.

    Weights: kernel (features, 8 units), recurrent_kernel (size, 8 units), bias
    (8 units,), and with `projection` the projection_kernel (units, projection).
    """

    projection: int | None = None

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h, c)."""
        (h, c), (kernel, recurrent_kernel, bias, *projection) = states, weights
        of_x = (x @ kernel).split(8)
        of_h = (h @ recurrent_kernel + bias).split(8)
        sums = [x_k + h_k for x_k, h_k in zip(of_x, of_h, strict=True)]
        a = [
            *(self.gate(sums[0]), relu(sums[1]), self.gate(sums[2])),
            relu(of_x[3] * of_h[3]),
            *(self.f(sums[4]), self.gate(sums[5]), self.f(sums[6]), self.gate(sums[7])),
        ]
        left = self.f(self.f(a[0] * a[1]) + c)
        c_new = left * self.f(a[2] + a[3])
        right = self.f(self.f(a[4] * a[5]) + self.gate(a[6] + a[7]))
        h_new = self.f(c_new * right)
        if projection:
            h_new = h_new @ projection[0]
        return h_new, [h_new, c_new]


@dataclass(frozen=True)
class RHN(LSTMEquations):
    """Zilly et al. 2017: n, k, and c where the gates are not coupled.

    Weights: kernel, recurrent_kernel and bias of the first layer, then recurrent_kernel
    and bias of each layer above.
    """

    coupled_gates: bool = True

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h,)."""
        (s,), (kernel, *layers) = states, weights
        for place in range(0, len(layers), 2):
            a = s @ layers[place] + layers[place + 1]
            a = a + x @ kernel if place == 0 else a
            n, k, *rest = a.split(2 if self.coupled_gates else 3)
            transform = self.gate(k)
            carry = 1.0 - transform if self.coupled_gates else self.gate(rest[0])
            s = self.f(n) * transform + s * carry
        return s, [s]


@dataclass(frozen=True)
class SCRN(LSTMEquations):
    """Mikolov et al. 2014: slow context units s beside a hidden layer h.

    Weights: kernel A (features, units), context_kernel B (features, context_units),
    recurrent_kernel R (units, units), context_recurrent_kernel P (context_units,
    units), bias (units,), output_kernel (units + context_units, output_units),
    output_bias (output_units,). States h and s.
    """

    activation: str = "sigmoid"
    output_activation: str = "linear"
    decay: Any = 0.95

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return y and (h, s)."""
        h, s = states
        a, b, r, p, bias, output_kernel, output_bias = weights
        decay = np.asarray(self.decay)
        s_new = (1.0 - decay) * (x @ b) + decay * s
        h_new = self.f(s_new @ p + x @ a + h @ r + bias)
        y = concatenate([h_new, s_new]) @ output_kernel + output_bias
        return activated(self.output_activation, y), [h_new, s_new]

"""Networks that are linear in their state, step by step, from their equations."""

from dataclasses import dataclass

from seqkit.testing.reference.autodiff import (
    Equations,
    Value,
    concatenate,
    cosine,
    exp,
    log,
    sigmoid,
    sine,
)

Step = tuple[Value, list[Value]]


@dataclass(frozen=True)
class MinGRU(Equations):
    """Feng et al. 2024, section 3.1: h = (1 − z) ⊙ h + z ⊙ n, gates of x alone.

    Weights: kernel (features, 2 units) and bias (2 units,) for z, n.
    """

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h,)."""
        (h,), (kernel, bias) = states, weights
        z, n = (x @ kernel + bias).split(2)
        z = sigmoid(z)
        h = (1.0 - z) * h + z * n
        return h, [h]


@dataclass(frozen=True)
class MinLSTM(Equations):
    """Feng et al. 2024, section 3.2: h = f/(f + i) ⊙ h + i/(f + i) ⊙ n.

    Weights: kernel (features, 3 units) and bias (3 units,) for i, f, n.
    """

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h,)."""
        (h,), (kernel, bias) = states, weights
        i, f, n = (x @ kernel + bias).split(3)
        i, f = sigmoid(i), sigmoid(f)
        h = (f / (f + i)) * h + (i / (f + i)) * n
        return h, [h]


@dataclass(frozen=True)
class LRU(Equations):
    """Orvieto et al. 2023: x = λ ⊙ x + γ ⊙ (B u), y = Re(C x) + D u, in real numbers.

    Weights: decay (ν), frequency (θ), scale (log γ), kernel (B: real, imaginary),
    output_kernel (C: real, minus imaginary), skip_kernel (D).
    """

    diagonal_skip: bool = False

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return y, and the real and the imaginary part of the state."""
        (real, imaginary) = states
        decay, frequency, scale, kernel, output_kernel, skip_kernel = weights
        radius, angle = exp(-exp(decay)), exp(frequency)
        cos, sin = radius * cosine(angle), radius * sine(angle)
        taken_real, taken_imaginary = (x @ kernel).split(2)
        real, imaginary = (
            cos * real - sin * imaginary + exp(scale) * taken_real,
            cos * imaginary + sin * real + exp(scale) * taken_imaginary,
        )
        skipped = x * skip_kernel if self.diagonal_skip else x @ skip_kernel
        y = concatenate([real, imaginary]) @ output_kernel + skipped
        return y, [real, imaginary]


@dataclass(frozen=True)
class RGLRU(Equations):
    """De et al. 2024, equations 1 to 4.

    Weights: with `project` kernel and bias of the linear layer before; gate_kernel and
    gate_bias for r, i; decay (Λ).
    """

    project: bool = True

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h,)."""
        (h,) = states
        *projection, gate_kernel, gate_bias, decay = weights
        v = x @ projection[0] + projection[1] if self.project else x
        r, i = sigmoid(v @ gate_kernel + gate_bias).split(2)
        a = exp(-8.0 * log(1.0 + exp(decay)) * r)
        h = a * h + (1.0 - a * a) ** 0.5 * (i * v)
        return h, [h]

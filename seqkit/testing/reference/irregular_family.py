"""Networks for readings at irregular times or with gaps, from their equations."""

from dataclasses import dataclass

import numpy as np

from seqkit.testing.reference.autodiff import (
    Equations,
    Value,
    activated,
    exp,
    relu,
    sigmoid,
    tanh,
    where,
)

Step = tuple[Value, list[Value]]


@dataclass(frozen=True)
class CfC(Equations):
    """Hasani et al. 2022, equation 10, with heads for f, p, q on a shared backbone.

    Weights: kernel, recurrent_kernel, bias; a kernel and a bias of each further layer
    of the backbone; head_kernel and head_bias for f, p, q.
    """

    backbone_activation: str = "tanh"
    time_channel: bool = False

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h,)."""
        (h,), (kernel, recurrent_kernel, bias, *rest) = states, weights
        time = x[:, -1:] if self.time_channel else 1.0
        x = x[:, :-1] if self.time_channel else x
        layer = activated(
            self.backbone_activation, x @ kernel + h @ recurrent_kernel + bias
        )
        *deeper, head_kernel, head_bias = rest
        for i in range(0, len(deeper), 2):
            layer = activated(
                self.backbone_activation, layer @ deeper[i] + deeper[i + 1]
            )
        f, p, q = (layer @ head_kernel + head_bias).split(3)
        gate = sigmoid(-f * time)
        h = gate * tanh(p) + (1.0 - gate) * tanh(q)
        return h, [h]


@dataclass(frozen=True)
class GRUD(Equations):
    """Che et al. 2018, equations 10 to 16; NaN is a reading that is missing.

    Weights: kernel, mask_kernel, recurrent_kernel, bias for z, r, n; input_decay and
    its bias, state_decay and its bias; the means. States: h, the last reading less the
    mean, δ.
    """

    deltas: bool = False

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h, and h, the last reading less the mean, and the next δ."""
        h, last, *delta = states
        kernel, mask_kernel, recurrent_kernel, bias, *decays, mean = weights
        w_x, b_x, w_h, b_h = decays
        readings, *given = x.split(2) if self.deltas else [x]
        (time,) = given or delta
        there = ~np.isnan(readings.array)
        m = Value(there)
        decay = exp(-relu(time * w_x + b_x))
        state_decay = exp(-relu(time @ w_h + b_h))
        guess = decay * (last + mean) + (1.0 - decay) * mean
        estimate = where(there, readings, guess)
        h = state_decay * h
        x_z, x_r, x_n = (estimate @ kernel + m @ mask_kernel + bias).split(3)
        u_z, u_r, u_n = recurrent_kernel.split(3)
        z, r = sigmoid(x_z + h @ u_z), sigmoid(x_r + h @ u_r)
        n = tanh(x_n + (r * h) @ u_n)
        h = (1.0 - z) * h + z * n
        last = where(there, readings - mean, last)
        if self.deltas:
            return h, [h, last]
        return h, [h, last, where(there, 1.0, 1.0 + time)]

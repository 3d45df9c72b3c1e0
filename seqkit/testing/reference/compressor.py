"""The history compressor, from its equations."""

from dataclasses import dataclass

import numpy as np

from seqkit.testing.reference.autodiff import (
    Equations,
    Value,
    activated,
    concatenate,
    exp,
    tanh,
    where,
)

Step = tuple[Value, list[Value]]


@dataclass(frozen=True)
class HistoryCompressor(Equations):
    """Schmidhuber 1992: the upper level moves where the lower was wrong.

    Weights: kernel, recurrent_kernel, bias, output_kernel, output_bias of the lower
    level, the same of the upper; time_kernel; if collapsed state_kernel, state_bias.
    States: h, p, H, the time since the upper level moved (0 before it ever did).
    """

    output_activation: str = "softmax"
    tolerance: float = 0.5
    time_digits: int = 8
    collapsed: bool = False

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return the predictions of both levels, u and more; and the new states."""
        h, p, upper, time = states
        lower_weights, upper_weights, rest = weights[:5], weights[5:10], weights[10:]
        since = np.round(time.array)
        wrong = np.abs(p.array - x.array).max(axis=1, keepdims=True) > self.tolerance
        moves = wrong | (since == 0) | (since < 0)
        code = [[int(n) >> k & 1 for k in range(self.time_digits)] for n in since[:, 0]]

        kernel, recurrent_kernel, bias, output_kernel, output_bias = lower_weights
        h = tanh(x @ kernel + h @ recurrent_kernel + bias)
        p = self._output(h @ output_kernel + output_bias)
        kernel, recurrent_kernel, bias, output_kernel, output_bias = upper_weights
        timed = Value(np.array(code)) @ rest[0]
        moved = tanh(x @ kernel + timed + upper @ recurrent_kernel + bias)
        upper = where(moves, moved, upper)
        outputs = [p, self._output(upper @ output_kernel + output_bias), Value(moves)]
        if self.collapsed:
            outputs += [h @ rest[1] + rest[2], upper]
        longest = 2.0**self.time_digits - 1.0
        since = np.where(moves, 1.0, np.minimum(since + 1.0, longest))
        return concatenate(outputs), [h, p, upper, Value(since)]

    def _output(self, a: Value) -> Value:
        if self.output_activation != "softmax":
            return activated(self.output_activation, a)
        powers = exp(a)
        return powers / (powers.mean() * a.array.shape[-1])

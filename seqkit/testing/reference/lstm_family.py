"""Variants of long short-term memory, from their equations."""

from dataclasses import dataclass

from seqkit.testing.reference.autodiff import Equations, Value, activated

Step = tuple[Value, list[Value]]


@dataclass(frozen=True)
class PeepholeLSTM(Equations):
    """Gers & Schmidhuber 2000: gates see the cell, the output gate the new one.

    Weights: kernel (features, 4 units), recurrent_kernel (units, 4 units) and bias
    (4 units,) in the order i, f, g, o; peephole_kernel (3, units) for i, f, o.
    """

    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"

    def step(self, x: Value, states: list[Value], weights: list[Value]) -> Step:
        """Return h and (h, c)."""
        (h, c), (kernel, recurrent_kernel, bias, peepholes) = states, weights
        a_i, a_f, a_g, a_o = (x @ kernel + h @ recurrent_kernel + bias).split(4)
        i = activated(self.recurrent_activation, a_i + peepholes[0] * c)
        f = activated(self.recurrent_activation, a_f + peepholes[1] * c)
        c_new = f * c + i * activated(self.activation, a_g)
        o = activated(self.recurrent_activation, a_o + peepholes[2] * c_new)
        h_new = o * activated(self.activation, c_new)
        return h_new, [h_new, c_new]

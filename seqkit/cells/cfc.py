"""The closed-form continuous-time network."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.base import RecurrentCell


@keras.saving.register_keras_serializable("seqkit")
class CfCCell(RecurrentCell):
    """Cell of the closed-form continuous-time network, for steps of any length.

        b_t = g(W x_t + U h_{t-1} + c)                  the backbone, one or more layers
        f_t = W_f b_t + c_f
        h_t = σ(−f_t Δt) ⊙ tanh(W_p b_t + c_p) + (1 − σ(−f_t Δt)) ⊙ tanh(W_q b_t + c_q)

    Δt is the time since the step before, 1 where the input does not say.

    Weights, of B backbone units: `kernel` `(features, B)`, `recurrent_kernel`
    `(units, B)`, `bias` `(B,)`; of the k-th further layer of the backbone
    `backbone_kernel_k` `(B, B)` and `backbone_bias_k` `(B,)`; `head_kernel`
    `(B, 3 units)` and `head_bias` `(3 units,)` in the order f, p, q.

    Args:
        activation: function of p and q, tanh above.
        backbone_units: B.
        backbone_layers: number of layers of the backbone, one or more.
        backbone_activation: g.
        time_channel: whether the last feature of the input is Δt.

    Example: two features, then the time since the step before.
    >>> cell = CfCCell(4, backbone_units=8, time_channel=True)
    >>> h = cell.get_initial_state(batch_size=1)
    >>> y, h = cell(np.array([[0.3, -0.1, 2.5]], "float32"), h)
    >>> y.shape
    TensorShape([1, 4])

    Reference: R. Hasani et al., "Closed-form continuous-time neural networks", Nature
    Machine Intelligence 4, 2022 (arXiv 2106.13898).
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        backbone_units: int = 128,
        backbone_layers: int = 1,
        backbone_activation: Any = "tanh",
        time_channel: bool = False,
        **kwargs: Any,
    ):
        super().__init__(units=units, activation=activation, **kwargs)
        self.backbone_units = checks.positive_integer("backbone_units", backbone_units)
        self.backbone_layers = checks.positive_integer(
            "backbone_layers", backbone_layers
        )
        self.backbone_activation = checks.activation(
            "backbone_activation", backbone_activation
        )
        self.time_channel = checks.flag("time_channel", time_channel)

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        width, features = self.backbone_units, input_shape[-1] - self.time_channel
        if features == 0:
            raise ValueError(
                "`inputs` of CfC must have features beside the time channel, got 1."
            )
        self.kernel = self.add_kernel("kernel", (features, width))
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (self.units, width)
        )
        self.bias = self.add_bias("bias", (width,))
        self.deeper = [
            (
                self.add_kernel(f"backbone_kernel_{k}", (width, width)),
                self.add_bias(f"backbone_bias_{k}", (width,)),
            )
            for k in range(1, self.backbone_layers)
        ]
        heads = 3 * self.units
        self.head_kernel = self.add_kernel("head_kernel", (width, heads))
        self.head_bias = self.add_bias("head_bias", (heads,))

    def get_dropout_mask(self, step_input: Any) -> Any:
        """Return the mask of the inputs' dropout, which leaves Δt as it is."""
        mask = super().get_dropout_mask(step_input)
        if mask is None or not self.time_channel:
            return mask
        return ops.concatenate([mask[..., :-1], ops.ones_like(mask[..., -1:])], -1)

    def drive(self, inputs: Any) -> Any:
        """Return W x_t + c, and Δt."""
        elapsed = ops.ones_like(inputs[..., -1:])
        if self.time_channel:
            inputs, elapsed = ops.split(inputs, [inputs.shape[-1] - 1], axis=-1)
        return self.affine(inputs, self.kernel, self.bias), elapsed

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, twice: as what is emitted and as the new state."""
        from_input, elapsed = drive
        b = from_input + dot(states[0], self.recurrent_kernel)
        b = self.backbone_activation(b)
        for kernel, bias in self.deeper:
            b = dot(b, kernel, dropout=False)
            b = self.backbone_activation(b if bias is None else b + bias)
        b = self.named("b", b)
        heads = dot(b, self.head_kernel, dropout=False)
        heads = heads if self.head_bias is None else heads + self.head_bias
        f, p, q = ops.split(heads, 3, axis=-1)
        f = self.named("f", f)
        first = ops.sigmoid(-f * elapsed)
        h = first * self.activation(p) + (1 - first) * self.activation(q)
        return h, [h]

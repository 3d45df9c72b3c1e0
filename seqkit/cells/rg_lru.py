"""The real-gated linear recurrent unit."""

from collections.abc import Collection
from typing import Any, ClassVar

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.linear import LinearCell

SHARPNESS = 8.0  # the paper's c
KEPT = (0.9, 0.999)  # between which a^c starts
LEAST = 1e-7  # of 1 − a², whose root has a slope then


@keras.saving.register_keras_serializable("seqkit")
class RGLRUCell(LinearCell):
    """Cell of the RG-LRU, the recurrent layer of the Griffin and Hawk models.

        r_t = σ(W_a v_t + b_a)                  how much of the memory to let go
        i_t = σ(W_x v_t + b_x)                  how much of the input to take in
        a_t = exp(−8 softplus(Λ) ⊙ r_t)
        h_t = a_t ⊙ h_{t-1} + sqrt(1 − a_t²) ⊙ (i_t ⊙ v_t)

    v_t is the input, which must have `units` features, or with `project` a linear
    function of it, as the recurrent block of those models has it: v_t = W_v x_t + b_v.

    Weights: with `project`, `kernel` `(features, units)` and `bias` `(units,)`;
    `gate_kernel` `(units, 2 units)` and `gate_bias` `(2 units,)` in the order r, i;
    `decay` `(units,)` (Λ), which starts so that exp(−8 softplus(Λ)) is uniform between
    0.9 and 0.999.

    Args:
        project: whether a linear layer brings the inputs to `units` first.

    Example:
    >>> cell = RGLRUCell(4)
    >>> h = cell.get_initial_state(batch_size=2)
    >>> y, h = cell(np.ones((2, 3), "float32"), h)
    >>> y.shape
    TensorShape([2, 4])

    Reference: S. De et al., "Griffin: mixing gated linear recurrences with local
    attention for efficient language models", 2024 (arXiv 2402.19427).
    """

    without_arguments: ClassVar[Collection[str]] = ("activation",)

    def __init__(self, units: int, project: bool = True, **kwargs: Any):
        super().__init__(units=units, **kwargs)
        self.project = checks.flag("project", project)

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        units = self.units
        if self.project:
            self.kernel = self.add_kernel("kernel", (input_shape[-1], units))
            self.bias = self.add_bias("bias", (units,))
        elif input_shape[-1] != units:
            raise ValueError(
                f"`inputs` of RGLRU with project=False must have {units} features, its "
                f"`units`, got {input_shape[-1]}."
            )
        self.gate_kernel = self.add_kernel("gate_kernel", (units, 2 * units))
        self.gate_bias = self.add_bias("gate_bias", (2 * units,))
        self.decay = self.add_weight(
            shape=(units,), name="decay", initializer=_first_decay
        )

    def drive(self, inputs: Any) -> Any:
        """Return a_t and sqrt(1 − a_t²) ⊙ (i_t ⊙ v_t)."""
        v = self.affine(inputs, self.kernel, self.bias) if self.project else inputs
        gates = self.affine(v, self.gate_kernel, self.gate_bias)
        r, i = ops.split(ops.sigmoid(gates), 2, axis=-1)
        r, i = self.named("r", r), self.named("i", i)
        log_a = -SHARPNESS * ops.softplus(self.decay) * r
        taken = ops.sqrt(ops.maximum(-ops.expm1(2 * log_a), LEAST))
        return [self.named("a", ops.exp(log_a))], [taken * i * v]


def _first_decay(shape: tuple, dtype: Any = None) -> Any:
    """Return the Λ whose exp(−8 softplus(Λ)) is uniform."""
    rate = -ops.log(keras.random.uniform(shape, *KEPT, dtype="float32")) / SHARPNESS
    return ops.cast(ops.log(ops.expm1(rate)), dtype)

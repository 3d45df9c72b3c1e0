"""JANET: long short-term memory with just another network of one gate."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.gated import GatedCell


@keras.saving.register_keras_serializable("seqkit")
class JANETCell(GatedCell):
    """Cell of the LSTM of which only the forget gate is left.

        s_t = W_f x_t + U_f h_{t-1} + b_f
        n_t = tanh(W_n x_t + U_n h_{t-1} + b_n)
        h_t = σ(s_t) ⊙ h_{t-1} + (1 − σ(s_t − β)) ⊙ n_t

    Chrono initialization draws b_f = log u with u uniform in [1, T − 1], where T is the
    number of steps that the longest dependencies span: the gates forget over all spans
    up to T. Without it b_f starts at one.

    Weights, in the order f, n: `kernel` `(features, 2 units)`, `recurrent_kernel`
    `(units, 2 units)`, `bias` `(2 units,)`. The state is h `(batch, units)`, which the
    paper also calls c.

    Args:
        recurrent_activation: activation of the gates, σ above.
        beta: β, by how much more is taken in than forgotten.
        chrono_steps: T of the chrono initialization, an integer above 2; `None` for
            none.

    Example:
    >>> layer = keras.layers.RNN(JANETCell(100, chrono_steps=50))
    >>> layer.build((None, None, 1))
    >>> b_f = layer.get_weights()[2][:100]
    >>> bool(b_f.min() >= 0), bool(b_f.max() <= np.log(49))
    (True, True)

    Reference: J. van der Westhuizen, J. Lasenby, "The unreasonable effectiveness of the
    forget gate", 2018 (arXiv 1804.04849); C. Tallec, Y. Ollivier, "Can recurrent neural
    networks warp time?", ICLR 2018 (arXiv 1804.11188).
    """

    blocks = 2

    def __init__(
        self,
        units: int,
        recurrent_activation: Any = "sigmoid",
        beta: float = 1.0,
        use_bias: bool = True,
        chrono_steps: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            units=units,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            **kwargs,
        )
        self.beta = checks.number("beta", beta)
        self.chrono_steps = chrono_steps
        if chrono_steps is not None:
            self.chrono_steps = checks.positive_integer("chrono_steps", chrono_steps)
            if self.chrono_steps <= 2:
                raise ValueError(f"`chrono_steps` must be above 2, got {chrono_steps}.")
            if not self.use_bias:
                raise ValueError(
                    "`chrono_steps` needs `use_bias=True`, got use_bias=False."
                )

    def bias_start(self) -> Any:
        """Return the initializer of the bias, with that of the forget gate."""
        if self.chrono_steps is None:
            return self.blocks_from({0: "ones"})
        spans = keras.initializers.RandomUniform(1, self.chrono_steps - 1, self.seed)
        return self.blocks_from({0: lambda shape, dtype: ops.log(spans(shape, dtype))})

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, twice: as what is emitted and as the new state."""
        (h,), gate = states, self.recurrent_activation
        s, n = ops.split(drive + dot(h, self.recurrent_kernel), 2, axis=-1)
        s, n = self.named("s", s), self.named("n", self.activation(n))
        h = gate(s) * h + (1 - gate(s - self.beta)) * n
        return h, [h]

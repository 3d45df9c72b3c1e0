"""The light gated recurrent unit."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.gated import GatedCell

MOMENTUM = 0.95  # the share of a moving average that stays
EPSILON = 1e-5  # added to a variance


@keras.saving.register_keras_serializable("seqkit")
class LiGRUCell(GatedCell):
    """Cell of the light gated recurrent unit: no reset gate, relu, normalized inputs.

        z_t = σ(BN(W_z x_t) + U_z h_{t-1})
        n_t = relu(BN(W_n x_t) + U_n h_{t-1})
        h_t = z_t ⊙ h_{t-1} + (1 − z_t) ⊙ n_t
        BN(a) = γ ⊙ (a − mean(a)) / sqrt(var(a) + 1e-5) + β

    In training mean and variance are those of W x_t over all steps of a batch that the
    mask leaves, and moving averages take in a twentieth of them. Elsewhere, and where
    the layer is not trainable, it is the moving averages. So layers of seqkit run the
    cell; stepped by itself, or by `keras.layers.RNN`, it always takes the moving ones.

    Weights, in the order z, n: `kernel` `(features, 2 units)`, `recurrent_kernel`
    `(units, 2 units)`; `gamma`, `beta`, and not trained `moving_mean` and
    `moving_variance`, `(2 units,)` each. Without `batch_norm` there is, in the place of
    these four, `bias` `(2 units,)`, added to the products. The state is h `(batch,
    units)`.

    Args:
        recurrent_activation: activation of the gates, σ above.
        batch_norm: whether the products of the inputs are normalized. Nothing else
            holds the relu back.

    The other arguments, the call arguments and errors are those of `RecurrentCell`;
    those of biases are those of β.

    Example:
    >>> cell = LiGRUCell(4)
    >>> h = cell.get_initial_state(batch_size=2)
    >>> y, h = cell(np.ones((2, 3), "float32"), h)
    >>> y.shape
    TensorShape([2, 4])

    Reference: M. Ravanelli et al., "Light gated recurrent units for speech
    recognition", IEEE Transactions on Emerging Topics in Computational Intelligence 2,
    2018 (arXiv 1803.10225).
    """

    blocks = 2

    def __init__(
        self,
        units: int,
        activation: Any = "relu",
        recurrent_activation: Any = "sigmoid",
        batch_norm: bool = True,
        **kwargs: Any,
    ):
        super().__init__(
            units=units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            **kwargs,
        )
        self.batch_norm = checks.flag("batch_norm", batch_norm)

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        if not self.batch_norm:
            super().build(input_shape)
            return
        self.kernel = self.add_kernel("kernel", (input_shape[-1], self.width))
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (self.units, self.width)
        )
        self.gamma = self._add_norm("gamma", "ones")
        self.beta = self.add_bias("beta", (self.width,))
        self.moving_mean = self._add_norm("moving_mean", "zeros", trainable=False)
        self.moving_variance = self._add_norm(
            "moving_variance", "ones", trainable=False
        )

    def _add_norm(self, name: str, start: str, trainable: bool = True) -> Any:
        return self.add_weight(
            shape=(self.width,),
            name=name,
            initializer=start,
            trainable=trainable,
            autocast=False,
        )

    def drive(self, inputs: Any) -> Any:
        """Return what the input adds to z and n, side by side."""
        if not self.batch_norm:
            return super().drive(inputs)
        product = self.affine(inputs, self.kernel, None)
        scale = self.gamma * ops.rsqrt(self.moving_variance + EPSILON)
        offset = ops.cast(-self.moving_mean * scale, product.dtype)
        offset = offset if self.beta is None else offset + self.beta
        return product * ops.cast(scale, product.dtype) + offset

    def training_weights(self, values: list, sequences: Any, mask: Any) -> list:
        """Return the weights, with mean and variance of the batch for the moving ones.

        Raises:
            ValueError: the inputs are made within the steps.
        """
        if not self.batch_norm or not self.trainable:
            return values
        if sequences is None:
            raise ValueError(
                "`batch_norm=True` of LiGRU needs all inputs before the first step, "
                "and here they are made step by step, got training=True."
            )
        places = [w.name for w in self.weights]
        kernel = values[places.index("kernel")]
        x = ops.cast(ops.reshape(sequences, (-1, sequences.shape[-1])), kernel.dtype)
        there = ops.ones_like(x[:, :1])
        if mask is not None:
            there = ops.cast(ops.reshape(mask, (-1, 1)), kernel.dtype)
            x = ops.where(there > 0, x, 0.0)
        count = ops.maximum(ops.sum(there), 1.0)
        mean = ops.sum(x, axis=0) / count
        centred = (x - mean) * there
        # The variance of W x from the covariance of x: no product W x has to be kept.
        covariance = ops.matmul(ops.transpose(centred), centred) / count
        variance = ops.sum(kernel * ops.matmul(covariance, kernel), axis=0)
        found = {
            "moving_mean": ops.matmul(mean[None], kernel)[0],
            "moving_variance": ops.maximum(variance, 0.0),
        }
        nothing = ops.cast(ops.sum(there) == 0, kernel.dtype)
        stays = MOMENTUM + (1 - MOMENTUM) * nothing
        for name, value in found.items():
            average = getattr(self, name)
            taken_in = ops.stop_gradient(value)
            average.assign(stays * average + (1 - stays) * taken_in)
            place = places.index(name)
            values = [*values[:place], value, *values[place + 1 :]]
        return values

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, twice: as what is emitted and as the new state."""
        (h,) = states
        z, n = ops.split(drive + dot(h, self.recurrent_kernel), 2, axis=-1)
        z = self.named("z", self.recurrent_activation(z))
        n = self.named("n", self.activation(n))
        h = z * h + (1 - z) * n
        return h, [h]

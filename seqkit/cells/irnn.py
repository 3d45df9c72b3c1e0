"""The recurrent network of rectified linear units that starts at the identity."""

from typing import Any

import keras

from seqkit.cells.simple_rnn import SimpleRNNCell

SMALL = {"class_name": "RandomNormal", "config": {"mean": 0.0, "stddev": 0.001}}


@keras.saving.register_keras_serializable("seqkit")
class IRNNCell(SimpleRNNCell):
    """Cell of the IRNN: a simple recurrent network that starts as a sum of its inputs.

        h_t = relu(W x_t + U h_{t-1} + b)

    U starts as the identity, b as zero and W as small normal numbers (standard
    deviation 0.001), so that at first the state is kept as it is and no gradient
    vanishes. Nothing keeps it from exploding later: train with gradient clipping.
    `recurrent_initializer=keras.initializers.Identity(0.01)` is the scaled identity,
    for tasks that need no long memory.

    Weights: `kernel` `(features, units)`, `recurrent_kernel` `(units, units)`, `bias`
    `(units,)`.

    Example:
    >>> cell = IRNNCell(4)
    >>> h = cell.get_initial_state(batch_size=2)
    >>> y, h = cell(np.ones((2, 3), "float32"), h)
    >>> y.shape
    TensorShape([2, 4])

    Reference: Q. V. Le, N. Jaitly, G. E. Hinton, "A simple way to initialize recurrent
    networks of rectified linear units", 2015 (arXiv 1504.00941).
    """

    def __init__(
        self,
        units: int,
        activation: Any = "relu",
        kernel_initializer: Any = SMALL,
        recurrent_initializer: Any = "identity",
        **kwargs: Any,
    ):
        super().__init__(
            units=units,
            activation=activation,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            **kwargs,
        )

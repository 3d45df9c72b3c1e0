"""Output feedback: the readout's output comes back as an input."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.composite import WrapperCell
from seqkit.cells.context import decay_rate, next_context


@keras.saving.register_keras_serializable("seqkit")
class OutputFeedbackCell(WrapperCell):
    """A cell, or a stack of cells, that reads its own last output.

        o_t = cell([x_t, s_t])
        y_t = g(V o_t + d)                       the readout
        s_{t+1} = v_t                            decay=None
        s_{t+1} = α s_t + v_t                    decay=α
        s_{t+1} = α s_t + (1 − α) v_t            decay=α, normalized=True

    What comes back is v_t = y_t, or a target in its place where one is given: an input
    of the cell is x_t alone, or x_t, the target and whether not to use it, one after
    the other.

    With `SimpleRNNCell` inside, this is the network that has both its hidden units and
    its outputs for a context, `seqkit.layers.MultiRecurrent`; without its recurrent
    kernel, the Jordan network, variant A, or B with a decay.

    Weights: those of the cell inside, whose inputs are x_t, then s_t; then those of the
    readout, V `(size, outputs)` and d `(outputs,)`. The states are the cell's, and s of
    the next step.

    Args:
        layer: a cell or a `StackCell`, or a layer over one.
        readout: a `keras.layers.Dense`, or the number of its outputs, then linear.
        decay: α in [0, 1), a number or one for each output; `None` for no memory.
        normalized: whether v_t enters by 1 − α; needs a decay.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    Raises:
        ValueError: an argument is out of its range.

    Example:
    >>> from seqkit.cells import LSTMCell
    >>> cell = OutputFeedbackCell(LSTMCell(4), keras.layers.Dense(2, "tanh"))
    >>> y, states = cell(np.ones((5, 3), "float32"), cell.get_initial_state(5))
    >>> y.shape, [state.shape[1] for state in states]
    (TensorShape([5, 2]), [4, 4, 2])

    Reference: M. I. Jordan, "Serial order: a parallel distributed processing approach",
    ICS report 8604, University of California, San Diego, 1986; for targets in place of
    outputs, R. J. Williams, D. Zipser, "A learning algorithm for continually running
    fully recurrent neural networks", Neural Computation 1, 1989.
    """

    part_names = ("cell",)

    def __init__(
        self,
        layer: Any,
        readout: Any,
        decay: Any = None,
        normalized: bool = False,
        **kwargs: Any,
    ):
        super().__init__(layer=layer, **kwargs)
        self.dense = _dense(readout, self.dtype_policy)
        self.decay = decay_rate(decay, self.dense.units)
        self.normalized = checks.flag("normalized", normalized)
        if normalized and decay is None:
            raise ValueError("`normalized` needs a `decay`, got decay=None.")

    @property
    def state_size(self) -> list[int]:
        """The sizes of the cell's states, and of s."""
        return [*super().state_size, self.dense.units]

    @property
    def state_names(self) -> list[str]:
        """The names of the states in the equations."""
        return [*super().state_names, "s"]

    @property
    def output_size(self) -> int:
        """The number of outputs."""
        return self.dense.units

    def input_widths(self) -> list[int | None]:
        """Return the size of [x_t, s_t], which is made within the step."""
        return [self.features + self.dense.units]

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        self.features = input_shape[-1]
        super().build(input_shape)
        if not self.dense.built:
            self.dense.build((*input_shape[:-1], self.layer.output_size))

    def get_initial_state(self, batch_size: Any = None) -> list:
        """Return the cell's first states, and s = 0."""
        s = ops.zeros((batch_size, self.dense.units), self.compute_dtype)
        return [*super().get_initial_state(batch_size), s]

    def drive(self, inputs: Any) -> Any:
        """Return x_t, and where it is there the target and whether not to use it."""
        outputs = self.dense.units
        x, rest = inputs[..., : self.features], inputs[..., self.features :]
        return [x, rest[..., :outputs], rest[..., outputs:]] if rest.shape[-1] else [x]

    def step(
        self, drive: Any, states: Sequence, dot: Any, noise: Any = None
    ) -> tuple[Any, list]:
        """Return y_t, and the new states."""
        x, *target = drive
        *inside, s = states
        inputs = ops.concatenate([x, s], axis=-1)
        inner_drive = self.drive_part(0, inputs, dot)
        emission, new = self.run_part(0, inner_drive, inside, dot, noise)
        o = self.named("o", self.read_part(0, emission, dot))
        y = dot(o, self.dense.kernel)
        y = y + self.dense.bias if self.dense.use_bias else y
        y = y if self.dense.activation is None else self.dense.activation(y)
        v = ops.where(target[1] > 0, y, target[0]) if target else y
        return y, [*new, next_context(s, v, self.decay, self.normalized)]

    def readout(self, emission: Any) -> Any:
        """Return y_t as it is."""
        return emission

    def get_config(self) -> dict:
        """Return every constructor argument."""
        dense = keras.saving.serialize_keras_object(self.dense)
        return {**super().get_config(), "readout": dense}


def _dense(readout: Any, dtype: Any) -> keras.layers.Dense:
    """Return a dense layer: the one that is given, or a linear one of so many units."""
    if isinstance(readout, dict):
        readout = keras.saving.deserialize_keras_object(readout)
    if hasattr(readout, "__index__") and not isinstance(readout, bool):
        units = checks.positive_integer("readout", readout)
        return keras.layers.Dense(units, name="readout", dtype=dtype)
    if not isinstance(readout, keras.layers.Dense):
        raise ValueError(
            "`readout` must be a keras.layers.Dense or a positive integer, got "
            f"{readout!r}."
        )
    return readout

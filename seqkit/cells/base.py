"""The cell protocol: a cell is its equations."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.naming import named
from seqkit.keras_internals import DropoutRNNCell, call_error
from seqkit.signature import Extensible, config_from_signature

_product: ContextVar[Callable] = ContextVar("product", default=ops.matmul)


@contextlib.contextmanager
def multiplying_by(product: Callable) -> Iterator[None]:
    """Inside, `affine` multiplies by `product(vector, kernel)`.

    A cell made of cells runs the `drive` and `readout` of some of them within its own
    step: there their products must be seen by the recurrence, as those of `dot` are.
    """
    token = _product.set(product)
    try:
        yield
    finally:
        _product.reset(token)


@contextlib.contextmanager
def given_values(cell: Any, weights: Sequence[Any]) -> Iterator[None]:
    """Inside, the variables of a cell, or of its equations, have these values.

    Raises:
        ValueError: A weight was assigned to: no loop keeps what it is then.
    """
    scope = keras.StatelessScope(list(zip(cell.weights, weights, strict=True)))
    given = [scope.get_current_value(weight) for weight in cell.weights]
    with scope:
        yield
    for weight, value in zip(cell.weights, given, strict=True):
        if scope.get_current_value(weight) is not value:
            raise call_error(
                "A cell must assign to none of its weights in `drive`, `step` or "
                f"`readout`, got new values of {weight.path}; what changes from step "
                "to step is a state."
            )


class Cell(Extensible, DropoutRNNCell, keras.layers.Layer):
    """One time step of a recurrent network, written as its equations.

    A subclass creates its weights in `build` and says in three methods how they act:

        d_t      = drive(x_t)            all that depends on the input alone
        e_t, s_t = step(d_t, s_{t-1})    the recurrence
        y_t      = readout(e_t)          all that depends on what the step emits alone

    The recurrence calls `drive` and `readout` once for all time steps, as large matrix
    products, and repeats only `step`. `step` multiplies by kernels only through the
    function `dot` that it is given: that is how the recurrence sees every product, and
    gathers the gradient of each kernel into one product for many time steps. A sum of
    several blocks is cut first, and functions are applied to its parts: that is faster.

    `named(name, value)` returns a value as it is, and names it for `seqkit.inspect`, as
    the equations do.

    No random number is drawn in these methods. A cell whose steps need some says how
    many in `noise_size`, and defines `step(drive, states, dot, noise)`.

    `RecurrentCell` adds the arguments that most networks share. Cells made of other
    cells are no more than a `Cell`.

    Args:
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    Call arguments:
        inputs: tensor `(batch, features)`, one time step.
        states: list of tensors `(batch, size)`, one for each of `state_size`.
        training: whether to apply dropout.
        noise: tensor `(batch, noise_size)`, numbers in [0, 1); drawn where it is None.

    Returns:
        The output `(batch, output_size)` and the list of new states.

    Raises:
        ValueError: an argument is out of its range.
        TypeError: an argument is unknown.
    """

    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    noise_size: int = 0  # how many random numbers a step needs for each row in training
    recurrent_kernels: Any = ()  # the weights that act on a state
    states_apart: Any = ()  # the places of states that are no units

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        checks.float_dtype(self)

    @property
    def state_size(self) -> int | list[int]:
        """The size of the state, or a list of sizes where there are several."""
        raise NotImplementedError(f"{type(self).__name__} must define `state_size`.")

    @property
    def output_size(self) -> int:
        """The size of the output."""
        raise NotImplementedError(f"{type(self).__name__} must define `output_size`.")

    def drive(self, inputs: Any) -> Any:
        """Return all that a step needs from the input: `(..., features)` to a nest."""
        raise NotImplementedError(f"{type(self).__name__} must define `drive`.")

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return what one time step emits, and the new states.

        Args:
            drive: what `drive` gave for this time step.
            states: the states before the step.
            dot: `dot(vector, kernel)` is their product, with recurrent dropout on the
                vector; `dot(vector, kernel, dropout=False)` leaves the vector whole.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `step`.")

    def readout(self, emission: Any) -> Any:
        """Return the output for what a step emitted: `(..., size)` to `(..., size)`."""
        return emission

    def run_step(
        self, drive: Any, states: Sequence, dot: Callable, noise: Any
    ) -> tuple[Any, list]:
        """Return what `step` does, given noise if the cell takes some.

        Args:
            drive: what `drive` gave for this time step.
            states: the states before the step.
            dot: how to multiply a vector by a kernel.
            noise: tensor `(batch, noise_size)`; None outside training.

        Raises:
            ValueError: `step` returns no states like those before it.
        """
        step: Callable = self.step
        given = (noise,) if self.noise_size else ()
        return checks.step(self, step(drive, states, dot, *given), states)

    def draw_noise(self, *shape: Any) -> Any:
        """Return random numbers in [0, 1), `(*shape, noise_size)`."""
        shape = (*shape, self.noise_size)
        return keras.random.uniform(
            shape, dtype=self.compute_dtype, seed=self.seed_generator
        )

    def training_weights(self, values: list, sequences: Any, mask: Any) -> list:
        """Return the values that the weights have throughout a sequence in training.

        Called once a sequence, outside the loop: random numbers may be drawn here.

        Args:
            values: a tensor for each of `weights`.
            sequences: what the cell reads, `(batch, time, features)`; None where that
                is made within the steps.
            mask: boolean tensor `(batch, time)`, or None.
        """
        return values

    def sequence_loss(self, first: Sequence, last: Sequence) -> Any:
        """Return what a whole sequence adds to the loss of a model, or None.

        Args:
            first: the states before the first step.
            last: the states after the last.
        """
        return None

    def call(
        self, inputs: Any, states: Any, training: bool = False, noise: Any = None
    ) -> tuple:
        """Run one time step."""
        listed = list(states) if isinstance(states, (list, tuple)) else [states]
        if len(listed) != len(self.state_sizes):
            raise call_error(
                f"`states` of {type(self).__name__} must hold {len(self.state_sizes)} "
                f"tensors, got {len(listed)}."
            )
        if training:
            mask = self.get_dropout_mask(inputs)
            inputs = inputs if mask is None else inputs * mask
        dot = self.dot_with(
            ops.matmul,
            self.get_recurrent_dropout_mask(listed[0]) if training else None,
        )
        if training and self.noise_size and noise is None:
            noise = self.draw_noise(ops.shape(inputs)[0])
        emission, new = self.run_step(self.drive(inputs), listed, dot, noise)
        return self.readout(emission), (
            list(new) if isinstance(states, (list, tuple)) else new[0]
        )

    def dot_with(self, product: Callable, mask: Any) -> Callable:
        """Return the `dot` of `step` over a product, with a recurrent dropout mask."""

        def dot(vector: Any, kernel: Any, dropout: bool = True) -> Any:
            checks.product(vector, kernel)
            dropped = vector if mask is None or not dropout else vector * mask
            return product(dropped, kernel)

        return dot

    @property
    def state_sizes(self) -> list[int]:
        """The sizes of the states, as a list in every case."""
        size = self.state_size
        return [size] if isinstance(size, int) else list(size)

    @property
    def recurrent_mask_size(self) -> int:
        """The width of the recurrent dropout mask, 0 where there is none."""
        return self.state_sizes[0] if self.recurrent_dropout else 0

    @property
    def state_names(self) -> list[str]:
        """The names that the states have in the equations."""
        sizes = self.state_sizes
        return ["h"] if len(sizes) == 1 else [f"s{k}" for k in range(1, len(sizes) + 1)]

    def named(self, name: str, value: Any) -> Any:
        """Return a value as it is, shown under that name to whoever looks inside."""
        return named(name, value)

    def get_initial_state(self, batch_size: Any = None) -> list:
        """Return the states before the first step: zeros `(batch, size)`."""
        return [
            ops.zeros((batch_size, size), dtype=self.compute_dtype)
            for size in self.state_sizes
        ]

    def affine(self, inputs: Any, kernel: Any, bias: Any = None) -> Any:
        """Return inputs · kernel + bias, without the bias where there is none."""
        product = _product.get()(inputs, kernel)
        return product if bias is None else product + bias

    def get_config(self) -> dict:
        """Return every constructor argument."""
        return config_from_signature(self, super().get_config())


class RecurrentCell(Cell):
    """A cell with `units`, and the arguments that most recurrent networks share.

    Args:
        units: positive integer, the size of the hidden state.
        activation: function of the hidden state; `None` is linear.
        use_bias: whether the cell adds a bias.
        kernel_initializer: initializer of the weights that act on the input.
        recurrent_initializer: initializer of the weights that act on the state.
        bias_initializer: initializer of the biases.
        kernel_regularizer: regularizer of the weights that act on the input.
        recurrent_regularizer: regularizer of the weights that act on the state.
        bias_regularizer: regularizer of the biases.
        kernel_constraint: constraint of the weights that act on the input.
        recurrent_constraint: constraint of the weights that act on the state.
        bias_constraint: constraint of the biases.
        dropout: share of the input features to drop, in [0, 1), the same ones at every
            step of a sequence (Gal & Ghahramani 2016).
        recurrent_dropout: share of the state to drop where it meets a recurrent kernel,
            in [0, 1), the same units at every step.
        seed: integer that fixes the dropout masks.

    Raises:
        ValueError: an argument is out of its range.
        TypeError: an argument is unknown.
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.units = checks.positive_integer("units", units)
        self.activation = checks.activation("activation", activation)
        self.use_bias = checks.flag("use_bias", use_bias)
        self.kernel_initializer = checks.initializer(
            "kernel_initializer", kernel_initializer
        )
        self.recurrent_initializer = checks.initializer(
            "recurrent_initializer", recurrent_initializer
        )
        self.bias_initializer = checks.initializer("bias_initializer", bias_initializer)
        self.kernel_regularizer = checks.regularizer(
            "kernel_regularizer", kernel_regularizer
        )
        self.recurrent_regularizer = checks.regularizer(
            "recurrent_regularizer", recurrent_regularizer
        )
        self.bias_regularizer = checks.regularizer("bias_regularizer", bias_regularizer)
        self.kernel_constraint = checks.constraint(
            "kernel_constraint", kernel_constraint
        )
        self.recurrent_constraint = checks.constraint(
            "recurrent_constraint", recurrent_constraint
        )
        self.bias_constraint = checks.constraint("bias_constraint", bias_constraint)
        self.dropout = checks.rate("dropout", dropout)
        self.recurrent_dropout = checks.rate("recurrent_dropout", recurrent_dropout)
        self.seed = checks.seed(seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    @property
    def state_size(self) -> int | list[int]:
        """The size of the state, or a list of sizes where there are several."""
        return self.units

    @property
    def output_size(self) -> int:
        """The size of the output."""
        return self.units

    def add_kernel(self, name: str, shape: tuple) -> Any:
        """Add a weight that acts on the input."""
        return self._add("kernel", name, shape, self.kernel_initializer)

    def add_recurrent_kernel(
        self, name: str, shape: tuple, initializer: Any = None
    ) -> Any:
        """Add a weight that acts on a state."""
        initializer = initializer or self.recurrent_initializer
        kernel = self._add("recurrent", name, shape, initializer)
        self.recurrent_kernels = [*self.recurrent_kernels, kernel]
        return kernel

    def add_bias(self, name: str, shape: tuple, initializer: Any = None) -> Any:
        """Add a bias, or return None where the cell has none."""
        if not self.use_bias:
            return None
        return self._add("bias", name, shape, initializer or self.bias_initializer)

    def _add(self, kind: str, name: str, shape: tuple, initializer: Any) -> Any:
        return self.add_weight(
            shape=shape,
            name=name,
            initializer=initializer,
            regularizer=getattr(self, f"{kind}_regularizer"),
            constraint=getattr(self, f"{kind}_constraint"),
        )

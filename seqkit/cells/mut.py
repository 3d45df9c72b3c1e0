"""MUT1, MUT2 and MUT3: mutations of the GRU that an evolutionary search kept."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.gated import GatedCell


class MutatedCell(GatedCell):
    """A gated unit with a candidate of its own making.

        n_t = tanh(U_n (r_t ⊙ h_{t-1}) + what the input adds)
        h_t = (1 − z_t) ⊙ h_{t-1} + z_t ⊙ n_t

    A subclass says what z and r are. The blocks are z, r, n; `recurrent_kernel` has
    those of `recurrent_blocks`, the last of them n's.
    """

    blocks = 3
    recurrent_blocks: ClassVar[int]

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        self.kernel = self.add_kernel(
            "kernel", (input_shape[-1], self.kernel_blocks * self.units)
        )
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (self.units, self.recurrent_blocks * self.units)
        )
        self.bias = self.add_bias("bias", (self.width,))

    @property
    def kernel_blocks(self) -> int:
        """How many blocks the input's kernel has."""
        return self.blocks

    def gates(self, drive: list, h: Any, dot: Callable, kernels: list) -> tuple:
        """Return z and r."""
        raise NotImplementedError(f"{type(self).__name__} must define `gates`.")

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, twice: as what is emitted and as the new state."""
        (h,) = states
        *kernels, kernel_n = ops.split(
            self.recurrent_kernel, self.recurrent_blocks, axis=-1
        )
        x_z, x_r, x_n = ops.split(drive, 3, axis=-1)
        z, r = self.gates([x_z, x_r], h, dot, kernels)
        z, r = self.named("z", z), self.named("r", r)
        n = self.named("n", self.activation(x_n + dot(r * h, kernel_n)))
        h = (1 - z) * h + z * n
        return h, [h]


class InputItselfCell(MutatedCell):
    """A mutation in which the input enters one block as it is, in the paper.

    Args:
        input_projection: whether the input is multiplied by a kernel there too, so that
            its size is free. Without it there must be as many features as units.
    """

    own_block: ClassVar[int]  # where the input enters as it is

    def __init__(
        self,
        units: int,
        recurrent_activation: Any = "sigmoid",
        input_projection: bool = True,
        **kwargs: Any,
    ):
        super().__init__(
            units=units, recurrent_activation=recurrent_activation, **kwargs
        )
        self.input_projection = checks.flag("input_projection", input_projection)

    @property
    def kernel_blocks(self) -> int:
        """How many blocks the input's kernel has."""
        return self.blocks if self.input_projection else self.blocks - 1

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        if not self.input_projection and input_shape[-1] != self.units:
            raise ValueError(
                "`input_projection=False` needs inputs with as many features as "
                f"`units`, {self.units}, got {input_shape[-1]}."
            )
        super().build(input_shape)

    def products(self, inputs: Any) -> list:
        """Return what the input adds to each of the three blocks, without bias."""
        products = ops.split(
            self.affine(inputs, self.kernel, None), self.kernel_blocks, axis=-1
        )
        if not self.input_projection:
            products.insert(self.own_block, inputs)
        return products


@keras.saving.register_keras_serializable("seqkit")
class MUT1Cell(InputItselfCell):
    """Cell of the first mutation: the update gate sees the input alone.

        z_t = σ(W_z x_t + b_z)
        r_t = σ(W_r x_t + U_r h_{t-1} + b_r)
        n_t = tanh(U_n (r_t ⊙ h_{t-1}) + tanh(W_n x_t) + b_n)
        n_t = tanh(U_n (r_t ⊙ h_{t-1}) + tanh(x_t) + b_n)       input_projection=False
        h_t = (1 − z_t) ⊙ h_{t-1} + z_t ⊙ n_t

    Weights, in the order z, r, n: `kernel` `(features, 3 units)`, or `(features, 2
    units)` without W_n; `recurrent_kernel` `(units, 2 units)` for r and n, `bias` `(3
    units,)`. The state is h `(batch, units)`.

    Args:
        recurrent_activation: activation of the gates, σ above.
        input_projection: whether there is a W_n. The paper has none, which needs as
            many features as units.

    Example:
    >>> cell = MUT1Cell(4)
    >>> h = cell.get_initial_state(batch_size=2)
    >>> y, h = cell(np.ones((2, 3), "float32"), h)
    >>> y.shape
    TensorShape([2, 4])

    Reference: R. Jozefowicz, W. Zaremba, I. Sutskever, "An empirical exploration of
    recurrent network architectures", ICML 2015.
    """

    recurrent_blocks = 2
    own_block = 2

    def drive(self, inputs: Any) -> Any:
        """Return what the input adds to z, r and n, side by side."""
        z, r, n = self.products(inputs)
        drive = ops.concatenate([z, r, self.activation(n)], axis=-1)
        return drive if self.bias is None else drive + self.bias

    def gates(self, drive: list, h: Any, dot: Callable, kernels: list) -> tuple:
        """Return z and r."""
        x_z, x_r = drive
        gate = self.recurrent_activation
        return gate(x_z), gate(x_r + dot(h, kernels[0]))


@keras.saving.register_keras_serializable("seqkit")
class MUT2Cell(InputItselfCell):
    """Cell of the second mutation: the reset gate takes the input as it is.

        z_t = σ(W_z x_t + U_z h_{t-1} + b_z)
        r_t = σ(W_r x_t + U_r h_{t-1} + b_r)
        r_t = σ(x_t + U_r h_{t-1} + b_r)                        input_projection=False
        n_t = tanh(U_n (r_t ⊙ h_{t-1}) + W_n x_t + b_n)
        h_t = (1 − z_t) ⊙ h_{t-1} + z_t ⊙ n_t

    Weights, in the order z, r, n: `kernel` `(features, 3 units)`, or `(features, 2
    units)` without W_r; `recurrent_kernel` `(units, 3 units)`, `bias` `(3 units,)`. The
    state is h `(batch, units)`.

    Args:
        recurrent_activation: activation of the gates, σ above.
        input_projection: whether there is a W_r. The paper has none, which needs as
            many features as units; with it this is the GRU with the reset before the
            product, and z for 1 − z.

    Example:
    >>> cell = MUT2Cell(3, input_projection=False)
    >>> h = cell.get_initial_state(batch_size=2)
    >>> y, h = cell(np.ones((2, 3), "float32"), h)
    >>> y.shape
    TensorShape([2, 3])

    Reference: R. Jozefowicz, W. Zaremba, I. Sutskever, "An empirical exploration of
    recurrent network architectures", ICML 2015.
    """

    recurrent_blocks = 3
    own_block = 1

    def drive(self, inputs: Any) -> Any:
        """Return what the input adds to z, r and n, side by side."""
        drive = ops.concatenate(self.products(inputs), axis=-1)
        return drive if self.bias is None else drive + self.bias

    def gates(self, drive: list, h: Any, dot: Callable, kernels: list) -> tuple:
        """Return z and r."""
        x_z, x_r = drive
        gate = self.recurrent_activation
        return gate(x_z + dot(h, kernels[0])), gate(x_r + dot(h, kernels[1]))


@keras.saving.register_keras_serializable("seqkit")
class MUT3Cell(MutatedCell):
    """Cell of the third mutation: the update gate sees the state through a tanh.

        z_t = σ(W_z x_t + U_z tanh(h_{t-1}) + b_z)
        r_t = σ(W_r x_t + U_r h_{t-1} + b_r)
        n_t = tanh(U_n (r_t ⊙ h_{t-1}) + W_n x_t + b_n)
        h_t = (1 − z_t) ⊙ h_{t-1} + z_t ⊙ n_t

    Weights, in the order z, r, n: `kernel` `(features, 3 units)`, `recurrent_kernel`
    `(units, 3 units)`, `bias` `(3 units,)`. The state is h `(batch, units)`.

    Args:
        recurrent_activation: activation of the gates, σ above.

    Example:
    >>> cell = MUT3Cell(4)
    >>> h = cell.get_initial_state(batch_size=2)
    >>> y, h = cell(np.ones((2, 3), "float32"), h)
    >>> y.shape
    TensorShape([2, 4])

    Reference: R. Jozefowicz, W. Zaremba, I. Sutskever, "An empirical exploration of
    recurrent network architectures", ICML 2015.
    """

    recurrent_blocks = 3

    def gates(self, drive: list, h: Any, dot: Callable, kernels: list) -> tuple:
        """Return z and r."""
        x_z, x_r = drive
        gate, f = self.recurrent_activation, self.activation
        return gate(x_z + dot(f(h), kernels[0])), gate(x_r + dot(h, kernels[1]))

"""The clockwork network."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from seqkit.cells import checks
from seqkit.cells.base import RecurrentCell

EXACT_UP_TO = {"bfloat16": 2**8, "float16": 2**11}  # integers that clocks can count
SPREAD = {"class_name": "RandomNormal", "config": {"mean": 0.0, "stddev": 0.1}}


@keras.saving.register_keras_serializable("seqkit")
class ClockworkCell(RecurrentCell):
    """Cell of the clockwork network: groups of units that act at periods of their own.

    The units are cut into as many groups as there are periods T_1 < T_2 < …. At step t

        h_t^g = f(W_g x_t + Σ_{k ≥ g} U_{gk} h_{t-1}^k + b_g)     where T_g divides t
        h_t^g = h_{t-1}^g                                         elsewhere

    A group hears groups as slow as itself or slower: the recurrent kernel is block
    triangular, full inside a block.

    Weights: `kernel` `(features, units)`; `recurrent_kernel`, of G groups of n units:
    the kernels of the groups, one below the other, `(n G (G + 1) / 2, n)`, where that
    of group g has a row for each unit of the groups g, g + 1, …; `bias` `(units,)`. The
    states are h and, for each group, t modulo its period, `(batch, G)`, which no
    gradient reaches.

    Args:
        periods: increasing positive integers, as many as there are groups; `units` is
            a multiple of their number.
        first_step: t of the first step, an integer: 0, so that all groups act there, or
            1 in some programs.

    Example: the largest network of the paper, with a linear output, has 2,497 weights.
    >>> cell = ClockworkCell(64, periods=(1, 2, 4, 8, 16, 32, 64, 128))
    >>> cell.build((None, 1))
    >>> cell.count_params() + 64 + 1
    2497

    Reference: J. Koutník, K. Greff, F. Gomez, J. Schmidhuber, "A clockwork RNN", ICML
    2014 (arXiv 1402.3511).
    """

    states_without_gradient = (1,)
    states_apart = (1,)  # the clocks

    def __init__(
        self,
        units: int,
        periods: Sequence[int] = (1, 2, 4, 8),
        first_step: int = 0,
        recurrent_initializer: Any = SPREAD,
        **kwargs: Any,
    ):
        super().__init__(
            units=units, recurrent_initializer=recurrent_initializer, **kwargs
        )
        self.periods = _periods(periods, self.units)
        self.first_step = checks.natural_number("first_step", first_step)

    @property
    def state_size(self) -> list[int]:
        """The sizes of h and of the clocks."""
        return [self.units, len(self.periods)]

    @property
    def output_size(self) -> int:
        """The size of the output."""
        return self.units

    def get_initial_state(self, batch_size: Any = None) -> list:
        """Return a state of zeros, and the clocks of the first step."""
        h, clocks = super().get_initial_state(batch_size)
        start = np.mod(self.first_step, self.periods)
        return [h, clocks + ops.cast(start, clocks.dtype)]

    @property
    def state_names(self) -> list[str]:
        """The names of the states in the equations."""
        return ["h", "t"]

    def build(self, input_shape: tuple) -> None:
        """Create the weights for inputs `(..., features)`."""
        exact = EXACT_UP_TO.get(self.compute_dtype, self.periods[-1])
        if self.periods[-1] > exact:
            raise ValueError(
                f"`periods` must be at most {exact} where the clocks are "
                f"{self.compute_dtype}, got {self.periods}."
            )
        groups = len(self.periods)
        self.group_units = self.units // groups
        self.kernel = self.add_kernel("kernel", (input_shape[-1], self.units))
        rows = self.group_units * groups * (groups + 1) // 2
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (rows, self.group_units)
        )
        self.bias = self.add_bias("bias", (self.units,))

    def square_kernel(self) -> Any:
        """Return the recurrent kernel `(units, units)`, with its zeros."""
        kernel, columns, start = self.recurrent_kernel, [], 0
        for above in range(0, self.units, self.group_units):
            end = start + self.units - above
            columns.append(ops.pad(kernel[start:end], [[above, 0], [0, 0]]))
            start = end
        return ops.concatenate(columns, axis=1)

    def drive(self, inputs: Any) -> Any:
        """Return W x_t + b."""
        return self.affine(inputs, self.kernel, self.bias)

    def step(self, drive: Any, states: Sequence, dot: Callable) -> tuple[Any, list]:
        """Return h_t, and h_t and the clocks of the next step."""
        h, clocks = states
        clocks = ops.round(ops.stop_gradient(clocks))
        acts = ops.repeat(ops.equal(clocks, 0), self.group_units, axis=-1)
        new = self.activation(drive + dot(h, self.square_kernel()))
        h = ops.where(acts, new, h)
        periods = ops.cast(self.periods, clocks.dtype)
        return h, [h, ops.mod(clocks + 1, periods)]


def _periods(periods: Any, units: int) -> list[int]:
    numbers = np.asarray(periods)
    if (
        numbers.ndim != 1
        or numbers.size == 0
        or numbers.dtype.kind not in "iu"
        or numbers[0] < 1
        or np.any(np.diff(numbers) <= 0)
    ):
        raise ValueError(
            f"`periods` must be increasing positive integers, got {periods!r}."
        )
    if units % numbers.size:
        raise ValueError(
            "`units` must be a multiple of the number of periods, "
            f"{numbers.size}, got {units}."
        )
    return [int(number) for number in numbers]

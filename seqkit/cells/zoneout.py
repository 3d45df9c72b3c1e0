"""Zoneout: units of the state that keep their value."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.composite import WrapperCell


@keras.saving.register_keras_serializable("seqkit")
class ZoneoutCell(WrapperCell):
    """A cell whose state units each keep their value with some probability.

        s_t = m_t ⊙ s_{t-1} + (1 − m_t) ⊙ cell(s_{t-1}, x_t)    m_t: 0 or 1, P(1) = z

    The mask is another one at every step. Outside training its expectation stands in
    its place: s_t = z s_{t-1} + (1 − z) cell(s_{t-1}, x_t). Where the cell's output is
    one of its states, so it is with the mask. States that are no units, as clocks,
    counts and last readings, are left as the cell gives them; of an sLSTM all but h.

    Args:
        layer: a cell, or a layer over one.
        rate: z of the first state, in [0, 1).
        cell_rate: z of the other states, for one c of an LSTM; `None` takes `rate`.
        seed: integer that fixes the masks.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    Raises:
        ValueError: a rate is out of its range, or `cell_rate` is given and the cell has
            one state only.

    Example: outside training, half of the state before and half of the one after.
    >>> from seqkit.cells import SimpleRNNCell
    >>> cell = ZoneoutCell(SimpleRNNCell(1, "linear", kernel_initializer="ones"), 0.5)
    >>> y, _ = cell(np.ones((1, 1), "float32"), cell.get_initial_state(1))
    >>> float(y[0, 0])
    0.5

    Reference: D. Krueger et al., "Zoneout: regularizing RNNs by randomly preserving
    hidden activations", ICLR 2017 (arXiv 1606.01305).
    """

    def __init__(
        self,
        layer: Any,
        rate: float = 0.1,
        cell_rate: float | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(layer=layer, **kwargs)
        self.rate = checks.rate("rate", rate)
        self.cell_rate = cell_rate
        if cell_rate is not None:
            self.cell_rate = checks.rate("cell_rate", cell_rate)
            if len(self.state_sizes) - len(self.layer.states_apart) == 1:
                raise ValueError(
                    "`cell_rate` is for the states after the first, and "
                    f"{type(self.layer).__name__} has one only, got {cell_rate!r}."
                )
        self.seed = checks.seed(seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    @property
    def own_noise_size(self) -> int:  # type: ignore[override]
        """A random number for each unit of the state."""
        return sum(self.state_sizes)

    def step(
        self, drive: Any, states: Sequence, dot: Any, noise: Any = None
    ) -> tuple[Any, list]:
        """Return what the cell inside emits, and the new states."""
        emission, new = self.run_part(0, drive, states, dot, noise)
        others = self.rate if self.cell_rate is None else self.cell_rate
        mixed, start = [], 0
        for k, (before, after) in enumerate(zip(states, new, strict=True)):
            rate, size = (others if k else self.rate), after.shape[-1]
            if k in self.layer.states_apart:
                mixed.append(after)
            elif noise is None:
                mixed.append(rate * before + (1 - rate) * after)
            else:
                keeps = noise[:, start : start + size] < rate
                mixed.append(ops.where(keeps, before, after))
            start += size
        same = [k for k, state in enumerate(new) if state is emission]
        return (mixed[same[0]] if same else emission), mixed

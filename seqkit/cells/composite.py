"""Cells made of other cells."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import keras
from keras import ops

from seqkit.cells.base import Cell, multiplying_by
from seqkit.cells.naming import naming_within


def as_cell(name: str, thing: Any) -> Cell:
    """Return a cell as it is, that of a layer, or the one that a config describes.

    Raises:
        ValueError: it is none of these; the message has the argument's name.
    """
    if isinstance(thing, dict):
        thing = keras.saving.deserialize_keras_object(thing)
    cell = thing.cell if isinstance(thing, keras.layers.RNN) else thing
    if not isinstance(cell, Cell):
        raise ValueError(
            f"`{name}` must be a recurrent layer or a cell of seqkit, got {thing!r}."
        )
    return cell


def dtype_of(cell: Cell, kwargs: dict) -> dict:
    """Return a cell's keyword arguments, with the dtype of another as the default."""
    return {"dtype": cell.dtype_policy, **kwargs}


class PartDots:
    """What a composite cell multiplies by: a `dot` for each of its parts.

    Attributes:
        product: multiplies without dropout.
        of_parts: the `dot` of each part's step.
        input_masks: the dropout mask on each part's input, or None.
    """

    def __init__(self, product: Callable, of_parts: list, input_masks: list) -> None:
        self.product, self.of_parts = product, of_parts
        self.input_masks = input_masks

    def __call__(self, vector: Any, kernel: Any, dropout: bool = False) -> Any:
        """Return vector · kernel."""
        return self.product(vector, kernel)


class CompositeCell(Cell):
    """A cell made of other cells, its parts.

    Its states are those of the parts, one after the other. Dropout, noise and weights
    changed in training are the parts' own. A subclass defines `drive`, `step` and
    `readout`; in `step` it runs a part by `run_part` or `feed_part`.

    Attributes:
        parts: the cells; a subclass sets it in its constructor.
    """

    parts: list
    part_names: Sequence[str] = ()  # of what parts name; of several, numbers from 1 on
    own_noise_size: int = 0  # of the noise, what the cell itself needs: the first

    @property
    def state_size(self) -> list[int]:
        """The sizes of the parts' states."""
        return [size for part in self.parts for size in part.state_sizes]

    @property
    def state_names(self) -> list[str]:
        """The names of the parts' states."""
        return [
            f"{prefix}/{name}" if prefix else name
            for prefix, part in zip(self._prefixes(), self.parts, strict=True)
            for name in part.state_names
        ]

    def _prefixes(self) -> Sequence[str]:
        """Return what stands before the names of each part."""
        if self.part_names or len(self.parts) == 1:
            return self.part_names or [""]
        return [str(k) for k in range(1, len(self.parts) + 1)]

    def _naming(self, k: int) -> AbstractContextManager:
        """Return a context in which part k names its values."""
        return naming_within(self._prefixes()[k])

    @property
    def states_apart(self) -> list[int]:  # type: ignore[override]
        """The places of the parts' states that are no units."""
        places: list[int] = []
        start = 0
        for part in self.parts:
            places += [start + place for place in part.states_apart]
            start += len(part.state_sizes)
        return places

    @property
    def output_size(self) -> int:
        """The size of the output: the last part's."""
        return self.parts[-1].output_size

    def build(self, input_shape: tuple) -> None:
        """Create the parts' weights for inputs `(..., features)`."""
        for k, part in enumerate(self.parts):
            if part.compute_dtype != self.compute_dtype:
                raise ValueError(
                    f"`dtype` of {self.name!r} must be that of {part.name!r} inside, "
                    f"{part.dtype_policy.name}, got {self.dtype_policy.name}."
                )
            width = self.input_widths()[k]  # known once the part before is built
            if not part.built:
                part.build((*input_shape[:-1], width or input_shape[-1]))

    def get_initial_state(self, batch_size: Any = None) -> list:
        """Return the parts' states before the first step."""
        return [s for part in self.parts for s in part.get_initial_state(batch_size)]

    def states_of_parts(self, states: Sequence) -> list[list]:
        """Return the states as a list for each part."""
        left = iter(states)
        return [[next(left) for _ in part.state_sizes] for part in self.parts]

    def run_part(
        self, k: int, drive: Any, states: Sequence, dot: PartDots, noise: Any
    ) -> tuple[Any, list]:
        """Run the step of part k: what it emits, and its new states.

        Args:
            k: which part.
            drive: what its `drive` gave.
            states: its states.
            dot: the whole cell's.
            noise: the whole cell's, or None.
        """
        part = self.parts[k]
        if noise is not None:
            start = self.own_noise_size
            start += sum(before.noise_size for before in self.parts[:k])
            noise = noise[:, start : start + part.noise_size]
        with self._naming(k):
            return part.run_step(drive, states, dot.of_parts[k], noise)

    def drive_part(self, k: int, inputs: Any, dot: PartDots) -> Any:
        """Return the drive of part k for an input that is made within the step."""
        mask = dot.input_masks[k]
        with multiplying_by(dot), self._naming(k):
            return self.parts[k].drive(inputs if mask is None else inputs * mask)

    def read_part(self, k: int, emission: Any, dot: PartDots) -> Any:
        """Return the output of part k within the step."""
        with multiplying_by(dot), self._naming(k):
            return self.parts[k].readout(emission)

    def step(
        self, drive: Any, states: Sequence, dot: Any, noise: Any = None
    ) -> tuple[Any, list]:
        """Run the parts one over the other."""
        new: list = []
        emission = None
        for k, part_states in enumerate(self.states_of_parts(states)):
            if k:
                drive = self.drive_part(k, self.read_part(k - 1, emission, dot), dot)
            emission, after = self.run_part(k, drive, part_states, dot, noise)
            new += after
        return emission, new

    def drive(self, inputs: Any) -> Any:
        """Return the drive of the first part."""
        with self._naming(0):
            return self.parts[0].drive(inputs)

    def readout(self, emission: Any) -> Any:
        """Return the output of the last part."""
        with self._naming(-1):
            return self.parts[-1].readout(emission)

    @property
    def noise_size(self) -> int:  # type: ignore[override]
        """How many random numbers a step needs: the cell's own, then the parts'."""
        return self.own_noise_size + sum(part.noise_size for part in self.parts)

    def draw_noise(self, *shape: Any) -> Any:
        """Return random numbers in [0, 1), `(*shape, noise_size)`."""
        own = (*shape, self.own_noise_size)
        drawn = [part.draw_noise(*shape) for part in self.parts if part.noise_size]
        if self.own_noise_size:
            seed, dtype = self.seed_generator, self.compute_dtype
            drawn.insert(0, keras.random.uniform(own, dtype=dtype, seed=seed))
        return ops.concatenate(drawn, axis=-1)

    @property
    def recurrent_kernels(self) -> list:
        """The weights of the parts that act on a state."""
        return [kernel for part in self.parts for kernel in part.recurrent_kernels]

    def training_weights(self, values: list, sequences: Any, mask: Any) -> list:
        """Return the values that the parts' weights have in training."""
        places = {id(weight): i for i, weight in enumerate(self.weights)}
        values = list(values)
        for k, part in enumerate(self.parts):
            own = [places[id(weight)] for weight in part.weights]
            read = self.sequences_of_part(k, sequences)
            changed = part.training_weights([values[i] for i in own], read, mask)
            for i, value in zip(own, changed, strict=True):
                values[i] = value
        return values

    def sequences_of_part(self, k: int, sequences: Any) -> Any:
        """Return what part k reads; None where that is made within the steps."""
        return sequences if self.input_widths()[k] is None else None

    def sequence_loss(self, first: Sequence, last: Sequence) -> Any:
        """Return what the parts add to the loss of a model, or None."""
        states = zip(
            self.parts,
            self.states_of_parts(first),
            self.states_of_parts(last),
            strict=True,
        )
        losses = [part.sequence_loss(*own) for part, *own in states]
        found = [loss for loss in losses if loss is not None]
        return sum(found) if found else None

    # The recurrent dropout mask is all masks that are used within a step, side by side:
    # of each part its recurrent mask, and that of its input unless it is the cell's.

    def input_widths(self) -> list[int | None]:
        """Return the size of each part's input; None where it is the cell's own."""
        return [None, *(part.output_size for part in self.parts[:-1])]

    @property
    def dropout(self) -> float:  # type: ignore[override]
        """The share of the cell's own inputs that is dropped."""
        return self.parts[0].dropout if self.input_widths()[0] is None else 0.0

    @property
    def recurrent_mask_size(self) -> int:
        """The width of the masks that are used within a step."""
        return sum(sum(widths) for widths in self._mask_widths())

    def _mask_widths(self) -> list[tuple[int, int]]:
        """Return for each part the widths of its input's and its recurrent mask."""
        return [
            (width if width and part.dropout else 0, part.recurrent_mask_size)
            for part, width in zip(self.parts, self.input_widths(), strict=True)
        ]

    def get_dropout_mask(self, step_input: Any) -> Any:
        """Return the dropout mask of the cell's own inputs, or None."""
        return self.parts[0].get_dropout_mask(step_input) if self.dropout else None

    def get_recurrent_dropout_mask(self, step_input: Any) -> Any:
        """Return all masks of a step, `(batch, recurrent_mask_size)`, or None."""
        batch, masks = ops.shape(step_input)[0], []

        def like(width: int) -> Any:
            return ops.ones((batch, width), self.compute_dtype)

        for part, widths in zip(self.parts, self._mask_widths(), strict=True):
            if widths[0]:
                masks.append(part.get_dropout_mask(like(widths[0])))
            if widths[1]:
                first_state = like(part.state_sizes[0])
                masks.append(part.get_recurrent_dropout_mask(first_state))
        return ops.concatenate(masks, axis=-1) if masks else None

    def reset_dropout_mask(self) -> None:
        """Forget the masks of inputs."""
        for part in self.parts:
            part.reset_dropout_mask()

    def reset_recurrent_dropout_mask(self) -> None:
        """Forget the masks that are used within a step."""
        for part in self.parts:
            part.reset_dropout_mask()
            part.reset_recurrent_dropout_mask()

    def dot_with(self, product: Callable, mask: Any) -> Any:
        """Return the `dot` of each part over a product, with the masks of a step."""
        of_parts, input_masks, start = [], [], 0
        for part, widths in zip(self.parts, self._mask_widths(), strict=True):
            cut: list = []
            for width in widths:
                used = width and mask is not None
                cut.append(mask[:, start : start + width] if used else None)
                start += width
            input_masks.append(cut[0])
            of_parts.append(part.dot_with(product, cut[1]))
        return PartDots(super().dot_with(product, None), of_parts, input_masks)


class WrapperCell(CompositeCell):
    """A cell around another one.

    Args:
        layer: a cell, or a layer over one.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.
    """

    def __init__(self, layer: Any, **kwargs: Any):
        cell = as_cell("layer", layer)
        super().__init__(**dtype_of(cell, kwargs))
        self.parts = [cell]

    @property
    def layer(self) -> Cell:
        """The cell inside."""
        return self.parts[0]

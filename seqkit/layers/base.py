"""Layers over cells: what they share, and those that name their cell."""

import inspect
from typing import Any, ClassVar

import keras
from keras import ops

from seqkit import recurrence
from seqkit.cells import checks
from seqkit.cells.base import Cell, given_values
from seqkit.keras_internals import call_error, keras_rnn, to_snake_case
from seqkit.layers import arguments
from seqkit.signature import (
    Extensible,
    argument_names,
    config_from_signature,
    over_cell,
    takes_any,
    without,
)

# Arguments of the layer that are its cell's too, and what holds them in the cell.
SHARED = {"dtype": "dtype_policy", "trainable": "trainable"}


class LayerOverCell(keras.layers.RNN):
    """A cell run over the time steps of a sequence.

    Args:
        activity_regularizer: regularizer of the layer's output.
        return_sequences: whether to return the output of every step, or of the last.
        return_state: whether to return the last states after the output.
        go_backwards: whether to read the sequence from its end. Outputs come in the
            order in which they were computed.
        stateful: whether the states at the end of a batch are the initial states of the
            next. The batch size must be fixed.
        unroll: False for a loop over the steps, True for no loop at all, or how many
            steps one iteration of the loop takes. True needs a fixed number of steps.
            On other backends than TensorFlow, a number means no loop at all.
        zero_output_for_mask: whether the output of a masked step is zero. Otherwise it
            is the output before.
        recompute: k, to keep the states of every k-th step only, and run the steps
            between once more for the gradient: less memory, in about a third more
            time. True for a k near the root of the number of steps. TensorFlow only.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    Call arguments:
        sequences: tensor `(batch, time, features)`. Rows of a ragged one end where they
            end, as under a mask.
        initial_state: list of tensors `(batch, size)`, or `(1, size)` for all rows;
            zeros where it is None.
        mask: boolean tensor `(batch, time)`. A step where it is False changes no state.
        training: whether to apply dropout.

    Returns:
        The outputs `(batch, time, output_size)`, or the last one `(batch,
        output_size)`; with `return_state` followed by the last states.

    Raises:
        ValueError: an argument is out of its range.
        TypeError: an argument is unknown.
    """

    def __init__(
        self,
        cell: Any,
        activity_regularizer: Any = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool | int = False,
        zero_output_for_mask: bool = False,
        recompute: bool | int = False,
        **kwargs: Any,
    ):
        kwargs.setdefault("dtype", cell.dtype_policy)
        keras.layers.RNN.__init__(
            self,
            cell,
            return_sequences=checks.flag("return_sequences", return_sequences),
            return_state=checks.flag("return_state", return_state),
            go_backwards=checks.flag("go_backwards", go_backwards),
            stateful=checks.flag("stateful", stateful),
            unroll=checks.unroll(unroll),
            zero_output_for_mask=checks.flag(
                "zero_output_for_mask", zero_output_for_mask
            ),
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        checks.float_dtype(self)
        self.recompute = checks.recompute(recompute)
        if self.recompute and self.unroll is True:
            raise ValueError(
                "`recompute` needs a loop, and `unroll=True` leaves none, got "
                f"recompute={recompute!r}."
            )
        self.input_spec = keras.layers.InputSpec(ndim=3)
        self.supports_masking = True  # Keras's RNN says otherwise from 3.16 on

    def step(
        self, inputs: Any, states: list, training: bool = False
    ) -> tuple[Any, list]:
        """Run one time step.

        Args:
            inputs: tensor `(batch, features)`.
            states: list of tensors `(batch, size)`, as `initial_state` or this method
                gives them.
            training: whether to apply dropout, by the same masks until
                `reset_dropout`.

        Returns:
            The output `(batch, output_size)`, and the new states.
        """
        dtype = self.compute_dtype
        features = self.input_spec.axes[-1] if self.built else None
        inputs = arguments.one_step(self.name, inputs, features, dtype)
        if not self.built:
            self.build((None, None, inputs.shape[-1]))
        sizes = self.state_size
        states = arguments.states_of_step(self.name, inputs, states, sizes, dtype)
        return self.cell(inputs, states, training=training)

    def reset_dropout(self) -> None:
        """Forget the dropout masks: the next sequence is to draw others."""
        self.cell.reset_dropout_mask()
        self.cell.reset_recurrent_dropout_mask()

    def initial_state(self, batch_size: Any) -> list:
        """Return the states before the first step, each `(batch_size, size)`.

        Args:
            batch_size: an integer from 0 on, or a scalar tensor of one.

        Raises:
            ValueError: it is none.
        """
        return self.get_initial_state(batch_size)

    def get_initial_state(self, batch_size: Any) -> list:
        """Return what `initial_state` does; the name that Keras has for it."""
        if not keras.ops.is_tensor(batch_size):
            batch_size = checks.natural_number("batch_size", batch_size)
        return super().get_initial_state(batch_size)

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Create the weights for sequences `(batch, time, features)`."""
        if sequences_shape[-1] is None:
            raise ValueError(
                f"`sequences` of {self.name!r} must have a fixed number of features, "
                f"got the shape {tuple(sequences_shape)}."
            )
        super().build(sequences_shape)
        # Some cells know the sizes of their states only once they are built.
        if isinstance(self.cell, Cell):
            self.state_size = self.cell.state_sizes
        features = {-1: sequences_shape[-1]}
        self.input_spec = keras.layers.InputSpec(ndim=3, axes=features)

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool = False,
    ) -> Any:
        """Run the cell over the sequence."""
        return self._call(sequences, initial_state, mask, training)

    def _call(
        self,
        sequences: Any,
        initial_state: Any,
        mask: Any,
        training: bool,
        **more: Any,
    ) -> Any:
        """Check the call's arguments and run the cell; `_run` is given more."""
        sequences, mask = arguments.dense(self.name, sequences, mask)
        sequences = self._sequences(sequences)
        states = self._first_states(sequences, initial_state)
        mask = arguments.mask_of_steps(self.name, sequences, mask)
        output, last = self._run(sequences, states, mask, training, **more)
        self._add_losses(states, last)
        output, last = keras.tree.map_structure(
            lambda tensor: ops.cast(tensor, self.compute_dtype), (output, list(last))
        )
        if self.stateful:
            for variable, state in zip(self.states, last, strict=True):
                variable.assign(state)
        return (output, *last) if self.return_state else output

    def _run(
        self, sequences: Any, states: list, mask: Any, training: bool
    ) -> tuple[Any, list]:
        """Return the output, every step's or the last one, and the last states."""
        loop = recurrence.choose(self)
        if loop == "keras":
            if self.recompute:
                raise call_error(
                    f"`recompute` of {self.name!r} needs TensorFlow as the backend, "
                    f"got {keras.config.backend()!r}."
                )
            output, states = self._keras_loop(sequences, states, mask, training)
        else:
            from seqkit.recurrence.loop import run  # TensorFlow only from here on

            output, states = run(self, loop, sequences, states, mask, training)
        self.reset_dropout()
        return output, states

    def _add_losses(self, first: list, last: list) -> None:
        """Add what the cell makes of the states to the losses of the model."""
        loss = self.cell.sequence_loss(first, last)
        if loss is not None:
            self.add_loss(loss)

    @property
    def supports_jit(self) -> bool:
        """Whether Keras may compile the step of a model with this layer as a whole."""
        if not self._supports_jit or keras.config.backend() != "tensorflow":
            return self._supports_jit
        from seqkit.recurrence.cudnn import may_run

        return not may_run(self)

    @supports_jit.setter
    def supports_jit(self, value: bool) -> None:
        self._supports_jit = value

    def _keras_loop(
        self, sequences: Any, states: list, mask: Any, training: bool
    ) -> tuple[Any, list]:
        """Run Keras's loop, with the output as the first state, zero before any step.

        Under a mask its loop on JAX repeats the first state for the output before.
        """
        cell, features = self.cell, sequences.shape[-1]
        batch, time = ops.shape(sequences)[:2]
        dropped = cell.get_dropout_mask(sequences[:, 0, :]) if training else None
        cell.get_recurrent_dropout_mask(states[0])
        weights = [weight.value for weight in cell.weights]
        if training:
            read = sequences if dropped is None else sequences * dropped[:, None]
            weights = cell.training_weights(weights, read, mask)
        noisy = training and cell.noise_size
        if noisy:
            noise = cell.draw_noise(batch, time)
            sequences = ops.concatenate([sequences, noise], axis=-1)

        def step(inputs: Any, states: Any) -> tuple[Any, list]:
            noise = {"noise": inputs[:, features:]} if noisy else {}
            output, new = cell(
                inputs[:, :features], list(states[1:]), training=training, **noise
            )
            return output, [output, *new]

        with given_values(cell, weights):
            last, every, states = keras_rnn(
                step,
                sequences,
                [ops.zeros((batch, cell.output_size), self.compute_dtype), *states],
                go_backwards=self.go_backwards,
                mask=mask,
                unroll=self.unroll,
                input_length=sequences.shape[1],
                zero_output_for_mask=self.zero_output_for_mask,
                return_all_outputs=self.return_sequences,
            )
        return (every if self.return_sequences else last), list(states[1:])

    def _sequences(self, sequences: Any) -> Any:
        """Return the sequences in the compute dtype, with all that is known of them."""
        if self.unroll is True and sequences.shape[1] is None:
            raise call_error(
                f"`unroll=True` of {self.name!r} needs a fixed number of time steps, "
                f"got sequences of shape {tuple(sequences.shape)}."
            )
        dtype = self.compute_dtype
        sequences = arguments.real(self.name, "sequences", sequences, dtype)
        features = self.input_spec.axes[-1]
        # Keras looks at what a list holds.
        wanted = (None, None, features)
        arguments.check_shape(self.name, "sequences", sequences, wanted)
        return arguments.known(self.name, sequences, features, self._batch_size())

    def _batch_size(self) -> int | None:
        """Return the batch size of a stateful layer."""
        return self.states[0].shape[0] if self.stateful else None

    def _first_states(self, sequences: Any, initial_state: Any) -> list:
        """Return the states to start from, in the compute dtype."""
        if initial_state is not None:
            return arguments.states_of_rows(
                self.name, sequences, initial_state, self.state_size, self.compute_dtype
            )
        if self.stateful:
            states = self.states
        else:
            states = self.get_initial_state(ops.shape(sequences)[0])
        return [ops.cast(state, self.compute_dtype) for state in states]

    def compute_mask(self, sequences: Any, mask: Any) -> Any:
        """Return the mask of the outputs, in their order; None for the states."""
        _, mask = arguments.dense(self.name, sequences, arguments.first_mask(mask))
        if not self.return_sequences:
            mask = None
        elif mask is not None and self.go_backwards:
            mask = ops.flip(mask, axis=1)
        return [mask] + [None] * len(self.state_size) if self.return_state else mask

    def reset_state(self, states: Any = None) -> None:
        """Set the states of a stateful layer.

        Args:
            states: list of tensors `(batch, size)`; `get_initial_state` where it is
                None.

        Raises:
            ValueError: the number of states or a shape is wrong.
        """
        if self.states is None:
            if states is not None:
                raise ValueError(
                    "`states` can be set on a layer that is `stateful` and built: "
                    f"{self.name!r} holds none."
                )
            return
        if states is None:
            states = self.get_initial_state(self.states[0].shape[0])
        states = states if isinstance(states, (list, tuple)) else [states]
        if len(states) != len(self.states):
            raise ValueError(
                f"`states` of {self.name!r} must hold {len(self.states)} tensors, "
                f"got {len(states)}."
            )
        dtype, checked = self.compute_dtype, []
        for variable, state in zip(self.states, states, strict=True):
            state = arguments.real(self.name, "states", state, dtype)
            if tuple(state.shape) != tuple(variable.shape):
                raise ValueError(
                    f"`states` of {self.name!r} must have the shape "
                    f"{tuple(variable.shape)}, got {tuple(state.shape)}."
                )
            checked.append(state)
        for variable, state in zip(self.states, checked, strict=True):
            variable.assign(state)


class RecurrentLayer(Extensible, LayerOverCell):
    """A recurrent layer that makes its cell.

    A subclass names its `cell_class`; the arguments of the cell come first in the
    layer's signature, and can be read from the layer as from the cell.
    """

    cell_class: ClassVar[type[Cell]]

    def __init__(self, **kwargs: Any):
        cell_signature = inspect.signature(self.cell_class)
        names = argument_names(cell_signature)
        of_cell = {name: kwargs.pop(name) for name in names if name in kwargs}
        shared = {name: kwargs[name] for name in SHARED if name in kwargs}
        if takes_any(cell_signature):
            name = to_snake_case(self.cell_class.__name__)  # not numbered, as Keras's
            of_cell.update(shared, name=name)
        cell = self.cell_class(**of_cell)
        if not takes_any(cell_signature):
            for name, value in shared.items():
                setattr(cell, SHARED[name], value)
        super().__init__(cell, **kwargs)

    @classmethod
    def _first_signature(cls, own: inspect.Signature) -> inspect.Signature:
        """Return the cell's arguments, then the options of every layer over a cell."""
        options = without(inspect.signature(LayerOverCell.__init__), ("self", "cell"))
        if not hasattr(cls, "cell_class"):
            return options
        return over_cell(options, inspect.signature(cls.cell_class))

    def __getattr__(self, name: str) -> Any:
        """Return the cell's argument of that name."""
        if name in argument_names(inspect.signature(type(self).cell_class)):
            return getattr(self.cell, name)
        raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}.")

    def get_config(self) -> dict:
        """Return every constructor argument."""
        return config_from_signature(self, keras.layers.Layer.get_config(self))

    @classmethod
    def from_config(cls, config: dict) -> "RecurrentLayer":
        """Return a layer with that config."""
        if config.get("implementation") == 0:  # as Keras 2 wrote it
            config = {**config, "implementation": 1}
        return cls(**config)

"""A sequence read from both ends."""

import inspect
from typing import Any

import keras
from keras import ops

from seqkit.keras_internals import call_error
from seqkit.layers import arguments


@keras.saving.register_keras_serializable("seqkit")
class Bidirectional(keras.layers.Bidirectional):
    """Two copies of a recurrent layer, one of which reads the sequence from its end.

        y_t = merge(forward_t, backward_t)

    The backward copy starts at the last step that the mask leaves in each row, not at
    the padded end: under the mask no state changes.

    Args:
        layer: a recurrent layer of seqkit or Keras.
        merge_mode: "concat", "sum", "mul", "ave", or None to return both outputs.
            Outputs of different sizes go with "concat" and None.
        weights: the first weights, as `set_weights` takes them.
        backward_layer: the layer that reads backwards, where it is not to be a copy. It
            may be of another kind and size.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    Call arguments:
        sequences: tensor `(batch, time, features)`, or a ragged one.
        initial_state: the forward layer's states, then the backward layer's.
        mask: boolean tensor `(batch, time)`.
        training: whether to apply dropout.

    Returns:
        The merged outputs `(batch, time, size)`, or the last ones `(batch, size)`; with
        `return_state` followed by the forward, then the backward states.

    Raises:
        ValueError: an argument is out of its range.

    Example:
    >>> from seqkit.layers import Jordan
    >>> layer = Bidirectional(Jordan(4, return_sequences=True))
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    TensorShape([2, 5, 8])

    Reference: M. Schuster, K. Paliwal, "Bidirectional recurrent neural networks", IEEE
    Transactions on Signal Processing 45, 1997.
    """

    def __init__(
        self,
        layer: Any,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: Any = None,
        **kwargs: Any,
    ):
        for name, each in {"layer": layer, "backward_layer": backward_layer}.items():
            wraps = isinstance(each, (keras.layers.Wrapper, keras.layers.Bidirectional))
            if wraps or (each and not hasattr(each, "return_sequences")):
                raise ValueError(f"`{name}` must be a recurrent layer, got {each!r}.")
        own = getattr(backward_layer, "use_cudnn", None)
        super().__init__(layer, merge_mode, None, backward_layer, **kwargs)
        if own is not None:  # Keras gives both layers that of the forward one
            self.backward_layer.use_cudnn = own
        # Masks go on from here, whatever Keras says: from 3.16 on, that they do not.
        for each in (self, *self._both):
            each.supports_masking = True
        self._given_weights = weights
        sizes = [_output_size(layer) for layer in self._both]
        if merge_mode not in ("concat", None) and sizes[0] != sizes[1]:
            raise ValueError(
                f"`merge_mode` of {self.name!r} must be 'concat' or None for layers of "
                f"different sizes, {sizes[0]} forward and {sizes[1]} backward, got "
                f"{merge_mode!r}."
            )

    @property
    def _both(self) -> tuple[Any, Any]:
        return self.forward_layer, self.backward_layer

    @property
    def _counts(self) -> list[int]:
        """How many states the forward and the backward layer have."""
        return [len(layer.state_size) for layer in self._both]

    def _shapes(self, sequences_shape: Any) -> list:
        """Return for each layer the shape of its output, then those of its states."""
        shapes = [layer.compute_output_shape(sequences_shape) for layer in self._both]
        return [list(s) if isinstance(s[0], (list, tuple)) else [s] for s in shapes]

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Create the weights of both layers for sequences `(batch, time, features)`."""
        super().build(sequences_shape)
        self.input_spec = keras.layers.InputSpec(
            ndim=len(sequences_shape), axes={-1: sequences_shape[-1]}
        )
        if self._given_weights is not None:
            self.set_weights(self._given_weights)
            self._given_weights = None

    def compute_output_shape(
        self, sequences_shape: Any, initial_state_shape: Any = None
    ) -> Any:
        """Return the shape of the output, and those of the states where they follow."""
        (one, *states), (other, *more) = self._shapes(sequences_shape)
        if self.merge_mode is None:
            outputs = [one, other]
        elif self.merge_mode == "concat":
            outputs = [(*one[:-1], one[-1] + other[-1])]
        else:
            outputs = [one]
        shapes = (*outputs, *states, *more)
        return shapes if len(shapes) > 1 else shapes[0]

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: Any = None,
    ) -> Any:
        """Run both layers over the sequence, and merge what they give."""
        sequences, mask = arguments.dense(self.name, sequences, mask)
        dtype = self.compute_dtype
        sequences = arguments.real(self.name, "sequences", sequences, dtype)
        mask = arguments.mask_of_steps(self.name, sequences, mask)
        given = {"mask": mask, "training": training}
        results = []
        for layer, first in zip(self._both, self._halves(initial_state), strict=True):
            taken = inspect.signature(layer.call).parameters
            options = {name: given[name] for name in given if name in taken}
            result = layer(sequences, initial_state=first, **options)
            results.append(result if self.return_state else [result])
        (one, *states), (other, *more) = results
        one, other = (ops.cast(y, self.compute_dtype) for y in (one, other))
        if self.return_sequences:
            other = ops.flip(other, axis=1)
        outputs = (*self._merged(one, other), *states, *more)
        return outputs if len(outputs) > 1 else outputs[0]

    def _halves(self, initial_state: Any) -> tuple:
        """Return the states of the forward layer and those of the backward one."""
        if initial_state is None:
            return None, None
        counts, states = self._counts, keras.tree.flatten(initial_state)
        if len(states) != sum(counts):
            raise call_error(
                f"`initial_state` of {self.name!r} must hold {sum(counts)} tensors, "
                f"{counts[0]} for the forward layer and {counts[1]} for the backward "
                f"one, got {len(states)}{arguments.shapes_of(states)}."
            )
        return states[: counts[0]], states[counts[0] :]

    def _merged(self, one: Any, other: Any) -> tuple:
        if self.merge_mode is None:
            return one, other
        merge = {
            "concat": lambda: ops.concatenate([one, other], axis=-1),
            "sum": lambda: one + other,
            "ave": lambda: (one + other) / 2,
            "mul": lambda: one * other,
        }
        return (merge[self.merge_mode](),)

    def compute_mask(self, sequences: Any, mask: Any) -> Any:
        """Return the mask of each output; None for the states."""
        _, mask = arguments.dense(self.name, sequences, arguments.first_mask(mask))
        mask = mask if self.return_sequences else None
        outputs = [mask, mask] if self.merge_mode is None else [mask]
        if self.return_state:
            outputs += [None] * sum(self._counts)
        return outputs if len(outputs) > 1 else outputs[0]

    def reset_state(self, states: Any = None) -> None:
        """Set the states of both copies of a stateful layer.

        Args:
            states: the forward layer's states, then the backward layer's;
                `get_initial_state` of each where it is None.

        Raises:
            ValueError: the number of states or a shape is wrong.
        """
        if states is None:
            for layer in self._both:
                layer.reset_state()
            return
        counts = self._counts
        if len(states) != sum(counts):
            raise ValueError(
                f"`states` of {self.name!r} must hold {sum(counts)} tensors, the "
                f"forward layer's before the backward layer's, got {len(states)}."
            )
        self.forward_layer.reset_state(states[: counts[0]])
        self.backward_layer.reset_state(states[counts[0] :])


def _output_size(layer: Any) -> int | None:
    """Return the size of a layer's output where its cell says it."""
    cell = getattr(layer, "cell", None)
    return getattr(cell, "output_size", None)

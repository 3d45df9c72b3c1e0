"""A sequence read from both ends."""

from typing import Any

import keras


@keras.saving.register_keras_serializable("seqkit")
class Bidirectional(keras.layers.Bidirectional):
    """Two copies of a recurrent layer, one of which reads the sequence from its end.

        y_t = merge(forward_t, backward_t)

    The backward copy starts at the last step that the mask leaves in each row, not at
    the padded end: under the mask no state changes.

    Args:
        layer: a recurrent layer of seqkit or Keras.
        merge_mode: "concat", "sum", "mul", "ave", or None to return both outputs.
        backward_layer: the layer that reads backwards, where it is not to be a copy.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    Call arguments:
        sequences: tensor `(batch, time, features)`.
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

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.supports_masking = True  # Keras says otherwise from 3.16 on

    def compute_mask(self, _: Any, mask: Any) -> Any:
        """Return the mask of each output; None for the states."""
        mask = keras.tree.flatten(mask)[0] if self.return_sequences else None
        outputs = [mask, mask] if self.merge_mode is None else [mask]
        if self.return_state:
            layers = (self.forward_layer, self.backward_layer)
            outputs += [None] * sum(len(layer.state_size) for layer in layers)
        return outputs if len(outputs) > 1 else outputs[0]

    def reset_state(self, states: Any = None) -> None:
        """Set the states of both copies of a stateful layer.

        Args:
            states: the forward layer's states, then the backward layer's;
                `get_initial_state` of each where it is None.

        Raises:
            ValueError: the number of states or a shape is wrong.
        """
        layers = (self.forward_layer, self.backward_layer)
        if states is None:
            for layer in layers:
                layer.reset_state()
            return
        counts = [len(layer.state_size) for layer in layers]
        if len(states) != sum(counts):
            raise ValueError(
                f"`states` of {self.name!r} must hold {sum(counts)} tensors, the "
                f"forward layer's before the backward layer's, got {len(states)}."
            )
        layers[0].reset_state(states[: counts[0]])
        layers[1].reset_state(states[counts[0] :])

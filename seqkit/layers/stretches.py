"""Long sequences read in stretches, side by side."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="seqkit")
class Stretches(keras.layers.Wrapper):
    """A recurrent layer that reads long sequences a stretch at a time.

    A sequence of more steps than `length` is cut into stretches of that many, the last
    filled up with masked steps. The layer starts each stretch anew, and reads all of
    them side by side: a sequence of any length takes no more time steps than one
    stretch. The outputs stand as if the sequence had been read in one.

    Args:
        layer: A recurrent layer with `return_sequences`.
        length: Time steps of a stretch.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    Call arguments:
        sequences: Shape (batch, time, features).
        mask: Boolean (batch, time), or None: every step counts.
        training: Whether to apply dropout.

    Returns:
        Shape (batch, time, output size), the mask as it was.

    Raises:
        ValueError: `length` is not positive, or the layer gives its last output alone.

    Example:
        >>> layer = keras.layers.LSTM(3, return_sequences=True)
        >>> sequences = np.arange(40, dtype="float32").reshape(2, 5, 4) / 40
        >>> both = Stretches(layer, 3)(sequences)
        >>> bool(np.allclose(both[:, 3:], layer(sequences[:, 3:]), atol=1e-6))
        True
    """

    def __init__(self, layer: Any, length: int, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        if isinstance(length, bool) or not isinstance(length, int) or length < 1:
            raise ValueError(f"`length` must be a positive integer, got {length!r}.")
        if not layer.return_sequences:
            raise ValueError(
                "`layer` must have `return_sequences=True`, got "
                f"{layer.name!r}, which has False."
            )
        self.length = length
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Build the layer."""
        self.layer.build((input_shape[0], None, input_shape[-1]))
        self.built = True

    def call(self, sequences: Any, mask: Any = None, training: bool = False) -> Any:
        """Read (batch, time, features)."""
        batch, time = ops.shape(sequences)[:2]
        if isinstance(time, int) and time <= self.length:
            return self.layer(sequences, mask=mask, training=training)
        length = ops.minimum(time, self.length)
        if isinstance(time, int):
            length = self.length
        number = (time + length - 1) // length
        missing = number * length - time
        if mask is None:
            mask = ops.ones((batch, time), "bool")
        padded = ops.pad(sequences, [[0, 0], [0, missing], [0, 0]])
        mask = ops.pad(mask, [[0, 0], [0, missing]])
        rows, features = batch * number, sequences.shape[-1]
        outputs = self.layer(
            ops.reshape(padded, (rows, length, features)),
            mask=ops.reshape(mask, (rows, length)),
            training=training,
        )
        outputs = ops.reshape(outputs, (batch, number * length, outputs.shape[-1]))
        return outputs[:, :time]

    def compute_mask(self, sequences: Any, mask: Any = None) -> Any:
        """Return the mask as it is."""
        return mask

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """(batch, time, features) to (batch, time, output size)."""
        return tuple(self.layer.compute_output_shape(input_shape))

    def get_config(self) -> dict:
        """Return every constructor argument."""
        return {**super().get_config(), "length": self.length}

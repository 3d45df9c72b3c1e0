"""Long sequences read in stretches, side by side."""

from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.layers import arguments

NEEDED = {
    "return_sequences": True,
    "return_state": False,
    "stateful": False,
    "go_backwards": False,
}


@keras.saving.register_keras_serializable(package="seqkit")
class Stretches(keras.layers.Wrapper):
    """A recurrent layer that reads long sequences a stretch at a time.

    A sequence of more steps than `length` is cut into stretches of that many, the last
    filled up with masked steps. The layer starts each stretch anew, and reads all of
    them side by side: a sequence of any length takes no more time steps than one
    stretch. The outputs stand as if the sequence had been read in one.

    Args:
        layer: A recurrent layer with `return_sequences`, and neither `return_state`,
            `stateful` nor `go_backwards`.
        length: Time steps of a stretch.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    Call arguments:
        sequences: Shape (batch, time, features), or a ragged one.
        mask: Boolean (batch, time), or None: every step counts.
        training: Whether to apply dropout.

    Returns:
        Shape (batch, time, output size), the mask as it was.

    Raises:
        ValueError: `length` is not positive, or an option of the layer does not go with
            stretches.

    Example:
        >>> layer = keras.layers.LSTM(3, return_sequences=True)
        >>> sequences = np.arange(40, dtype="float32").reshape(2, 5, 4) / 40
        >>> both = Stretches(layer, 3)(sequences)
        >>> bool(np.allclose(both[:, 3:], layer(sequences[:, 3:]), atol=1e-6))
        True
    """

    def __init__(self, layer: Any, length: int, **kwargs: Any) -> None:
        if not hasattr(layer, "return_sequences"):
            raise ValueError(f"`layer` must be a recurrent layer, got {layer!r}.")
        super().__init__(layer, **kwargs)
        for option, wanted in NEEDED.items():
            found = getattr(layer, option, wanted)
            if found is not wanted:
                raise ValueError(
                    f"`layer` must have `{option}={wanted}`, got {layer.name!r}, which "
                    f"has {found}."
                )
        if getattr(layer, "merge_mode", "") is None:
            raise ValueError(
                f"`layer` must have one output, got {layer.name!r}, which has "
                "merge_mode=None."
            )
        self.length = checks.positive_integer("length", length)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Build the layer."""
        self.layer.build((input_shape[0], None, input_shape[-1]))
        self.built = True

    def call(self, sequences: Any, mask: Any = None, training: bool = False) -> Any:
        """Read (batch, time, features)."""
        sequences, mask = arguments.dense(self.name, sequences, mask)
        mask = arguments.mask_of_steps(self.name, sequences, mask)
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
        """Return the mask as it is, or that of the lengths of a ragged tensor."""
        return arguments.dense(self.name, sequences, mask)[1]

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """(batch, time, features) to (batch, time, output size)."""
        return tuple(self.layer.compute_output_shape(input_shape))

    def get_config(self) -> dict:
        """Return every constructor argument."""
        return {**super().get_config(), "length": self.length}

"""The history compressor, and the loss that trains its two levels."""

from typing import Any

import keras
from keras import ops

from seqkit.cells.history_compressor import HistoryCompressorCell
from seqkit.layers.base import RecurrentLayer


@keras.saving.register_keras_serializable("seqkit")
class HistoryCompressor(RecurrentLayer):
    """Neural history compressor: an upper level for what a lower did not predict.

    `split_output` takes the output apart; `loss` trains both levels, with the inputs
    for targets.

    Example: symbols that alternate, learned.
    >>> keras.utils.set_random_seed(0)
    >>> x = np.eye(2, dtype="float32")[np.arange(12) % 2][None]
    >>> layer = HistoryCompressor(8, return_sequences=True)
    >>> model = keras.Sequential([keras.Input((None, 2)), layer])
    >>> model.compile(keras.optimizers.Adam(0.05), loss=layer.loss)
    >>> history = model.fit(x, x, epochs=30, verbose=0)
    >>> _, _, unexpected = layer.split_output(layer(x))
    >>> int(np.sum(unexpected))  # the first symbol alone
    1

    Reference: J. Schmidhuber, "Learning complex, extended sequences using the principle
    of history compression", Neural Computation 4, 1992.
    """

    cell_class = HistoryCompressorCell

    def split_output(self, outputs: Any) -> list:
        """Return p, P and u, and if collapsed q and H, of outputs `(..., size)`."""
        return self.cell.split_output(outputs)

    def loss(self, sequences: Any, outputs: Any) -> Any:
        """Return the squared errors of the two levels' predictions, step by step.

            ‖p_t − x_{t+1}‖² + u_{t+1} ‖P_t − x_{t+1}‖² + ‖q_t − H_t‖²

        the last term where the variant is the collapsed one, with H_t held still. At
        the last step, after which nothing comes, only that term is left.

        Args:
            sequences: the layer's inputs `(batch, time, features)`.
            outputs: what the layer returned for them, with `return_sequences`.

        Returns:
            Tensor `(batch, time)`.
        """
        expected, upper, unexpected, *states = self.split_output(outputs)
        following = ops.cast(sequences[:, 1:], outputs.dtype)

        def error(predicted: Any) -> Any:
            return ops.sum((predicted[:, :-1] - following) ** 2, axis=-1)

        errors = error(expected) + unexpected[:, 1:, 0] * error(upper)
        errors = ops.pad(errors, [[0, 0], [0, 1]])
        if states:
            guess, state = states
            errors += ops.sum((guess - ops.stop_gradient(state)) ** 2, axis=-1)
        return errors

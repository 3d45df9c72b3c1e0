"""A layer's time loop on TensorFlow: what both loops share, around either."""

from typing import Any

import tensorflow as tf

from seqkit.recurrence.choice import choose
from seqkit.recurrence.compiled import compiled_loop
from seqkit.recurrence.plain import plain_loop
from seqkit.recurrence.scan import scan_loop, scans
from seqkit.recurrence.weights import values


def run(
    layer: Any, sequences: Any, states: list, mask: Any, training: bool
) -> tuple[Any, list]:
    """Run a layer's cell over sequences.

    Args:
        layer: a `seqkit.layers.RecurrentLayer`.
        sequences: tensor `(batch, time, features)`.
        states: the initial states.
        mask: boolean tensor `(batch, time)`, or None.
        training: whether to apply dropout; and whether gradients are to be expected.

    Returns:
        The outputs `(batch, time, size)`, or the last one `(batch, size)` unless the
        layer returns sequences, and the last states.
    """
    cell = layer.cell
    input_mask = cell.get_dropout_mask(sequences[:, 0]) if training else None
    if input_mask is not None:
        sequences = sequences * input_mask[:, None]
    valid = None if mask is None else tf.cast(mask, "bool")
    if layer.go_backwards:
        sequences = tf.reverse(sequences, [1])
        valid = None if valid is None else tf.reverse(valid, [1])
    if valid is not None:
        # Nothing under the mask may reach a state or a gradient, not even a NaN.
        sequences = tf.where(valid[:, :, None], sequences, tf.zeros_like(sequences))
    recurrent_mask = cell.get_recurrent_dropout_mask(states[0]) if training else None
    options = (recurrent_mask, layer.return_sequences, layer.unroll)
    loop = choose(layer)
    if scans(cell, layer.unroll):
        output, states = scan_loop(
            cell,
            sequences,
            valid,
            states,
            values(cell),
            layer.return_sequences,
            loop == "compiled",
        )
    elif loop == "plain":
        output, states = plain_loop(cell, sequences, valid, states, *options)
    else:
        output, states = compiled_loop(
            cell, sequences, valid, states, *options, gradient_expected=training
        )
    if valid is not None:
        shown = shown_steps(valid, layer.zero_output_for_mask)
        shown = shown if layer.return_sequences else shown[:, -1]
        output = tf.where(shown[..., None], output, tf.zeros_like(output))
    return output, states


def shown_steps(valid: Any, zero_output_for_mask: bool) -> Any:
    """Return where the output is not zero: at valid steps, or from the first one on."""
    if zero_output_for_mask:
        return valid
    return tf.cumsum(tf.cast(valid, "int32"), axis=1) > 0

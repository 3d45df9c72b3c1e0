"""A layer's time loop on TensorFlow: what all loops share, around any of them."""

import functools
from typing import Any

import tensorflow as tf

from seqkit.recurrence.choice import to_be_exported, vectorizing
from seqkit.recurrence.compiled import compiled_loop
from seqkit.recurrence.cudnn import cudnn_loop
from seqkit.recurrence.equations import Equations
from seqkit.recurrence.plain import plain_loop
from seqkit.recurrence.recompute import recomputed_loop
from seqkit.recurrence.recorded import recorded_loop
from seqkit.recurrence.recording import recorder
from seqkit.recurrence.scan import scan_loop, scans
from seqkit.recurrence.vectorized import vectorized_loop
from seqkit.recurrence.weights import values


def run(
    layer: Any, loop: str, sequences: Any, states: list, mask: Any, training: bool
) -> tuple[Any, list]:
    """Run a layer's cell over sequences.

    Args:
        layer: a `seqkit.layers.RecurrentLayer`.
        loop: "plain", "compiled" or "cudnn", as `choose` said.
        sequences: tensor `(batch, time, features)`.
        states: the initial states.
        mask: boolean tensor `(batch, time)`, or None.
        training: whether to apply dropout; and whether gradients are to be expected.

    Returns:
        The outputs `(batch, time, size)`, or the last one `(batch, size)` unless the
        layer returns sequences, and the last states.
    """
    cell = layer.cell
    input_mask = cell.get_dropout_mask(_first(sequences)) if training else None
    if input_mask is not None:
        sequences = sequences * input_mask[:, None]
    valid = None if mask is None else tf.cast(mask, "bool")
    if valid is not None:
        # Nothing under the mask may reach a state or a gradient, not even a NaN.
        sequences = tf.where(
            tf.expand_dims(valid, -1), sequences, tf.zeros_like(sequences)
        )
    if loop == "cudnn":
        inside = "compiled" if tf.inside_function() else "plain"
        output, states = cudnn_loop(
            layer,
            sequences,
            states,
            valid,
            lambda: _by_cell(layer, inside, sequences, states, valid, training),
        )
    else:
        output, states = _by_cell(layer, loop, sequences, states, valid, training)
    return _shown(layer, output, sequences, valid), states


def _by_cell(
    layer: Any, loop: str, sequences: Any, states: list, valid: Any, training: bool
) -> tuple[Any, list]:
    """Run the cell's equations, by the plain loop or the compiled one."""
    cell = layer.cell
    if layer.go_backwards:
        sequences = tf.reverse(sequences, [1])
        valid = None if valid is None else tf.reverse(valid, [1])
    weights = values(cell)
    if training:
        weights = cell.training_weights(weights, sequences, valid)
    noisy = bool(training and cell.noise_size)
    if noisy:
        noise = cell.draw_noise(*tf.unstack(tf.shape(sequences)[:2]))
        sequences = tf.concat([sequences, noise], -1)
    compiled, recording = loop == "compiled", recorder()
    recurrent_mask = cell.get_recurrent_dropout_mask(states[0]) if training else None
    equations = Equations(cell, noisy)
    arguments = (sequences, valid, states, weights)
    if recording:
        return recorded_loop(recording, layer, equations, *arguments, recurrent_mask)
    options = (recurrent_mask, layer.return_sequences, layer.unroll)
    if compiled and vectorizing():
        plain = functools.partial(
            _segment, equations, False, options, gradient_expected=False
        )
        again = functools.partial(_sequence, layer, equations, compiled, options, True)
        return vectorized_loop(plain, again, *arguments)
    return _sequence(layer, equations, compiled, options, training, *arguments)


def _sequence(
    layer: Any,
    equations: Equations,
    compiled: bool,
    options: tuple[Any, Any, Any],
    training: bool,
    inputs: Any,
    valid: Any,
    states: list,
    weights: list,
) -> tuple[Any, list]:
    """Run a sequence as a scan, in segments, by the compiled or by the plain loop."""
    arguments = (inputs, valid, states, weights)
    _, return_sequences, unroll = options
    if scans(equations.cell, unroll) and not layer.recompute:
        return scan_loop(equations.cell, *arguments, return_sequences, compiled)
    if layer.recompute and not to_be_exported():
        segment = functools.partial(_segment, equations, compiled, options)
        return recomputed_loop(segment, *arguments, return_sequences, layer.recompute)
    if compiled:
        return compiled_loop(
            equations, *arguments, *options, gradient_expected=training
        )
    if not tf.inside_function():
        return plain_loop(equations, *arguments, *options)
    before = len(tf.compat.v1.get_default_graph().get_operations())
    result = plain_loop(equations, *arguments, *options)
    equations.refuse_randomness(before)
    return result


def _segment(
    equations: Equations,
    compiled: bool,
    options: tuple[Any, Any, Any],
    inputs: Any,
    valid: Any,
    states: list,
    weights: list,
    gradient_expected: bool,
) -> tuple[Any, list]:
    """Run a segment of a sequence, by the plain loop or the compiled one."""
    arguments = (equations, inputs, valid, states, weights)
    if compiled:
        return compiled_loop(*arguments, *options, gradient_expected=gradient_expected)
    return plain_loop(*arguments, *options)


def _first(sequences: Any) -> Any:
    """Return the first step `(batch, features)`, zeros where there is none."""
    return tf.reduce_sum(sequences[:, :1], axis=1)


def _shown(layer: Any, output: Any, sequences: Any, valid: Any) -> Any:
    """Return outputs, zero before the first valid step, or wherever there is none."""
    if valid is None:
        if layer.return_sequences or sequences.shape[1]:
            return output
        valid = tf.ones(tf.shape(sequences)[:2], "bool")
    elif layer.go_backwards:
        valid = tf.reverse(valid, [1])
    if layer.return_sequences:
        shown = shown_steps(valid, layer.zero_output_for_mask)
    else:
        shown = valid[:, -1:] if layer.zero_output_for_mask else valid
        shown = tf.reduce_any(shown, axis=1)
    return tf.where(tf.expand_dims(shown, -1), output, tf.zeros_like(output))


def shown_steps(valid: Any, zero_output_for_mask: bool) -> Any:
    """Return where the output is not zero: at valid steps, or from the first one on."""
    if zero_output_for_mask:
        return valid
    return tf.cumsum(tf.cast(valid, "int32"), axis=1) > 0

"""What every recurrent layer must satisfy.

Each point is a set of checks, each check a function of a `Subject` that raises an
AssertionError saying what was found and what was expected:

1. `sequence`: whole sequence, cell by cell, chunks with carried state, stateful calls,
   any unrolling, and `keras.layers.RNN` over the cell give the same;
2. `gradients`: by inputs, initial states and every weight, they are those of the plain
   loop's automatic differentiation and of finite differences;
3. `masks`: a masked step is as if it were not there, whatever its input holds, and the
   mask reaches the next layer;
4. `graph`: eager code, a graph of unknown batch and time, and `fit` give the same;
5. `saving`: every argument is in the config; `.keras` file; SavedModel, fresh process;
6. `precision`: declared dtypes, float32 weights;
7. `causality`: no output knows a later input, unless the layer is bidirectional;
8. `errors`: bad input raises an error that names it;
9. `trace`: what `seqkit.inspect.trace` shows is what happens, and has every name of
   the equations;

and `dropout`, for the options that are random.

To hold a layer of your own to the contract, call `check_layer` in a test.
"""

from collections.abc import Callable
from typing import Any

from seqkit.testing.points import (
    bad_input,
    causality,
    configs,
    dropout,
    exports,
    gradients,
    graphs,
    inside,
    masking,
    precision,
    sequences,
    states,
)
from seqkit.testing.subject import Subject

Check = Callable[[Subject], None]
Checks = dict[str, tuple[Check, ...]]

# Checks of values alone, which hold on every backend of Keras.
VALUE_CHECKS: Checks = {
    "sequence": (
        sequences.check_plain_loop,
        sequences.check_backwards,
        sequences.check_unroll,
        sequences.check_options,
        sequences.check_cell_loop,
        sequences.check_chunks,
        sequences.check_one_state,
        states.check_stateful,
        states.check_reset_state,
    ),
    "masks": (
        masking.check_plain_loop,
        masking.check_plain_loop_with_options,
        masking.check_forms,
        masking.check_shortened,
        masking.check_garbage,
        masking.check_propagation,
        masking.check_propagation_without_keras,
        masking.check_declared,
    ),
    "saving": (
        configs.check_arguments,
        configs.check_other_values,
        configs.check_keras_file,
    ),
    "precision": (precision.check_mixed_precision, precision.check_double_precision),
    "causality": (causality.check_values,),
    "errors": (bad_input.check_arguments, bad_input.check_call),
    "dropout": (dropout.check_inference, dropout.check_seed),
}

# Checks that differentiate, trace or export with TensorFlow.
TENSORFLOW_CHECKS: Checks = {
    "gradients": (
        gradients.check_autodiff,
        gradients.check_autodiff_outside_training,
        gradients.check_masked_autodiff,
        gradients.check_backwards_autodiff,
        gradients.check_unrolled_autodiff,
        gradients.check_recomputed_autodiff,
        gradients.check_finite_differences,
    ),
    "masks": (gradients.check_garbage,),
    "graph": (
        graphs.check_unknown_shape,
        graphs.check_long_sequences,
        graphs.check_fit,
    ),
    "saving": (exports.check_export,),
    "causality": (causality.check_jacobian,),
    "trace": (inside.check_trace, inside.check_names),
    "dropout": (dropout.check_one_mask, dropout.check_one_recurrent_mask),
}

# Those of the above to be repeated with the layer called inside a `tf.function`, where
# its time loop may be another.
GRAPH_CHECKS: Checks = {
    "sequence": (
        sequences.check_plain_loop,
        sequences.check_unroll,
        states.check_reset_state,
    ),
    "gradients": (
        gradients.check_autodiff,
        gradients.check_autodiff_outside_training,
        gradients.check_masked_autodiff,
        gradients.check_backwards_autodiff,
        gradients.check_unrolled_autodiff,
        gradients.check_recomputed_autodiff,
    ),
    "masks": (
        masking.check_plain_loop,
        masking.check_shortened,
        masking.check_garbage,
        gradients.check_garbage,
    ),
    "precision": (precision.check_mixed_precision,),
    "errors": (bad_input.check_call,),
    "dropout": (dropout.check_one_mask, dropout.check_one_recurrent_mask),
}

POINTS = (
    "sequence",
    "gradients",
    "masks",
    "graph",
    "saving",
    "precision",
    "causality",
    "errors",
    "trace",
    "dropout",
)
MODES = ("eager", "graph")


class ContractError(AssertionError):
    """A layer breaks the contract; the message names the points."""


def checks_of(
    point: str, mode: str = "eager", values_only: bool = False
) -> list[Check]:
    """Return the checks of a point.

    Args:
        point: One of `POINTS`.
        mode: "eager", or "graph" for those to be repeated inside a `tf.function`.
        values_only: Whether to leave out those that need TensorFlow as the backend.

    Returns:
        Functions of a `Subject`.

    Raises:
        ValueError: If there is no such point or mode.

    Example:
        >>> [check.__name__ for check in checks_of("precision")]
        ['check_mixed_precision', 'check_double_precision']
    """
    for name, value, known in (("point", point, POINTS), ("mode", mode, MODES)):
        if value not in known:
            raise ValueError(f"`{name}` must be one of {known}, got {value!r}.")
    if mode == "graph":
        return [] if values_only else list(GRAPH_CHECKS.get(point, ()))
    found = list(VALUE_CHECKS.get(point, ()))
    return found if values_only else [*found, *TENSORFLOW_CHECKS.get(point, ())]


def violations(
    make_layer: Callable[..., Any],
    points: tuple[str, ...] = POINTS,
    modes: tuple[str, ...] = MODES,
    features: int = 3,
    truncated: bool = False,
    values_only: bool = False,
    leave_out: tuple[Check, ...] = (),
    positive_states: tuple[int, ...] = (),
) -> dict[str, list[str]]:
    """Return what a layer breaks of the contract.

    Args:
        make_layer: Makes a fresh layer; takes the options of every recurrent layer as
            keywords, and passes them on.
        points: The points to check.
        modes: "eager", "graph" or both: whether the layer is called inside a
            `tf.function`.
        features: Size of the inputs the layer is tried on.
        truncated: Whether the layer declares that no gradient passes its states.
        values_only: Whether to leave out checks that need TensorFlow as the backend.
        leave_out: Checks to leave out.
        positive_states: Places of states that are positive by their meaning.

    Returns:
        By point, what was found: empty where the layer keeps it.
    """
    found: dict[str, list[str]] = {}
    for mode in modes:
        subject = Subject(
            make_layer, features, truncated, mode == "graph", positive_states
        )
        for point in points:
            checks = checks_of(point, mode, values_only)
            for check in (c for c in checks if c not in leave_out):
                try:
                    check(subject)
                except Exception as error:  # a broken layer may raise anything
                    name = f"{check.__module__.rpartition('.')[2]}.{check.__name__}"
                    message = f"{name}, {mode}: {type(error).__name__}: {error}"
                    found.setdefault(point, []).append(message)
    return found


def check_layer(make_layer: Callable[..., Any], **options: Any) -> None:
    """Hold a recurrent layer to the contract.

    Args:
        make_layer: Makes a fresh layer; takes the options of every recurrent layer as
            keywords, and passes them on.
        **options: As for `violations`.

    Raises:
        ContractError: If the layer breaks a point; the message says which and how.

    Example:
        >>> from seqkit.layers import GRU
        >>> check_layer(lambda **options: GRU(**{"units": 4, **options}),
        ...             points=("causality", "errors"), modes=("eager",))
    """
    found = violations(make_layer, **options)
    if found:
        lines = [f"{p}: {message}" for p, listed in found.items() for message in listed]
        raise ContractError("the layer breaks the contract\n" + "\n".join(lines))

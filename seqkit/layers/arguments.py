"""Call arguments of layers over a cell: one rule, in eager code and in graphs.

What is known when a call is made or a graph is traced is checked there. What a graph
learns only as it runs, sizes of its batch and lengths, is checked as it runs.
"""

import reprlib
from typing import Any

import keras
from keras import ops

from seqkit.keras_internals import call_error


def dense(
    name: str, sequences: Any, mask: Any, argument: str = "sequences"
) -> tuple[Any, Any]:
    """Return sequences as one tensor, and a mask where their lengths are their own.

    Args:
        name: the layer's name.
        sequences: tensor `(batch, time, features)`, or a ragged one of that shape,
            whose rows end where they end.
        mask: what is given as their mask.
        argument: what an error calls the sequences.

    Raises:
        ValueError: a ragged tensor has another shape.
    """
    lengths = getattr(sequences, "row_lengths", None)
    if lengths is None:
        return sequences, mask
    if sequences.shape.rank != 3 or sequences.ragged_rank != 1:
        raise call_error(
            f"`{argument}` of {name!r} must be ragged in time alone, (batch, time, "
            f"features) with ragged_rank 1, got {tuple(sequences.shape)} with "
            f"{sequences.ragged_rank}."
        )
    sequences = sequences.to_tensor()
    steps = ops.arange(ops.shape(sequences)[1], dtype="int64")
    there = steps < ops.cast(lengths(), "int64")[:, None]
    mask = mask_of_steps(name, sequences, mask)
    return sequences, there if mask is None else ops.logical_and(there, mask)


def real(name: str, argument: str, tensor: Any, dtype: str) -> Any:
    """Return a tensor of real numbers in a dtype.

    Args:
        name: the layer's name.
        argument: what an error calls the tensor.
        tensor: a tensor, an array, or a list of numbers; booleans are 0 and 1.
        dtype: the dtype.

    Raises:
        ValueError: it holds strings or complex numbers, or is no tensor.
    """
    try:
        tensor = ops.convert_to_tensor(tensor, sparse=False)
        found = keras.backend.standardize_dtype(tensor.dtype)
    except (TypeError, ValueError):
        found = reprlib.repr(tensor).partition("\n")[0]
    if not found.startswith(("float", "bfloat", "int", "uint", "bool")):
        raise call_error(
            f"`{argument}` of {name!r} must be a tensor of real numbers, got {found}."
        )
    return ops.cast(tensor, dtype)


def known(name: str, sequences: Any, features: int, batch: int | None) -> Any:
    """Return sequences with a fixed number of features, and of rows where it is given.

    Args:
        name: the layer's name.
        sequences: tensor `(batch, time, features)`.
        features: the number of features that the layer was built for.
        batch: the number of rows that a stateful layer was built for, or None.

    Raises:
        ValueError: there is another number of rows.
    """
    rule = f"`sequences` of {name!r}, which is stateful, must have {batch} rows"
    if batch is not None and sequences.shape[0] not in (None, batch):
        raise call_error(f"{rule}, got {sequences.shape[0]}.")
    if keras.config.backend() != "tensorflow":
        return sequences
    from seqkit.recurrence import shaped  # TensorFlow only from here on

    if sequences.shape[-1] is None:
        sequences = shaped.with_features(sequences, features)
    if batch is not None and sequences.shape[0] is None:
        sequences = shaped.with_rows(sequences, batch, rule)
    return sequences


def mask_of_steps(name: str, sequences: Any, mask: Any, argument: str = "mask") -> Any:
    """Return a mask as a boolean tensor `(batch, time)`, or None.

    Args:
        name: the layer's name.
        sequences: tensor `(batch, time, features)`.
        mask: tensor `(batch, time)` or `(batch, time, 1)`, or `(1, time)` for all rows;
            a ragged one; a list of rows; or a list of masks, of which the first is
            taken. Numbers are True where they are not zero.
        argument: what an error calls the mask.

    Raises:
        ValueError: it has another shape, or holds neither booleans nor numbers.
    """
    given, mask = mask, first_mask(mask)
    if mask is None:
        return None
    try:
        mask = mask.to_tensor() if hasattr(mask, "row_lengths") else mask
        mask = ops.convert_to_tensor(mask)
        dtype = keras.backend.standardize_dtype(mask.dtype)
    except (TypeError, ValueError):
        mask, dtype = None, "none"
    wanted = tuple(sequences.shape[:2])
    if dtype in ("none", "string") or len(mask.shape) == 0:
        raise call_error(
            f"`{argument}` of {name!r} must be a boolean tensor of the shape {wanted}, "
            f"got {reprlib.repr(given)}."
        )
    shape = tuple(mask.shape)
    rule = f"`{argument}` of {name!r} must have the shape {wanted}, or {(1, wanted[1])}"
    if len(shape) == 3 and shape[2] in (1, None):
        mask = _without_last(mask, rule)
    return ops.cast(_for_every_row(mask, shape, sequences, wanted, rule), "bool")


def _without_last(tensor: Any, rule: str) -> Any:
    """Return a tensor without its last axis, which must be of one."""
    if tensor.shape[-1] == 1:
        return ops.squeeze(tensor, -1)
    from seqkit.recurrence.shaped import without_last  # TensorFlow only from here on

    return without_last(tensor, rule)


def first_mask(mask: Any) -> Any:
    """Return the first of a list of masks, None where it is empty; else the mask."""
    if not isinstance(mask, (list, tuple)):
        return mask
    leaves = keras.tree.flatten(mask)
    first = leaves[0] if leaves else None
    return first if first is None or len(getattr(first, "shape", ())) > 1 else mask


def check_shape(name: str, argument: str, tensor: Any, wanted: tuple) -> None:
    """Raise if a tensor has another shape, as far as both are known."""
    if not fits(tensor.shape, wanted):
        raise call_error(
            f"`{argument}` of {name!r} must have the shape {wanted}, got "
            f"{tuple(tensor.shape)}."
        )


def one_step(name: str, inputs: Any, features: int | None, dtype: str) -> Any:
    """Return the inputs of one time step, `(batch, features)`, in a dtype.

    Args:
        name: the layer's name.
        inputs: what is given.
        features: how many there must be; None for any number.
        dtype: the dtype.

    Raises:
        ValueError: they have another shape, or hold no real numbers.
    """
    inputs = real(name, "inputs", inputs, dtype)
    if not fits(inputs.shape, (None, features)):
        wanted = f"(batch, {features or 'features'})"
        raise call_error(
            f"`inputs` of {name!r} must have the shape {wanted}, got "
            f"{tuple(inputs.shape)}."
        )
    return inputs


def states_of_step(
    name: str, inputs: Any, states: Any, sizes: list, dtype: str
) -> list:
    """Return the states before one time step as tensors `(batch, size)` in a dtype.

    Args:
        name: the layer's name.
        inputs: tensor `(batch, features)`.
        states: one tensor for each size, `(batch, size)`, or `(1, size)` for all rows.
        sizes: the sizes of the states.
        dtype: the dtype.

    Raises:
        ValueError: there is another number of states, or one has another shape, as far
            as that is known.
    """
    listed = _listed(name, "states", states, sizes)
    batch, checked = inputs.shape[0], []
    for state, size in zip(listed, sizes, strict=True):
        state = real(name, "states", state, dtype)
        if not (fits(state.shape, (batch, size)) or fits(state.shape, (1, size))):
            raise call_error(
                f"`states` of {name!r} must have the shape {(batch, size)}, got "
                f"{tuple(state.shape)}."
            )
        one_for_all = state.shape[0] == 1 and batch != 1
        rows = ops.shape(inputs)[0]
        checked.append(ops.broadcast_to(state, (rows, size)) if one_for_all else state)
    return checked


def states_of_rows(
    name: str, sequences: Any, states: Any, sizes: list, dtype: str
) -> list:
    """Return states as a list of tensors `(batch, size)` in a dtype.

    Args:
        name: the layer's name.
        sequences: tensor `(batch, time, features)`.
        states: one tensor for each size, `(batch, size)`, or `(1, size)` or `(size,)`
            for all rows.
        sizes: the sizes of the states.
        dtype: the dtype.

    Raises:
        ValueError: there is another number of states, or one has another shape.
    """
    argument = f"`initial_state` of {name!r} must"
    listed = _listed(name, "initial_state", states, sizes)
    batch, checked = sequences.shape[0], []
    for state, size in zip(listed, sizes, strict=True):
        if not hasattr(state, "shape"):
            raise call_error(
                f"{argument} hold tensors of the shape {(batch, size)}, got {state!r}."
            )
        shape = tuple(state.shape)
        state = real(name, "initial_state", state, dtype)
        state = state[None] if len(shape) == 1 else state
        wanted = (batch, size)
        rule = f"{argument} have the shape {wanted}, or (1, {size})"
        checked.append(_for_every_row(state, shape, sequences, wanted, rule))
    return checked


def _listed(name: str, argument: str, states: Any, sizes: list) -> list:
    """Return states as a list, one for each size."""
    listed = keras.tree.flatten(states)
    if len(listed) != len(sizes):
        raise call_error(
            f"`{argument}` of {name!r} must hold {len(sizes)} tensors, got "
            f"{len(listed)}{shapes_of(listed)}."
        )
    return listed


def shapes_of(given: list) -> str:
    """Return what to say of things that are given: the shapes of the first."""
    shown = [
        str(tuple(thing.shape)) if hasattr(thing, "shape") else reprlib.repr(thing)
        for thing in given[:4]
    ]
    more = ", …" if len(given) > 4 else ""
    return f": {', '.join(shown)}{more}" if shown else ""


def fits(shape: Any, wanted: tuple) -> bool:
    """Return whether a shape is the wanted one, as far as both are known.

    Example:
    >>> fits((2, None), (2, 5)), fits((2, 4), (2, 5)), fits((2,), (2, 5))
    (True, False, False)
    """
    return len(shape) == len(wanted) and all(
        None in pair or pair[0] == pair[1] for pair in zip(shape, wanted, strict=True)
    )


def _for_every_row(
    tensor: Any, given: tuple, sequences: Any, wanted: tuple, rule: str
) -> Any:
    """Return a tensor of that shape, `(batch, size)`; one row of it is for every row.

    Args:
        tensor: tensor of any shape.
        given: the shape that it was given in.
        sequences: tensor `(batch, time, features)`.
        wanted: the shape, as far as it is known.
        rule: what to say where the tensor has another.

    Raises:
        ValueError: it has another shape, as far as that is known.
    """
    shape = tuple(tensor.shape)
    if not fits(shape, wanted) and not fits(shape, (1, *wanted[1:])):
        raise call_error(f"{rule}, got {given}.")
    if shape == wanted and None not in wanted:
        return tensor
    batch, time = ops.shape(sequences)[:2]
    sizes = batch, time if wanted[1] is None else wanted[1]
    if keras.config.backend() != "tensorflow" or None not in (*shape, *wanted):
        return ops.broadcast_to(tensor, sizes)
    from seqkit.recurrence.shaped import for_every_row  # TensorFlow only from here on

    return for_every_row(tensor, sizes, rule)

"""The public recurrent layers, found and not listed."""

import importlib
import inspect

import keras

from seqkit.layers import RecurrentLayer


def public_layers(module: str = "seqkit.layers") -> dict[str, type]:
    """Return the recurrent layers that a module makes public.

    Args:
        module: Name of a module that declares its public names in `__all__`.

    Returns:
        By name, every class that is a `keras.layers.RNN` or a
        `keras.layers.Bidirectional`, but for the base class of them all.

    Example:
        >>> {"Bidirectional", "GRU"} <= set(public_layers())
        True
    """
    members = importlib.import_module(module)
    kinds = (keras.layers.RNN, keras.layers.Bidirectional)
    public = {name: getattr(members, name) for name in members.__all__}
    return {
        name: thing
        for name, thing in public.items()
        if inspect.isclass(thing)
        and issubclass(thing, kinds)
        and thing is not RecurrentLayer
    }

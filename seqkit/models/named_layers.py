"""Recurrent layers by name, as programs over seqkit choose them."""

import keras

from seqkit import layers as seqkit_layers
from seqkit.errors import InputError


def recurrent_layers() -> dict[str, type[keras.layers.Layer]]:
    """Give every recurrent layer of `seqkit.layers` by its name.

    Example:
        >>> "LSTM" in recurrent_layers()
        True
    """
    members = {name: getattr(seqkit_layers, name) for name in seqkit_layers.__all__}
    return {
        name: member
        for name, member in members.items()
        if issubclass(member, seqkit_layers.RecurrentLayer)
        and member is not seqkit_layers.RecurrentLayer
    }


def find_recurrent_layer(name: str) -> type[keras.layers.Layer]:
    """Give a recurrent layer by its name, in upper or lower case.

    Raises:
        InputError: There is none of that name; the message lists those there are.

    Example:
        >>> find_recurrent_layer("lstm").__name__
        'LSTM'
    """
    found = recurrent_layers()
    by_lower_case = {each.lower(): layer for each, layer in found.items()}
    if name.lower() not in by_lower_case:
        raise InputError(
            f"network must be one of {', '.join(sorted(found))}; got {name!r}"
        )
    return by_lower_case[name.lower()]

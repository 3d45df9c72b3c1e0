"""Recurrent layers by name, as programs over seqkit choose them."""

import keras

from seqkit.errors import InputError
from seqkit.layers import find


def find_recurrent_layer(
    name: str, setting: str = "network"
) -> type[keras.layers.Layer]:
    """Give a recurrent layer by its name, in upper or lower case.

    Raises:
        InputError: There is none of that name; the message lists those there are.

    Example:
        >>> find_recurrent_layer("lstm").__name__
        'LSTM'
    """
    try:
        return find(name)
    except ValueError as error:
        message = str(error).replace("`identifier`", setting).replace(", got", "; got")
        raise InputError(message) from None

"""Recurrent networks by name."""

import difflib
import importlib
from typing import Any

import keras

from seqkit.cells.base import RecurrentCell
from seqkit.layers.base import RecurrentLayer


def networks() -> dict[str, type[keras.layers.Layer]]:
    """Return every layer of `seqkit.layers` that is one network, by its name.

    These are the layers made of `units`, not those made of other layers.

    Example:
    >>> "LSTM" in networks(), "Stack" in networks()
    (True, False)
    """
    module = importlib.import_module("seqkit.layers")
    members = {name: getattr(module, name) for name in module.__all__}
    return {
        name: member
        for name, member in sorted(members.items())
        if isinstance(member, type) and issubclass(member, RecurrentLayer)
        if issubclass(getattr(member, "cell_class", object), RecurrentCell)
    }


def find(name: str) -> type[keras.layers.Layer]:
    """Return the class of a network.

    Args:
        name: its name, in upper or lower case.

    Raises:
        ValueError: there is none of that name; the message says which is close to it,
            and lists all.

    Example:
    >>> find("lstm").__name__
    'LSTM'
    """
    found = networks()
    by_lower_case = {each.lower(): layer for each, layer in found.items()}
    if not isinstance(name, str) or name.lower() not in by_lower_case:
        close = difflib.get_close_matches(str(name).lower(), by_lower_case, n=1)
        hint = f" Did you mean {by_lower_case[close[0]].__name__!r}?" if close else ""
        raise ValueError(
            f"`identifier` must be one of {', '.join(found)}, got {name!r}.{hint}"
        )
    return by_lower_case[name.lower()]


def get(identifier: Any, *args: Any, **kwargs: Any) -> keras.layers.Layer:
    """Return a recurrent layer.

    Args:
        identifier: a network's name, in upper or lower case; a class; a layer; or the
            config of one, as `keras.saving.serialize_keras_object` or `get_config`
            with a `class_name` gives it.
        *args: arguments of the constructor, with a name or a class.
        **kwargs: the same, by name.

    Raises:
        ValueError: there is no such network, or arguments come with a layer or a
            config, which has its own.

    Example:
    >>> get("GRU", 4, return_sequences=True).units
    4
    >>> get({"class_name": "GRU", "config": {"units": 4}}).units
    4
    """
    if isinstance(identifier, str):
        identifier = find(identifier)
    if isinstance(identifier, type) and issubclass(identifier, keras.layers.Layer):
        return identifier(*args, **kwargs)
    if args or kwargs:
        given = [*map(repr, args), *kwargs]
        raise ValueError(
            "Arguments go with a name or a class; a layer or a config has its own, got "
            f"{', '.join(given)}."
        )
    if isinstance(identifier, keras.layers.Layer):
        return identifier
    if not isinstance(identifier, dict):
        raise ValueError(
            "`identifier` must be a name, a class, a layer or a config, got "
            f"{identifier!r}."
        )
    if "registered_name" in identifier:
        return keras.saving.deserialize_keras_object(identifier)
    name, config = identifier.get("class_name", ""), identifier.get("config", {})
    return find(name).from_config(config)

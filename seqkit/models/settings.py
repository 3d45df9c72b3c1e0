"""Settings: dataclasses whose fields hold their default, help text and rule.

Command lines make their options of them, so every default is written once.
"""

import math
import operator
from collections.abc import Callable
from contextlib import suppress
from dataclasses import field, fields
from inspect import signature
from typing import Any

from seqkit.docstrings import with_entries
from seqkit.errors import InputError
from seqkit.scalars import plain
from seqkit.wording import briefly

GREATEST_SEED = 2**32 - 1  # that NumPy takes
GREATEST = 2**31 - 1  # of other whole numbers: TensorFlow counts in 32 bits
# The bounds that a rule may have: in words, and whether a value keeps them.
BOUNDS: dict[str, tuple[str, Callable]] = {
    "minimum": ("at least", operator.ge),
    "above": ("more than", operator.gt),
    "maximum": ("at most", operator.le),
    "below": ("less than", operator.lt),
}


def setting(default: Any, help: str, **rule: Any) -> Any:
    """Make a field of a dataclass of settings.

    Args:
        default: Its default.
        help: One line about it.
        **rule: `network=True` for the name of a recurrent layer; `choices`; or bounds:
            `minimum <= value` or `above < value`, and `value <= maximum` or `value <
            below`; `goes_with={other: values}` where it is used only if the other field
            has one of these values.
    """
    return field(default=default, metadata={"help": help, **rule})


def describe_settings(cls: Any) -> Any:
    """Put the help text and the rule of each field into a dataclass's docstring.

    Example:
        >>> from dataclasses import dataclass
        >>> @describe_settings
        ... @dataclass
        ... class Settings:
        ...     '''Some choices.'''
        ...
        ...     units: int = setting(8, "size of the state", minimum=1)
        >>> print(Settings.__doc__)
        Some choices.
        <BLANKLINE>
        Args:
            units: size of the state; at least 1.
    """
    entries = []
    for each in fields(cls):
        text = "; ".join([each.metadata["help"], *_rule(each.metadata)])
        entries.append(f"{each.name}: {text}.")
    cls.__doc__ = with_entries(cls.__doc__, entries)
    return cls


def _rule(rule: Any) -> list[str]:
    """Return the rule of a field in words."""
    words = []
    if "choices" in rule:
        words.append("one of " + ", ".join(f'"{choice}"' for choice in rule["choices"]))
    words += [f"{said} {rule[b]}" for b, (said, _) in BOUNDS.items() if b in rule]
    for other, values in rule.get("goes_with", {}).items():
        words.append(f"goes with {other} {' or '.join(map(str, values))}")
    return words


def check_settings(settings: Any) -> None:
    """Check each field of a dataclass against its type and its rule.

    NumPy's scalars become numbers of Python, fit for a config, and whole numbers
    floats where a field is one.

    Raises:
        InputError: A value breaks its rule, or is no default where it would not be
            used; the message names the field.
    """
    for each in fields(settings):
        value = plain(getattr(settings, each.name))
        value = _checked(each.name, value, each.type, each.metadata)
        object.__setattr__(settings, each.name, value)
    for each in fields(settings):
        if "network" in each.metadata:
            check_network(each.name, getattr(settings, each.name), settings.units)
    for each in fields(settings):
        if getattr(settings, each.name) != each.default:
            _check_use(settings, each.name, each.metadata.get("goes_with", {}))


def _check_use(settings: Any, name: str, goes_with: dict[str, tuple]) -> None:
    for other, values in goes_with.items():
        found = getattr(settings, other)
        if found not in values:
            allowed = " or ".join(map(str, values))
            raise InputError(f"{name} goes with {other} {allowed}; got {other} {found}")


def check_network(
    name: str, network: str, units: int, as_decoder: bool = False
) -> None:
    """Check that there is a network with so many units.

    Args:
        name: What an error calls it.
        network: The name of a recurrent layer.
        units: Its units.
        as_decoder: Whether it must be given first states before it has seen inputs.

    Raises:
        InputError: There is no such network, it cannot have so many units, or the sizes
            of its states depend on its inputs and it is a decoder.

    Example:
        >>> check_network("decoder", "GRUD", 8, as_decoder=True)
        Traceback (most recent call last):
        ...
        seqkit.errors.InputError: decoder must have states of fixed sizes; got 'GRUD'
    """
    from seqkit.models.named_layers import find_recurrent_layer

    found = find_recurrent_layer(network, name)
    try:
        layer = found(units)
    except ValueError as error:
        message = str(error).replace("`", "").replace(", got", "; got").rstrip(".")
        raise InputError(f"{name} {found.__name__}: {message}") from None
    if as_decoder and None in layer.state_size:
        raise InputError(f"{name} must have states of fixed sizes; got {network!r}")


def check_takes(name: str, value: Any, network: str, default: Any) -> None:
    """Raise if a value that is no default is for an argument that a network lacks.

    Raises:
        InputError: The message names the argument and the network.
    """
    if value == default:
        return
    from seqkit.models.named_layers import find_recurrent_layer

    layer = find_recurrent_layer(network)
    if name not in signature(layer).parameters:
        raise InputError(f"{layer.__name__} takes no {name}; got {name} {value}")


def _checked(name: str, value: Any, kind: Any, rule: Any) -> Any:
    """Return a value that keeps its rule, of its type."""
    allowed = (int, float) if kind is float else kind
    if not isinstance(value, allowed) or (isinstance(value, bool) and kind is not bool):
        raise InputError(
            f"{name} must be of type {kind.__name__}; got {briefly(value)}"
        )
    if kind is float:
        with suppress(OverflowError):
            value = float(value)
        if isinstance(value, int) or not math.isfinite(value):
            raise InputError(f"{name} must be a finite number; got {briefly(value)}")
    if kind is int:
        rule = {"maximum": GREATEST, **rule}
    if "network" in rule:
        # Imports Keras, for which help texts need not wait.
        from seqkit.models.named_layers import find_recurrent_layer

        find_recurrent_layer(str(value), name)
    if "choices" in rule and value not in rule["choices"]:
        raise InputError(
            f"{name} must be one of {', '.join(rule['choices'])}; got {briefly(value)}"
        )
    for bound, (words, holds) in BOUNDS.items():
        if bound in rule and not holds(value, rule[bound]):
            said = f"{name} must be {words} {rule[bound]}; got {briefly(value)}"
            raise InputError(said)
    return value

"""Constructor signatures that subclasses extend, and configs that follow from them.

A class made by `SignatureMeta` may leave arguments of its base to `**kwargs`; its
`inspect.signature` shows them all the same, in the base's order, and each takes its
value by position or by name. `config_from_signature` reads a config off an object.
"""

import inspect
from typing import Any

import keras

Parameter = inspect.Parameter


def merged(own: inspect.Signature, base: inspect.Signature) -> inspect.Signature:
    """Return the base's signature with a subclass's own parameters put in.

    A parameter that both name keeps the base's place and takes the subclass's default;
    a new one stands right after the parameter that precedes it in the subclass.

    Example:
    >>> own = inspect.signature(lambda units, gate="sigmoid", **kwargs: None)
    >>> base = inspect.signature(lambda units, bias=True: None)
    >>> str(merged(own, base))
    "(units, gate='sigmoid', bias=True)"
    """
    names = list(base.parameters)
    parameters = dict(base.parameters)
    previous = None
    for name, parameter in own.parameters.items():
        if parameter.kind in (Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL):
            continue
        if name not in parameters:
            place = 0 if previous is None else names.index(previous) + 1
            names.insert(place, name)
        parameters[name] = parameter
        previous = name
    rest = [n for n in names if parameters[n].kind is Parameter.VAR_KEYWORD]
    names = [n for n in names if n not in rest] + rest
    return inspect.Signature([parameters[name] for name in names])


def own_signature(cls: type) -> inspect.Signature:
    """Return the signature of the class's own `__init__`, without `self`."""
    constructor = vars(cls)["__init__"]
    parameters = list(inspect.signature(constructor).parameters.values())
    return inspect.Signature(parameters[1:])


LayerType: Any = type(keras.layers.Layer)


class SignatureMeta(LayerType):
    """Binds arguments by the merged signature before the constructor sees them."""

    __signature__: inspect.Signature

    def __init__(cls, name: str, bases: tuple, namespace: dict, **kwargs: Any):
        """Merge the new class's own parameters into its base's signature."""
        super().__init__(name, bases, namespace, **kwargs)
        inherited = next(
            (b.__signature__ for b in bases if isinstance(b, SignatureMeta)), None
        )
        if "__signature__" in namespace:
            return
        if inherited is None:
            cls.__signature__ = own_signature(cls)
        elif "__init__" in namespace:
            cls.__signature__ = merged(own_signature(cls), inherited)
        else:
            cls.__signature__ = inherited

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make an object; every argument reaches the constructor by name."""
        try:
            bound = cls.__signature__.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise TypeError(f"{cls.__name__}: {error}") from None
        rest = bound.pop("kwargs", {})
        return super().__call__(**bound, **rest)


def argument_names(cls: Any) -> list[str]:
    """Return the names of the constructor's arguments, `**kwargs` aside."""
    return [
        name
        for name, parameter in cls.__signature__.parameters.items()
        if parameter.kind is not Parameter.VAR_KEYWORD
    ]


def config_from_signature(thing: Any) -> dict:
    """Return every constructor argument of an object, serialized.

    Each argument must live in an attribute of the same name.
    """
    return {
        name: keras.saving.serialize_keras_object(getattr(thing, name))
        for name in argument_names(type(thing))
    }

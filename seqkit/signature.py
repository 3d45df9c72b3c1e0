"""Constructor signatures that subclasses extend, and configs that follow from them.

A subclass of `Extensible` may leave arguments of its base to `**kwargs`; its
`inspect.signature` shows them all the same, in the base's order, and each takes its
value by position or by name. `config_from_signature` reads a config off an object.
"""

import functools
import inspect
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import keras

from seqkit.docstrings import complete

Parameter = inspect.Parameter
Signature = inspect.Signature
BY_POSITION = (Parameter.POSITIONAL_ONLY, Parameter.VAR_POSITIONAL)
VARIADIC = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


def merged(own: Signature, base: Signature) -> Signature:
    """Return the base's signature with a subclass's own parameters put in.

    A parameter that both name keeps the base's place and takes the subclass's default;
    a new one stands right after the parameter that precedes it in the subclass. Where
    Python allows no parameter by position, it is keyword-only.

    `**kwargs` is there where the base has it.

    Example:
    >>> own = inspect.signature(lambda units, gate="sigmoid", **kwargs: None)
    >>> base = inspect.signature(lambda units, bias=True: None)
    >>> str(merged(own, base))
    "(units, gate='sigmoid', bias=True)"
    """
    names = list(base.parameters)
    parameters = dict(base.parameters)
    place = 0
    for name, parameter in own.parameters.items():
        if parameter.kind in VARIADIC:
            continue
        if name in parameters:
            place = names.index(name)
            if parameter.annotation is Parameter.empty:
                annotation = parameters[name].annotation
                parameter = parameter.replace(annotation=annotation)
        else:
            names.insert(place, name)
        parameters[name] = parameter
        place += 1
    return Signature(_in_order(parameters[name] for name in names))


def over_cell(options: Signature, cell: Signature) -> Signature:
    """Return a layer's signature: its cell's arguments, then the options of a layer.

    `activity_regularizer` stands where Keras has it, after the bias's regularizer.
    `**kwargs` is there where either has it.

    Example:
    >>> options = inspect.signature(lambda activity_regularizer=None, unroll=1: None)
    >>> cell = inspect.signature(lambda units, bias_regularizer=None, seed=None: None)
    >>> print(over_cell(options, cell))
    (units, bias_regularizer=None, activity_regularizer=None, seed=None, unroll=1)
    """
    parameters = {**options.parameters, **cell.parameters}
    names = list({**cell.parameters, **options.parameters})
    before, moved = "bias_regularizer", "activity_regularizer"
    if before in names:
        names.remove(moved)
        names.insert(names.index(before) + 1, moved)
    return Signature(_in_order(parameters[name] for name in names))


def _in_order(parameters: Iterable[Parameter]) -> list[Parameter]:
    """Return parameters in an order that Python allows, changed as little as may be."""
    ordered, optional = [], False
    for parameter in parameters:
        if parameter.kind is Parameter.POSITIONAL_OR_KEYWORD:
            required = parameter.default is Parameter.empty
            if required and optional:
                parameter = parameter.replace(kind=Parameter.KEYWORD_ONLY)
            optional = optional or not required
        ordered.append(parameter)
    return sorted(ordered, key=lambda parameter: parameter.kind)


def without(signature: Signature, names: Collection[str]) -> Signature:
    """Return a signature without the parameters of these names."""
    parameters = signature.parameters.values()
    return Signature([p for p in parameters if p.name not in names])


def takes_any(signature: Signature) -> bool:
    """Return whether a signature ends with `**kwargs`."""
    kinds = [parameter.kind for parameter in signature.parameters.values()]
    return Parameter.VAR_KEYWORD in kinds


def argument_names(signature: Signature) -> list[str]:
    """Return the names of the arguments, `*args` and `**kwargs` aside."""
    parameters = signature.parameters.values()
    return [p.name for p in parameters if p.kind not in VARIADIC]


class _OfClass:
    """The constructor's signature, read from a class; an object is called by `call`."""

    def __get__(self, thing: Any, cls: Any) -> Signature:
        if thing is not None or cls is Extensible:
            raise AttributeError("__signature__")
        return _signature_from(cls, cls)


class Extensible:
    """Mixin whose subclasses extend the constructor's signature of their base.

    Each constructor of a line of subclasses gets its arguments by name, as they stand
    in `inspect.signature`. One that takes `*args`, or arguments by position alone, gets
    them as they came.

    Attributes:
        without_arguments: names of arguments of its bases that a class does not take.
            Its constructor may give them to its base.
    """

    __signature__ = _OfClass()
    without_arguments: ClassVar[Collection[str]] = ()
    _signatures: ClassVar[dict[type, Signature]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give the class its signature."""
        super().__init_subclass__(**kwargs)
        cls._signatures = {}
        if "__init__" in vars(cls):
            cls.__init__ = _bound(cls, vars(cls)["__init__"])  # type: ignore
        _signature_from(cls, cls)  # what cannot be merged fails here
        cls.__doc__ = complete(cls, [each for each in cls.__mro__ if _takes_part(each)])

    @classmethod
    def _first_signature(cls, own: Signature) -> Signature:
        """Return the signature of the line's first class, from that of its own."""
        return own


def _takes_part(cls: type) -> bool:
    """Return whether a class is one of seqkit's, or of those made from them."""
    ours = cls.__module__.startswith("seqkit.") or issubclass(cls, Extensible)
    return ours and cls is not Extensible


@dataclass
class _Arguments:
    """What the constructors of an object were given, from the last class to the first.

    Attributes:
        known: the names that the last constructor took or passes on from its caller.
        fixed: the names of arguments that a subclass gives its base by itself.
        held_elsewhere: arguments with no attribute of their name, as they came.
    """

    known: set[str]
    fixed: set[str] = field(default_factory=set)
    held_elsewhere: dict[str, Any] = field(default_factory=dict)


def _own_signature(constructor: Callable) -> Signature:
    """Return the signature of a constructor as it is written, without `self`."""
    parameters = list(inspect.signature(constructor).parameters.values())
    return Signature(parameters[1:])


def _signature_from(cls: type[Extensible], start: type) -> Signature:
    """Return the arguments of a class's constructor, or of one further up its line.

    Args:
        cls: the class of an object.
        start: the class whose constructor, or the next there is, the arguments go to.
    """
    known = cls._signatures
    if start not in known:
        line = cls.__mro__[cls.__mro__.index(start) : cls.__mro__.index(Extensible)]
        signature: Any = None
        for each in reversed(line):
            if "__init__" in vars(each):
                own = _own_signature(vars(each)["__init__"])
                if signature is None:
                    signature = cls._first_signature(own)
                else:
                    signature = merged(own, signature) if takes_any(own) else own
            if signature is not None:
                refused = vars(each).get("without_arguments", ())
                signature = without(signature, refused)
        known[start] = signature
    return known[start]


def _bound(cls: type[Extensible], constructor: Callable) -> Callable:
    """Return a class's constructor, to be called with what its signature shows."""
    own = _own_signature(constructor)
    own_names = argument_names(own)
    as_they_come = any(p.kind in BY_POSITION for p in own.parameters.values())

    @functools.wraps(constructor)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        signature = _signature_from(type(self), cls)
        # What a later class misses may come from the constructors in between.
        bind = signature.bind if Extensible in cls.__bases__ else signature.bind_partial
        try:
            given = _named(bind(*args, **kwargs), signature)
        except TypeError as error:
            if not as_they_come:
                raise TypeError(f"{type(self).__name__}: {error}") from None
            given = kwargs
        outermost = "_arguments" not in vars(self)
        if outermost:
            _refuse(type(self), given)
            vars(self)["_arguments"] = _Arguments(set(given))
        arguments = vars(self)["_arguments"]
        arguments.fixed |= set(given) - arguments.known
        arguments.known = {*given, *own_names}
        if as_they_come:
            constructor(self, *args, **kwargs)
        else:
            constructor(self, **given)
        if outermost:
            unheld = {n: v for n, v in given.items() if not hasattr(self, n)}
            arguments.held_elsewhere = unheld

    # Where a layer is made, Keras binds the arguments to this for a config of its own.
    __init__.__signature__ = inspect.signature(constructor)  # type: ignore
    return __init__


def _refuse(cls: type[Extensible], given: Collection[str]) -> None:
    """Raise if a class is given an argument that one of its bases takes, but not it."""
    line = cls.__mro__[: cls.__mro__.index(Extensible)]
    refused = {n for each in line for n in vars(each).get("without_arguments", ())}
    names = argument_names(inspect.signature(cls))
    for name in given:
        if name in refused and name not in names:
            raise TypeError(f"{cls.__name__} has no argument `{name}`.")


def _named(bound: inspect.BoundArguments, signature: Signature) -> dict:
    """Return bound arguments by name, those for `**kwargs` too."""
    given = bound.arguments
    for name, parameter in signature.parameters.items():
        if parameter.kind is Parameter.VAR_KEYWORD:
            given.update(given.pop(name, {}))
    return given


def config_from_signature(thing: Any, base_config: dict) -> dict:
    """Return the config of an object: what its constructor takes, serialized.

    An argument is read from the attribute of its name, or is as it came where there is
    none. What a subclass gives its base by itself is left out.

    Args:
        thing: an object of a subclass of `Extensible`.
        base_config: what a Keras layer has in its config: `name`, `dtype` and so on.
    """
    signature, arguments = inspect.signature(type(thing)), vars(thing)["_arguments"]
    names = argument_names(signature)
    config = {
        name: value
        for name, value in base_config.items()
        if takes_any(signature) or name in names
    }
    for name in names:
        if name in arguments.held_elsewhere:
            value = arguments.held_elsewhere[name]
        elif name not in arguments.fixed and hasattr(thing, name):
            value = getattr(thing, name)
        else:
            continue
        config[name] = keras.saving.serialize_keras_object(value)
    return config

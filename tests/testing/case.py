"""A layer with arguments, and the same network in NumPy beside it."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from seqkit import layers
from seqkit.testing.reference import Network
from seqkit.testing.subject import Subject


@dataclass(frozen=True)
class Case:
    """A layer with some arguments; calling it makes the layer.

    For a layer made of cells or layers, `inner` makes what is inside, of the options
    that the layer does not name itself.
    `network` makes the reference, of those of the arguments that it names.
    `positive_states` are the places of states that are positive by their meaning.
    `flat` says that the derivative at inputs and states of zero may be zero.
    `leave_out` are checks of the contract that the layer breaks by its meaning.
    """

    name: str
    layer: type
    arguments: Mapping[str, Any] = field(default_factory=dict)
    inner: Callable[..., Any] | None = None
    truncated: bool = False
    network: Callable[..., Network] | None = None
    positive_states: tuple[int, ...] = ()
    flat: bool = False
    leave_out: tuple[Callable[..., None], ...] = ()

    def __call__(self, **options):
        if self.inner is None:
            return self.layer(**{"units": 4, **self.arguments, **options})
        chosen = {**self.arguments, **options}
        names = [*_own_arguments(self.layer), "name", "trainable"]
        own = {n: v for n, v in chosen.items() if n in names or n == "dtype"}
        inner = {n: v for n, v in chosen.items() if n not in names or n == "seed"}
        return self.layer(self.inner(**{"units": 4, **inner}), **own)

    def subject(self, **options):
        """Return the layer under test."""
        return Subject(
            self,
            truncated=self.truncated,
            positive_states=self.positive_states,
            **options,
        )

    def reference(self) -> Network:
        """Return the same network in NumPy."""
        named = inspect.signature(self.network).parameters
        return self.network(**{n: v for n, v in self.arguments.items() if n in named})


def _own_arguments(layer: type) -> Iterable[str]:
    if layer is layers.Bidirectional:  # which takes its options from the layer inside
        return ["merge_mode"]
    return inspect.signature(layer).parameters


def cases_of(
    layer: type, network: Callable[..., Network], *variants: dict, **properties: Any
) -> list[Case]:
    """Return a layer's cases: without arguments, and with those of each variant.

    `properties` are those of every case.
    """

    def case(arguments: dict) -> Case:
        listed = (f"{k}={v}" for k, v in arguments.items())
        name = "-".join([layer.__name__, *listed]).replace(" ", "")
        read_off = {
            "truncated": arguments.get("preset") == "rsnns",
            "flat": arguments.get("activation") == "relu",
        }
        return Case(
            name, layer, arguments, network=network, **{**read_off, **properties}
        )

    return [case(arguments) for arguments in ({}, *variants)]

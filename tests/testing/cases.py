"""The constructor arguments with which every public layer is tried: the one place.

The first case of a layer is its plain one; the others are its variants. A public layer
that is missing here fails `test_contract.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from seqkit import layers

WRAPPER_ARGUMENTS = ("merge_mode", "name", "trainable")


@dataclass(frozen=True)
class Case:
    """A layer with some arguments; calling it makes the layer.

    For a wrapper, `inner` is the layer inside, which all options but its own go to.
    """

    name: str
    layer: type
    arguments: Mapping[str, Any] = field(default_factory=dict)
    inner: type | None = None
    truncated: bool = False

    def __call__(self, **options):
        if self.inner is None:
            return self.layer(**{"units": 4, **self.arguments, **options})
        chosen = {**self.arguments, **options}
        own = {n: chosen.pop(n) for n in WRAPPER_ARGUMENTS if n in chosen}
        if "dtype" in chosen:
            own["dtype"] = chosen["dtype"]
        return self.layer(self.inner(**{"units": 4, **chosen}), **own)


def _cases(layer: type, *variants: dict, **kwargs: Any) -> list[Case]:
    def name(arguments: dict) -> str:
        listed = (f"{k}={v}" for k, v in arguments.items())
        return "-".join([layer.__name__, *listed]).replace(" ", "")

    return [Case(name(v), layer, v, **kwargs) for v in ({}, *variants)]


def _two_way(name: str, inner: type, **arguments: Any) -> Case:
    return Case(f"Bidirectional-{name}", layers.Bidirectional, arguments, inner)


RSNNS = {"preset": "rsnns", "output_units": 2}

CASES: dict[str, list[Case]] = {
    "SimpleRNN": _cases(layers.SimpleRNN, {"activation": "relu", "use_bias": False}),
    "LSTM": _cases(
        layers.LSTM,
        {"use_bias": False, "unit_forget_bias": False},
        {"activation": "softsign", "recurrent_activation": "hard_sigmoid"},
    ),
    "GRU": _cases(
        layers.GRU,
        {"reset_after": False},
        {"use_bias": False},
        {"reset_after": False, "use_bias": False, "activation": "relu"},
    ),
    "Elman": [
        *_cases(
            layers.Elman,
            {"output_units": 2, "output_activation": "sigmoid"},
            {"decay": 0.5},
            {"decay": [0.0, 0.3, 0.6, 0.9], "normalized": True, "output_units": 3},
            {"use_bias": False},
        ),
        Case("Elman-rsnns", layers.Elman, RSNNS, truncated=True),
    ],
    "Jordan": [
        *_cases(
            layers.Jordan,
            {"output_units": 2},
            {"output_units": 6, "decay": 0.5},
            {"output_units": 2, "decay": [0.2, 0.8], "normalized": True},
            {"output_units": 2, "decay": 0.5, "trainable_decay": True},
            {
                "output_units": 2,
                "decay": [0.2, 0.8],
                "trainable_decay": True,
                "normalized": True,
            },
            {"use_bias": False},
        ),
        Case("Jordan-rsnns", layers.Jordan, RSNNS, truncated=True),
    ],
    "Bidirectional": [
        _two_way("GRU", layers.GRU),
        _two_way("LSTM-sum", layers.LSTM, merge_mode="sum"),
        _two_way("SimpleRNN-mul", layers.SimpleRNN, merge_mode="mul"),
        _two_way("Elman-ave", layers.Elman, merge_mode="ave", output_units=3),
        _two_way("Jordan-none", layers.Jordan, merge_mode=None, output_units=3),
    ],
}

PLAIN = [cases[0] for cases in CASES.values()]
VARIANTS = [case for cases in CASES.values() for case in cases[1:]]

"""The constructor arguments with which every public layer is tried: the one place.

The first case of a layer is its plain one; the others are its variants. A public layer
that is missing here fails `test_contract.py`. Beside each layer stands the same network
in NumPy, with which `tests/outside/test_equations.py` compares all its cases.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from seqkit import cells, layers
from seqkit.testing import reference
from seqkit.testing.reference import Context, Network


@dataclass(frozen=True)
class Case:
    """A layer with some arguments; calling it makes the layer.

    For a layer made of cells or layers, `inner` makes what is inside, of the options
    that the layer does not name itself.
    `network` makes the reference, of those of the arguments that it names.
    """

    name: str
    layer: type
    arguments: Mapping[str, Any] = field(default_factory=dict)
    inner: Callable[..., Any] | None = None
    truncated: bool = False
    network: Callable[..., Network] | None = None

    def __call__(self, **options):
        if self.inner is None:
            return self.layer(**{"units": 4, **self.arguments, **options})
        chosen = {**self.arguments, **options}
        names = [*_own_arguments(self.layer), "name", "trainable"]
        own = {n: chosen.pop(n) for n in names if n in chosen}
        if "dtype" in chosen:
            own["dtype"] = chosen["dtype"]
        return self.layer(self.inner(**{"units": 4, **chosen}), **own)

    def reference(self) -> Network:
        """Return the same network in NumPy."""
        named = inspect.signature(self.network).parameters
        return self.network(**{n: v for n, v in self.arguments.items() if n in named})


def _own_arguments(layer: type) -> Iterable[str]:
    if layer is layers.Bidirectional:  # which takes its options from the layer inside
        return ["merge_mode"]
    return inspect.signature(layer).parameters


def _cases(layer: type, network: Callable[..., Network], *variants: dict) -> list[Case]:
    """Return a layer's cases: without arguments, and with those of each variant."""

    def case(arguments: dict) -> Case:
        listed = (f"{k}={v}" for k, v in arguments.items())
        name = "-".join([layer.__name__, *listed]).replace(" ", "")
        truncated = arguments.get("preset") == "rsnns"  # no gradient passes its states
        return Case(name, layer, arguments, truncated=truncated, network=network)

    return [case(arguments) for arguments in ({}, *variants)]


def _two_way(name: str, inner: type, **arguments: Any) -> Case:
    return Case(f"Bidirectional-{name}", layers.Bidirectional, arguments, inner)


def _elman(decay=None, normalized=False, preset=None, output_activation="linear"):
    if preset:
        return reference.Elman("sigmoid", context=Context(0.3, truncated=True))
    context = Context(decay, normalized)
    return reference.Elman(output_activation=output_activation, context=context)


def _jordan(decay=None, normalized=False, trainable_decay=False, preset=None):
    if preset:
        context = Context(0.3, truncated=True)
        return reference.Jordan("sigmoid", "linear", context)
    return reference.Jordan(context=Context(decay, normalized, trainable_decay))


def _two_cells(**options):
    upper = {**options, "dropout": 0.0}  # the contract reads one mask off the inputs
    return [cells.ElmanCell(**options), cells.LSTMCell(**upper)]


BETWEEN = {"residual": True, "normalize": True}


def _irnn(activation="relu"):
    return reference.SimpleRNN(activation)


CASES: dict[str, list[Case]] = {
    "SimpleRNN": _cases(
        layers.SimpleRNN,
        reference.SimpleRNN,
        {"activation": "relu", "use_bias": False},
    ),
    "LSTM": _cases(
        layers.LSTM,
        reference.LSTM,
        {"use_bias": False, "unit_forget_bias": False},
        {"activation": "softsign", "recurrent_activation": "hard_sigmoid"},
    ),
    "GRU": _cases(
        layers.GRU,
        reference.GRU,
        {"reset_after": False},
        {"use_bias": False},
        {"reset_after": False, "use_bias": False, "activation": "relu"},
    ),
    "Elman": _cases(
        layers.Elman,
        _elman,
        {"output_units": 2, "output_activation": "sigmoid"},
        {"decay": 0.5},
        {"decay": [0.0, 0.3, 0.6, 0.9], "normalized": True, "output_units": 3},
        {"use_bias": False},
        {"preset": "rsnns", "output_units": 2},
    ),
    "Jordan": _cases(
        layers.Jordan,
        _jordan,
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
        {"preset": "rsnns", "output_units": 2},
    ),
    "PeepholeLSTM": _cases(
        layers.PeepholeLSTM,
        reference.PeepholeLSTM,
        {"use_bias": False},
        {"activation": "sigmoid", "recurrent_activation": "tanh"},
    ),
    "RNN": [
        Case("RNN-GRUCell", layers.RNN, inner=cells.GRUCell),
        Case("RNN-JordanCell", layers.RNN, {"output_units": 2}, cells.JordanCell),
    ],
    "Stack": [
        Case("Stack", layers.Stack, inner=_two_cells),
        Case("Stack-residual-normalize", layers.Stack, BETWEEN, inner=_two_cells),
    ],
    "IRNN": _cases(layers.IRNN, _irnn, {"use_bias": False}),
    "IndRNN": _cases(layers.IndRNN, reference.IndRNN, {"activation": "tanh"}),
    "Clockwork": _cases(
        layers.Clockwork,
        reference.Clockwork,
        {"periods": (2, 3)},
        {"periods": (1, 4), "first_step": 3, "use_bias": False},
    ),
    "MinimalRNN": _cases(
        layers.MinimalRNN,
        reference.MinimalRNN,
        {"activation": "sigmoid", "recurrent_activation": "tanh", "use_bias": False},
    ),
    "coRNN": _cases(
        layers.coRNN,
        reference.CoRNN,
        {"time_step": 0.5, "frequency": 1.5, "damping": 0.5, "use_bias": False},
    ),
    "LEM": _cases(layers.LEM, reference.LEM, {"time_step": 0.3, "use_bias": False}),
    "MultiRecurrent": _cases(
        layers.MultiRecurrent,
        reference.MultiRecurrent,
        {"output_units": 2, "output_activation": "sigmoid", "use_bias": False},
    ),
    "MinGRU": _cases(layers.MinGRU, reference.MinGRU, {"use_bias": False}),
    "MinLSTM": _cases(layers.MinLSTM, reference.MinLSTM, {"use_bias": False}),
    "LRU": _cases(
        layers.LRU, reference.LRU, {"output_units": 3, "diagonal_skip": True}
    ),
    "RGLRU": _cases(layers.RGLRU, reference.RGLRU, {"units": 3, "project": False}),
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

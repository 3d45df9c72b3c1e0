"""The constructor arguments with which every public layer is tried: the one place.

The first case of a layer is its plain one; the others are its variants. A public layer
that is missing here fails `test_contract.py`. Beside each layer stands the same network
in NumPy, with which `tests/outside/test_equations.py` compares all its cases.
"""

from typing import Any

from seqkit import layers
from seqkit.testing import reference
from seqkit.testing.reference import Context
from tests.testing.case import Case, cases_of
from tests.testing.composite_cases import COMPOSITE_CASES


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


def _irnn(activation="relu"):
    return reference.SimpleRNN(activation)


CASES: dict[str, list[Case]] = {
    "SimpleRNN": cases_of(
        layers.SimpleRNN,
        reference.SimpleRNN,
        {"activation": "relu", "use_bias": False},
    ),
    "LSTM": cases_of(
        layers.LSTM,
        reference.LSTM,
        {"use_bias": False, "unit_forget_bias": False},
        {"activation": "softsign", "recurrent_activation": "hard_sigmoid"},
    ),
    "GRU": cases_of(
        layers.GRU,
        reference.GRU,
        {"reset_after": False},
        {"use_bias": False},
        {"reset_after": False, "use_bias": False, "activation": "relu"},
    ),
    "Elman": cases_of(
        layers.Elman,
        _elman,
        {"output_units": 2, "output_activation": "sigmoid"},
        {"decay": 0.5},
        {"decay": [0.0, 0.3, 0.6, 0.9], "normalized": True, "output_units": 3},
        {"use_bias": False},
        {"preset": "rsnns", "output_units": 2},
    ),
    "Jordan": cases_of(
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
    "PeepholeLSTM": cases_of(
        layers.PeepholeLSTM,
        reference.PeepholeLSTM,
        {"use_bias": False},
        {"activation": "sigmoid", "recurrent_activation": "tanh"},
    ),
    "IRNN": cases_of(layers.IRNN, _irnn, {"use_bias": False}),
    "IndRNN": cases_of(layers.IndRNN, reference.IndRNN, {"activation": "tanh"}),
    "Clockwork": cases_of(
        layers.Clockwork,
        reference.Clockwork,
        {"periods": (2, 3)},
        {"periods": (1, 4), "first_step": 3, "use_bias": False},
    ),
    "MinimalRNN": cases_of(
        layers.MinimalRNN,
        reference.MinimalRNN,
        {"activation": "sigmoid", "recurrent_activation": "tanh", "use_bias": False},
    ),
    "coRNN": cases_of(
        layers.coRNN,
        reference.CoRNN,
        {"time_step": 0.5, "frequency": 1.5, "damping": 0.5, "use_bias": False},
    ),
    "LEM": cases_of(layers.LEM, reference.LEM, {"time_step": 0.3, "use_bias": False}),
    "MultiRecurrent": cases_of(
        layers.MultiRecurrent,
        reference.MultiRecurrent,
        {"output_units": 2, "output_activation": "sigmoid", "use_bias": False},
        {"output_units": 2, "banks": 3},
    ),
    "MinGRU": cases_of(layers.MinGRU, reference.MinGRU, {"use_bias": False}),
    "MinLSTM": cases_of(layers.MinLSTM, reference.MinLSTM, {"use_bias": False}),
    "LRU": cases_of(
        layers.LRU, reference.LRU, {"output_units": 3, "diagonal_skip": True}
    ),
    "RGLRU": cases_of(layers.RGLRU, reference.RGLRU, {"units": 3, "project": False}),
    "CoupledLSTM": cases_of(
        layers.CoupledLSTM,
        reference.CoupledLSTM,
        {"use_bias": False, "peepholes": False},
        {"activation": "sigmoid", "recurrent_activation": "tanh"},
    ),
    "ProjectedLSTM": cases_of(
        layers.ProjectedLSTM,
        reference.ProjectedLSTM,
        {"projection": 2},
        {"projection": 6, "use_bias": False, "peepholes": False},
        {"projection": 2, "activation": "sigmoid", "recurrent_activation": "tanh"},
    ),
    "LayerNormLSTM": cases_of(
        layers.LayerNormLSTM,
        reference.LayerNormLSTM,
        {"norm_epsilon": 0.1, "use_bias": False},
        {"activation": "sigmoid", "recurrent_activation": "tanh"},
    ),
    "LayerNormGRU": cases_of(
        layers.LayerNormGRU,
        reference.LayerNormGRU,
        {"norm_epsilon": 0.1, "use_bias": False},
        {"activation": "sigmoid", "recurrent_activation": "tanh"},
    ),
    "DepthGatedLSTM": cases_of(
        layers.DepthGatedLSTM,
        reference.DepthGatedLSTM,
        {"layers": 1},
        {"layers": 3, "use_bias": False, "peepholes": False},
        {"activation": "sigmoid", "recurrent_activation": "tanh"},
    ),
    "sLSTM": cases_of(
        layers.sLSTM,
        reference.SLSTM,
        {"heads": 2, "forget_gate": "exponential"},
        {"heads": 4, "use_bias": False, "activation": "sigmoid"},
        {"recurrent_activation": "tanh"},
        positive_states=(2,),
    ),
    "MGU": cases_of(
        layers.MGU,
        reference.MGU,
        {"gate_keeps": True, "reset_after": True},
        {"gate_keeps": True, "use_bias": False},
        {"reset_after": True, "use_bias": False, "activation": "sigmoid"},
        {"recurrent_activation": "tanh"},
    ),
    "UGRNN": cases_of(
        layers.UGRNN,
        reference.UGRNN,
        {"use_bias": False},
        {"activation": "sigmoid", "recurrent_activation": "tanh"},
    ),
    "JANET": cases_of(
        layers.JANET,
        reference.JANET,
        {"beta": -0.5, "use_bias": False},
        {"activation": "sigmoid", "recurrent_activation": "tanh"},
    ),
    # Batch normalization in training is not what `keras.layers.RNN` runs: it has tests
    # of its own, in tests/outside/test_ligru.py.
    "LiGRU": cases_of(
        layers.LiGRU,
        reference.LiGRU,
        {"batch_norm": False},
        {"batch_norm": False, "use_bias": False},
        {
            "batch_norm": False,
            "activation": "tanh",
            "recurrent_activation": "hard_sigmoid",
        },
        flat=True,
    )[1:],
    "MUT1": cases_of(
        layers.MUT1,
        reference.MUT1,
        {"input_projection": False, "units": 3},
        {"use_bias": False, "activation": "sigmoid", "recurrent_activation": "tanh"},
    ),
    "MUT2": cases_of(
        layers.MUT2,
        reference.MUT2,
        {"input_projection": False, "units": 3},
        {"use_bias": False, "activation": "sigmoid", "recurrent_activation": "tanh"},
    ),
    "MUT3": cases_of(
        layers.MUT3,
        reference.MUT3,
        {"use_bias": False, "activation": "sigmoid", "recurrent_activation": "tanh"},
    ),
    "NAS": cases_of(
        layers.NAS,
        reference.NAS,
        {"use_bias": True, "projection": 2},
        {"activation": "sigmoid", "recurrent_activation": "tanh"},
        flat=True,
    ),
    "RHN": cases_of(
        layers.RHN,
        reference.RHN,
        {"depth": 1, "coupled_gates": False},
        {"depth": 2, "coupled_gates": False, "use_bias": False},
        {"activation": "sigmoid", "recurrent_activation": "tanh"},
    ),
    "SCRN": cases_of(
        layers.SCRN,
        reference.SCRN,
        {"context_units": 2, "output_units": 3, "decay": [0.2, 0.9]},
        {"use_bias": False, "output_activation": "tanh", "activation": "tanh"},
    ),
    # Without a readout an echo state network has no weight to train.
    "EchoState": cases_of(
        layers.EchoState,
        reference.EchoState,
        {"output_units": 2},
        {"leak": 0.3, "use_bias": False, "connectivity": 0.9},
    )[1:],
    "CfC": cases_of(
        layers.CfC,
        reference.CfC,
        {"backbone_units": 5, "backbone_layers": 2, "use_bias": False},
        {"backbone_units": 5, "time_channel": True},
    ),
    # Outputs of softmax have a sum without a derivative: they are a variant.
    "HistoryCompressor": cases_of(
        layers.HistoryCompressor,
        reference.HistoryCompressor,
        {"output_activation": "sigmoid", "tolerance": 1.0},
        {"upper_units": 3, "tolerance": 0.9, "time_digits": 2, "collapsed": True},
        {"output_activation": "tanh", "collapsed": True, "use_bias": False},
    )[1:],
    "GRUD": cases_of(layers.GRUD, reference.GRUD, {"use_bias": False}),
    "Bidirectional": [
        _two_way("GRU", layers.GRU),
        _two_way("LSTM-sum", layers.LSTM, merge_mode="sum"),
        _two_way("SimpleRNN-mul", layers.SimpleRNN, merge_mode="mul"),
        _two_way("Elman-ave", layers.Elman, merge_mode="ave", output_units=3),
        _two_way("Jordan-none", layers.Jordan, merge_mode=None, output_units=3),
    ],
    **COMPOSITE_CASES,
}

PLAIN = [cases[0] for cases in CASES.values()]
VARIANTS = [case for cases in CASES.values() for case in cases[1:]]

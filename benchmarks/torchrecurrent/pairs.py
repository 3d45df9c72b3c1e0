"""Networks of torchrecurrent beside those of seqkit, and weights from one to the other.

torchrecurrent keeps its matrices transposed, and two or three biases where their sum
acts. JANET's β, fixed in seqkit, is a weight there; it is left where it starts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

State = dict[str, np.ndarray]


def _sum_of_biases(state: State) -> list[np.ndarray]:
    """kernel, recurrent_kernel, bias: gates have the same order."""
    bias = state["bias_ih"] + state["bias_hh"]
    return [state["weight_ih"].T, state["weight_hh"].T, bias]


def _peephole_lstm(state: State) -> list[np.ndarray]:
    return [*_sum_of_biases(state), state["weight_ph"].reshape(3, -1)]


def _mut1(state: State) -> list[np.ndarray]:
    z, r, _ = np.split(state["bias_ih"], 3)
    of_r, of_n = np.split(state["bias_hh"], 2)
    bias = np.concatenate([z, r + of_r, of_n])
    return [state["weight_ih"].T, state["weight_hh"].T, bias]


def _minimal_rnn(state: State) -> list[np.ndarray]:
    return [
        state["weight_ih"].T,
        state["bias_ih"],
        state["weight_mm"].T,
        state["weight_hh"].T,
        state["bias_hh"],
    ]


def _ind_rnn(state: State) -> list[np.ndarray]:
    bias = state["bias_ih"] + state["bias_hh"]
    return [state["weight_ih"].T, state["vector_u"], bias]


def _cornn(state: State) -> list[np.ndarray]:
    kernels = [state[f"weight_{name}h"].T for name in "ihc"]
    return [*kernels, sum(state[f"bias_{name}h"] for name in "ihc")]


@dataclass(frozen=True)
class Pair:
    """One network in both libraries.

    Args:
        weights: from torchrecurrent's arrays to those of the seqkit layer.
        theirs: arguments of torchrecurrent's layer.
        ours: arguments of seqkit's layer.
        common: sets to zero, in torchrecurrent's arrays, what seqkit's network lacks.
    """

    weights: Callable[[State], list[np.ndarray]] = _sum_of_biases
    theirs: Mapping[str, Any] = field(default_factory=dict)
    ours: Mapping[str, Any] = field(default_factory=dict)
    common: Callable[[State], None] | None = None


def _no_bias_in_tanh(state: State) -> None:
    np.split(state["bias_ih"], 3)[2][:] = 0.0  # its two biases differ; ours is outside


OSCILLATOR = {"time_step": 0.1, "frequency": 1.5, "damping": 0.5}

# By the name that both libraries give it.
PAIRS: dict[str, Pair] = {
    "PeepholeLSTM": Pair(_peephole_lstm),
    "MGU": Pair(),
    "UGRNN": Pair(),
    "JANET": Pair(),
    "LiGRU": Pair(ours={"batch_norm": False}),
    "MUT1": Pair(_mut1, common=_no_bias_in_tanh),
    "MUT2": Pair(),
    "MUT3": Pair(),
    "IndRNN": Pair(_ind_rnn, theirs={"nonlinearity": "relu"}),
    "MinimalRNN": Pair(_minimal_rnn),
    "coRNN": Pair(
        _cornn, theirs={"dt": 0.1, "gamma": 1.5, "epsilon": 0.5}, ours=OSCILLATOR
    ),
}


def random_state(
    pair: Pair, shapes: Mapping[str, tuple[int, ...]], seed: int = 0
) -> State:
    """Arrays for the weights of a layer of torchrecurrent, none of them zero."""
    rng = np.random.default_rng(seed)
    state = {
        name: rng.normal(size=shape) / np.sqrt(shape[-1])
        for name, shape in sorted(shapes.items())
        if shape
    }
    if pair.common:
        pair.common(state)
    return state

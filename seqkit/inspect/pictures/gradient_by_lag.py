"""How far gradients reach back in time."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from seqkit.inspect.pictures.checks import of_layers_by_name
from seqkit.plots.figure import look, new_figure
from seqkit.plots.fonts import legible


def gradient_by_lag_table(traces: Mapping[str, Any]) -> pd.DataFrame:
    """Give the norms of the gradients behind `gradient_by_lag`.

    Args:
        traces: by name of a network, its trace with a loss.

    Returns:
        A row for each network, state and lag: `network`; `state`, its name; `lag`,
        valid steps from there to the last one; `norm`, |∂L/∂s|, the mean over the
        sequences that are so long.

    Raises:
        ValueError: `traces` are not traces of a layer by name, with a loss.

    Example: a linear unit that halves what it remembers.
    >>> import keras
    >>> from seqkit.inspect import trace
    >>> from seqkit.layers import SimpleRNN
    >>> half = keras.initializers.Constant(0.5)
    >>> layer = SimpleRNN(1, activation="linear", recurrent_initializer=half)
    >>> x = np.ones((1, 3, 1), "float32")
    >>> gradient_by_lag_table({"half": trace(layer, x, loss=keras.ops.sum)})
      network state  lag  norm
    0    half     h    0  1.00
    1    half     h    1  0.50
    2    half     h    2  0.25

    Reference: Y. Bengio et al., "Learning long-term dependencies with gradient descent
    is difficult", IEEE Transactions on Neural Networks 5, 1994.
    """
    parts = []
    for network, trace in of_layers_by_name(traces).items():
        if trace.gradients is None:
            raise ValueError(
                f"`traces` must be made with a loss: that of {network!r} has no "
                "gradients."
            )
        if not any(gradient.any() for gradient in trace.gradients.states.values()):
            raise ValueError(
                "`traces` must have a loss that depends on the states: all gradients "
                f"of {network!r} are 0."
            )
        valid = trace.valid
        if valid is None:
            valid = np.ones(trace.inputs.shape[:2], bool)
        ordered = valid if trace.go_backwards else valid[:, ::-1]
        lags = np.where(ordered, np.cumsum(ordered, axis=1) - 1, -1)
        lags = lags if trace.go_backwards else lags[:, ::-1]
        for state, gradient in trace.gradients.states.items():
            norms = pd.DataFrame(
                {
                    "lag": lags.ravel(),
                    "norm": np.linalg.norm(gradient.astype("float64"), axis=-1).ravel(),
                }
            )
            means = norms[norms["lag"] >= 0].groupby("lag", as_index=False).mean()
            means.insert(0, "network", network)
            means.insert(1, "state", state)
            parts.append(means)
    return pd.concat(parts, ignore_index=True)


def gradient_by_lag(traces: Mapping[str, Any]) -> Figure:
    """Draw |∂L/∂s_t| over the steps from t to the end, a line for each network.

    The axis of norms is logarithmic: a straight line that falls is a gradient that
    vanishes, one that rises a gradient that explodes. Of a network with several states
    the one with the largest gradient is drawn at each lag. A line ends where the
    gradient is zero in the layer's precision.

    Args:
        traces: by name of a network, its trace with a loss.

    Raises:
        ValueError: `traces` are not traces of a layer by name, with a loss.

    Example:
    >>> import keras
    >>> from seqkit import layers
    >>> from seqkit.inspect import trace
    >>> x = np.ones((2, 9, 1), "float32")
    >>> networks = {"Elman": layers.Elman(4), "LSTM": layers.LSTM(4)}
    >>> traces = {n: trace(l, x, loss=keras.ops.sum) for n, l in networks.items()}
    >>> axes = gradient_by_lag(traces).axes[0]
    >>> axes.get_yscale(), len(axes.lines)
    ('log', 2)

    Reference: R. Pascanu et al., "On the difficulty of training recurrent neural
    networks", ICML 2013.
    """
    table = gradient_by_lag_table(traces)
    largest = table.groupby(["network", "lag"])["norm"].max()
    figure = new_figure(7.2, 4.4)
    axes = figure.add_subplot()
    names, fonts = legible([str(name) for name in traces])
    for number, (name, label) in enumerate(zip(traces, names, strict=True)):
        norms = largest[str(name)]
        seen = norms.where(norms > 0)
        axes.plot(
            seen.index, seen, **look(number), label=label, markersize=5,
            markevery=max(1, len(seen) // 12),
        )  # fmt: skip
    axes.set_yscale("log")
    axes.set_xlim(-0.5, table["lag"].max() + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("lag: steps before the last one")
    axes.set_ylabel("norm of the gradient, |∂L/∂s|")
    axes.grid(alpha=0.3)
    axes.set_title("How far a gradient reaches back")
    legend = figure.legend(loc="outside lower center", ncols=min(len(names), 5))
    for text in legend.get_texts():
        text.set(family=fonts, parse_math=False)
    return figure

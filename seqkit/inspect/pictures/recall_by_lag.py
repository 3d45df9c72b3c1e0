"""What can be read out of a state of what came before."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from sklearn.linear_model import RidgeCV

from seqkit.inspect.pictures.checks import of_layers_by_name
from seqkit.inspect.record import LayerTrace
from seqkit.plots.figure import look, new_figure
from seqkit.plots.fonts import legible
from seqkit.wording import briefly

_PENALTIES = np.logspace(-6, 6, 13)  # of which ridge regression takes the best


def recall_by_lag_table(
    traces: Mapping[str, Any], target: Any = None, step: int = -1
) -> pd.DataFrame:
    """Give the shares of variance behind `recall_by_lag`.

    A ridge regression from all states at one step to what came k steps before it, on
    every other sequence; its penalty is chosen among these by leaving one out. What it
    explains is measured on the sequences between, R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)², where
    ȳ is the mean there: 1 where all can be read out, 0 or less where nothing can.

    Args:
        traces: by name of a network, its trace over the same sequences, none masked.
        target: what is to be read out, `(batch, time, values)`; the inputs where it is
            None.
        step: the step whose states are read; the last one by default.

    Returns:
        A row for each network and lag: `network`, `lag`, `r2`, over all values
        together; NaN where the target does not vary.

    Raises:
        ValueError: `traces` are not traces of a layer by name, are masked or too few
            sequences, `target` has another shape, or there is no such `step`.

    Example: a unit that holds its last input, and nothing else.
    >>> import keras
    >>> from seqkit.inspect import trace
    >>> from seqkit.layers import SimpleRNN
    >>> zeros, ones = keras.initializers.Zeros(), keras.initializers.Ones()
    >>> layer = SimpleRNN(1, None, kernel_initializer=ones, recurrent_initializer=zeros)
    >>> x = np.random.default_rng(0).normal(size=(400, 3, 1)).astype("float32")
    >>> table = recall_by_lag_table({"last": trace(layer, x)})
    >>> (table["r2"] > 0.5).tolist()
    [True, False, False]

    Reference: H. Jaeger, "Short term memory in echo state networks", GMD Report 152,
    2001, whose memory function this is, for any target.
    """
    parts = []
    for network, trace in of_layers_by_name(traces).items():
        states, wanted = _read(trace, network, target, step)
        parts.append(
            pd.DataFrame(
                {
                    "network": network,
                    "lag": np.arange(wanted.shape[1]),
                    "r2": _explained(states, wanted),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def recall_by_lag(
    traces: Mapping[str, Any],
    target: Any = None,
    step: int = -1,
    what: str = "the input",
) -> Figure:
    """Draw how much of what came k steps ago can be read out of the states linearly.

    Args:
        traces: by name of a network, its trace over the same sequences, none masked.
        target: what is to be read out, `(batch, time, values)`; the inputs where it is
            None.
        step: the step whose states are read; the last one by default.
        what: the target, in words, for the title.

    Raises:
        ValueError: `traces` are not traces of a layer by name, are masked or too few
            sequences, `target` has another shape, or there is no such `step`.

    Example: the marked numbers of the adding problem.
    >>> from seqkit import layers, tasks
    >>> from seqkit.inspect import trace
    >>> x = tasks.adding(n=64, length=10).inputs
    >>> traces = {name: trace(layers.get(name, 4), x) for name in ("Elman", "GRU")}
    >>> figure = recall_by_lag(traces, x[..., :1] * x[..., 1:], what="a marked number")
    >>> figure.axes[0].get_ylabel()
    'share of variance read out, R²'
    """
    table = recall_by_lag_table(traces, target, step)
    figure = new_figure(7.2, 4.4)
    axes = figure.add_subplot()
    names, fonts = legible([str(name) for name in traces])
    for number, (name, label) in enumerate(zip(traces, names, strict=True)):
        here = table[table["network"] == str(name)]
        axes.plot(
            here["lag"], here["r2"], **look(number), label=label, markersize=5,
            markevery=max(1, len(here) // 12),
        )  # fmt: skip
    axes.axhline(0, color="gray", lw=1)
    axes.set_xlim(-0.5, table["lag"].max() + 0.5)
    axes.set_ylim(min(-0.05, 1.05 * table["r2"].min(skipna=True)), 1.03)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("lag: steps ago")
    axes.set_ylabel("share of variance read out, R²")
    axes.grid(alpha=0.3)
    title, _ = legible([f"How much of {what} the state still holds"])
    axes.set_title(title[0], family=fonts, parse_math=False)
    legend = figure.legend(loc="outside lower center", ncols=min(len(names), 5))
    for text in legend.get_texts():
        text.set(family=fonts, parse_math=False)
    return figure


def _read(
    trace: LayerTrace, network: str, target: Any, step: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Return the states at a step `(batch, sizes)`, and what came, the latest first."""
    batch, time = trace.inputs.shape[:2]
    if trace.valid is not None and not trace.valid.all():
        raise ValueError(f"`traces` must not be masked, that of {network!r} is.")
    if batch < 4:
        raise ValueError(f"`traces` must be of 4 sequences or more, got {batch}.")
    wanted = np.asarray(trace.inputs if target is None else target, "float64")
    if wanted.ndim != 3 or wanted.shape[:2] != (batch, time):
        raise ValueError(
            f"`target` must have the shape ({batch}, {time}, values) of the sequences, "
            f"got {wanted.shape}."
        )
    if (
        isinstance(step, bool)
        or not hasattr(step, "__index__")
        or not -time <= step < time
    ):
        raise ValueError(
            f"`step` must be an integer from {-time} to {time - 1}, the steps of the "
            f"sequences, got {briefly(step)}."
        )
    if trace.go_backwards:
        wanted = wanted[:, ::-1]
        step = -1 - step
    states = np.concatenate([s[:, step] for s in trace.states.values()], axis=-1)
    for name, values in ((f"traces[{network!r}]", states), ("target", wanted)):
        if not np.isfinite(values).all():
            raise ValueError(f"`{name}` must have finite numbers, got others.")
    return states.astype("float64"), wanted[:, step % time :: -1]


def _explained(states: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return R² on every second row for each lag, of a regression on the others."""
    rows, lags, values = wanted.shape
    spread = states[::2].std(axis=0)
    states = (states - states[::2].mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    flat = wanted.reshape(rows, lags * values)
    varies = flat[::2].std(axis=0) > 0
    predicted = np.tile(flat[::2].mean(axis=0), (len(flat[1::2]), 1))
    if varies.any():
        ridge = RidgeCV(_PENALTIES, alpha_per_target=True)
        ridge.fit(states[::2], flat[::2][:, varies])
        predicted[:, varies] = ridge.predict(states[1::2]).reshape(len(predicted), -1)
    tested = wanted[1::2]
    wrong = (tested - predicted.reshape(tested.shape)) ** 2
    spread = (tested - tested.mean(axis=0)) ** 2
    total = spread.sum(axis=(0, 2))
    left = wrong.sum(axis=(0, 2))
    return np.where(total > 0, 1 - left / np.where(total > 0, total, 1), np.nan)

"""Gates and states over time."""

import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from seqkit.inspect.pictures.checks import of_one_layer, row_of, tokens_of
from seqkit.inspect.pictures.scales import scale_of
from seqkit.inspect.record import LayerTrace
from seqkit.plots.figure import look, new_figure
from seqkit.plots.fonts import legible
from seqkit.wording import briefly

_FEW_FEATURES = 6  # of a signal, that are drawn as lines
_MOST_LETTERED = 200  # steps under a text: more would be too narrow for a letter


def gates_table(
    trace: Any, row: int = 0, names: Sequence[str] | None = None
) -> pd.DataFrame:
    """Give the numbers behind `gates`.

    Args:
        trace: a trace of one layer.
        row: the sequence.
        names: of gates and states, as the trace has them; all where it is None.

    Returns:
        A row for each name, unit and step: `name`, `unit`, `step`, `value`; NaN where a
        step was not taken.

    Raises:
        ValueError: the trace is not that of one layer, or has no such row or name.

    Example:
    >>> from seqkit.inspect import trace
    >>> from seqkit.layers import LSTM
    >>> table = gates_table(trace(LSTM(2), np.zeros((1, 3, 1), "float32")), names=["f"])
    >>> table["value"].round(2).tolist()  # σ(1) = 0.73, as its bias is 1
    [0.73, 0.73, 0.73, 0.73, 0.73, 0.73]
    """
    trace = of_one_layer(trace, with_states=False)
    parts = []
    for name, values in _chosen(trace, row_of(trace, row), names).items():
        step, unit = np.indices(values.shape)
        columns = {"unit": unit.T.ravel(), "step": step.T.ravel()}
        frame = pd.DataFrame({"name": name, **columns, "value": values.T.ravel()})
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def gates(
    trace: Any,
    text: str | Sequence[str] | None = None,
    row: int = 0,
    names: Sequence[str] | None = None,
) -> Figure:
    """Draw every gate and state over time, below the text or the signal that was read.

    A panel for each, with its units from top to bottom. What lies in [0, 1] throughout
    is drawn on that scale, as a gate; anything else on one that is alike around 0.
    Hatched steps were not taken.

    Args:
        trace: a trace of one layer.
        text: a character or a word for each step, of which 200 at most are drawn; None
            for the input itself.
        row: the sequence.
        names: of gates and states, as the trace has them; all where it is None.

    Raises:
        ValueError: the trace is not that of one layer, has no such row or name, or
            `text` is shorter or longer than the sequence.

    Example:
    >>> from seqkit.inspect import trace
    >>> from seqkit.layers import LSTM
    >>> found = trace(LSTM(2), np.zeros((1, 3, 1), "float32"))
    >>> figure = gates(found, text="abc", names=["i", "f", "h"])
    >>> [axes.get_ylabel() for axes in figure.axes if axes.get_ylabel()]
    ['i', 'f', 'h']
    """
    trace = of_one_layer(trace, with_states=False)
    row = row_of(trace, row)
    shown = _chosen(trace, row, names)
    steps = every = trace.inputs.shape[1]
    valid = np.ones(steps, bool) if trace.valid is None else trace.valid[row]
    tokens: list[str] | None = None
    letters, width = 1, 9.0
    if text is not None:
        tokens = tokens_of(text, steps)[:_MOST_LETTERED]
        steps = len(tokens)
        letters = max(map(len, tokens), default=1)
        width = float(np.clip((0.16 if letters == 1 else 0.24) * steps + 2, 6.4, 18))
    tops = 0.3 if letters == 1 else min(0.3 + 0.09 * letters, 2.0)
    heights = [1.2 if tokens is None else tops]
    heights += [float(np.clip(0.14 * v.shape[1], 0.45, 1.5)) for v in shown.values()]
    figure = new_figure(width, sum(heights) + 0.12 * len(heights) + 0.9)
    grid = figure.subplots(
        len(heights), 1, sharex=True, gridspec_kw={"height_ratios": heights}
    )
    if tokens is None:
        _draw_signal(grid[0], trace.inputs[row])
    else:
        _draw_tokens(grid[0], tokens, letters, 72 * (width - 1.6) / steps)
    for axes, (name, values) in zip(grid[1:], shown.items(), strict=True):
        scale = scale_of(values)
        axes.imshow(
            values[:steps].T, aspect="auto", interpolation="nearest", norm=scale.norm,
            cmap=scale.cmap, origin="upper",
        )  # fmt: skip
        axes.set_ylabel(name, rotation=0, ha="right", va="center", parse_math=False)
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True, min_n_ticks=1))
        axes.tick_params(labelsize=8)
        bar = figure.colorbar(
            scale.mappable, ax=axes, pad=0.01, fraction=0.05, aspect=12
        )
        bar.ax.tick_params(labelsize=7)
        if scale.norm.vmin == 0:
            bar.set_ticks([0, 0.5, 1])
        else:
            bar.ax.yaxis.set_major_locator(MaxNLocator(3, symmetric=True))
    for axes in grid:
        for step in np.flatnonzero(~valid[:steps]):
            axes.axvspan(
                step - 0.5, step + 0.5, facecolor="white", edgecolor="gray",
                hatch="////", lw=0,
            )  # fmt: skip
    grid[-1].set_xlim(-0.5, steps - 0.5)
    grid[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    grid[-1].set_xlabel("time step")
    rows = "each unit" if trace.states else "each source position"
    title = f"{trace.network}: gates and states of {rows}, from top to bottom"
    if trace.go_backwards:
        title += "; read from the end"
    if steps < every:
        title += f"; the first {steps} of {every:,} steps"
    figure.suptitle(title, fontsize=11)
    return figure


def _chosen(
    trace: LayerTrace, row: int, names: Sequence[str] | None
) -> dict[str, np.ndarray]:
    """Return gates and states by name, `(time, units)`, NaN where no step was taken."""
    known = {**trace.gates, **trace.states}
    if names is None:
        names = list(known)
    if isinstance(names, str) or not len(names):
        raise ValueError(f"`names` must be a list of names, got {briefly(names)}.")
    for name in names:
        if name not in known:
            raise ValueError(
                f"`names` must be among {', '.join(map(repr, known))}, got {name!r}."
            )
    taken = True if trace.valid is None else trace.valid[row][:, None]
    values = {name: known[name][row].astype("float64") for name in names}
    return {name: np.where(taken, each, np.nan) for name, each in values.items()}


def _draw_signal(axes: Axes, inputs: np.ndarray) -> None:
    """Draw the inputs `(time, features)` as lines, or as colours where they are many.

    The steps have the width of those below, and the lines stand still during a step.
    """
    steps, features = inputs.shape
    if features > _FEW_FEATURES:
        scale = scale_of(inputs)
        axes.imshow(
            inputs.T, aspect="auto", interpolation="nearest", norm=scale.norm,
            cmap=scale.cmap,
        )  # fmt: skip
    else:
        for number, values in enumerate(inputs.T):
            style = {**look(number), "marker": ""}
            axes.stairs(
                values, np.arange(steps + 1) - 0.5, baseline=None,
                color=style["color"], ls=style["linestyle"],
            )  # fmt: skip
    axes.set_ylabel("input", rotation=0, ha="right", va="center")
    axes.tick_params(labelsize=8)


def _draw_tokens(axes: Axes, tokens: list[str], letters: int, points: float) -> None:
    """Write a token above each step, words upwards.

    Args:
        letters: of the longest token.
        points: the width of a step.
    """
    texts, fonts = legible(["↵" if token == "\n" else token for token in tokens])
    for step, text in enumerate(texts):
        wide = letters == 1 and unicodedata.east_asian_width(text[:1] or " ") in "WF"
        axes.text(
            step, 0.05, text, ha="center", va="bottom", family=fonts, parse_math=False,
            fontsize=min(11, (0.9 if wide else 1.35) * points), clip_on=False,
            rotation=0 if letters == 1 else 90,
        )  # fmt: skip
    axes.set_ylim(0, 1)
    axes.set_axis_off()
